"""What a visible character can mean while reading is half a character off.

Most are the second byte of one character and the first of the next. An ASCII character from ``@``
on is a second byte that stands alone: the phase returns. A ``?`` has six meanings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from crawler.text.mirror import converter

MARKS: Final = dict(zip(",;!?，；！？、。", "，；！？，；！？、。", strict=True))
"""The six marks that get a separator, as they stand and flattened."""

_TAG: Final = re.compile(r"/?[a-z]{1,10}[0-9]?>")
_LOST_DIGITS: Final = (
    (re.compile(r"[01]\d\d年"), "2"),
    (re.compile(r"[78]\d\d年"), "1"),
    (re.compile(r"\d"), "1"),
)
"""What a number lost in front, by what is left of it."""


class Conditions(NamedTuple):
    """What is known about the document that a stretch belongs to.

    Attributes:
        dropped: Private-use characters may have been dropped.
        flat: Full-width ASCII may have been flattened.
        annotated: Characters that carry their reading wherever they stand.
    """

    dropped: bool
    flat: bool
    annotated: frozenset[str]


class Move(NamedTuple):
    """What one visible character can mean for all paths at its place.

    Attributes:
        lows: What the second byte of the character in progress can be.
        leads: What the first byte of the next character then can be; empty when in phase again.
        at: Where reading goes on.
        bare: The character would show its reading here if it had one.
        behind: An ASCII character that was swallowed behind it.
        reading: The character must be read so.
    """

    lows: bytes
    leads: bytes
    at: int
    bare: bool = True
    behind: str = ""
    reading: str = ""


def mark_at(seen: str, at: int, flat: bool) -> str | None:
    """The mark that stands at a place, in full width; ASCII ones only where text is flat."""
    char = seen[at : at + 1]
    if not char or (char < "\x80" and not flat):
        return None
    return MARKS.get(char)


def moves(seen: str, at: int, conditions: Conditions) -> Iterator[Move]:
    """What the visible character at a place can mean while the phase is off."""
    char = seen[at]
    if char == "?" and _TAG.match(seen, at + 1):
        yield Move(bytes(converter.TRAILS), b"", at + 1, behind="<")
        return
    pair = converter.pairs().get(char)
    if pair is None and conditions.flat and "!" <= char <= "~":
        pair = bytes((0xA3, ord(char) + 0x80))
    if pair:
        yield from _through(seen, pair, at)
    if "@" <= char <= "~" or char == "€":
        low = 0x80 if char == "€" else ord(char)
        yield Move(bytes((low,)), b"", at + 1, bare=seen[at + 1 : at + 2] != "(")
    if char == "?":
        yield from _lost(seen, at + 1, flat=conditions.flat)


def _through(seen: str, pair: bytes, at: int) -> Iterator[Move]:
    """The second byte of one character and the first of the next."""
    low, high = pair[:1], pair[1:]
    after = at + 1
    note = converter.BRACKETED.match(seen, after)
    if note and converter.fits(seen[at], note[1]):
        after = note.end()
    if high > b"\x80":
        yield Move(low, high, after)
    elif b"@" <= high <= b"~":
        yield Move(low, b"", after, behind=high.decode("ascii"))


def _lost(seen: str, after: int, *, flat: bool) -> Iterator[Move]:
    """The meanings of a question mark."""
    every = bytes(converter.TRAILS)
    note = converter.UNBRACKETED.match(seen, after)
    if note:
        yield Move(every, b"", note.end(), bare=False, reading=note[1])
        return
    if after == len(seen) or mark_at(seen, after, flat):
        yield Move(every, b"", after)
        if seen[after : after + 1] != "?":
            return
    elif seen[after] == "?":
        yield Move(every, b"", after)
    else:
        yield Move(every, b"", after, behind=_digit(seen, after))
        yield Move(every, b"", after, behind=" ")
    for low, highs in _nothings().items():
        yield Move(bytes((low,)), highs, after)


def _digit(seen: str, at: int) -> str:
    return next((digit for rest, digit in _LOST_DIGITS if rest.match(seen, at)), "2")


@cache
def _nothings() -> dict[int, bytes]:
    """Pairs of bytes without a character: the first, with all that can follow it."""
    found: dict[int, bytearray] = {}
    for low, high in converter.undecodable():
        found.setdefault(low, bytearray()).append(high)
    return {low: bytes(highs) for low, highs in found.items()}
