"""The mirrors' converter: GBK as it reads it, and the readings that it hangs on characters.

The converter (PHP's mbstring) takes a lead byte 81-FE together with whatever byte follows; a pair
that GBK does not define becomes one ``?``. The cells that GBK leaves to its users become
private-use characters: AAA1-AFFE and F8A1-FEFE are U+E000-U+E4C5, A140-A7A0 U+E4C6-U+E765.

Behind a traditional character it can put a reading in brackets: 當(dāng).

While reading is half a character off, a visible character can mean several things. Most are the
second byte of one character and the first of the next. An ASCII character from ``@`` on is a second
byte that stands alone: the phase returns. A ``?`` has six meanings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

LEADS: Final = range(0x81, 0xFF)
TRAILS: Final = (*range(0x40, 0x7F), *range(0x80, 0xFF))

DROPPED_TRAILS: Final = (*range(0xAA, 0xB0), *range(0xF8, 0xFF))
"""Lead bytes of the user cells: such a pair vanishes when private-use characters are dropped."""


def private(pair: bytes) -> str | None:
    r"""The private-use character of a user cell; ``None`` for every other pair.

    >>> hex(ord(private(b"\xaa\xa1"))), hex(ord(private(b"\xfe\xfe")))
    ('0xe000', '0xe4c5')
    """
    lead, trail = pair
    if trail >= 0xA1 and trail != 0xFF and (0xAA <= lead <= 0xAF or 0xF8 <= lead <= 0xFE):
        base = 0xE000 - 94 * 0xAA if lead <= 0xAF else 0xE234 - 94 * 0xF8
        return chr(base + 94 * lead + trail - 0xA1)
    if 0xA1 <= lead <= 0xA7 and 0x40 <= trail <= 0xA0 and trail != 0x7F:
        return chr(0xE4C6 + 96 * (lead - 0xA1) + trail - 0x40 - (trail > 0x7F))
    return None


@cache
def characters() -> dict[bytes, str]:
    """Every pair that decodes, user cells of U+E000-U+E4C5 included."""
    found: dict[bytes, str] = {}
    for lead in LEADS:
        for trail in TRAILS:
            pair = bytes((lead, trail))
            char = _decoded(pair) or private(pair) or ""
            if char and not "\ue4c6" <= char <= "\uf8ff":
                found[pair] = char
    return found


def _decoded(pair: bytes) -> str | None:
    try:
        return pair.decode("gbk")
    except UnicodeDecodeError:
        return None


@cache
def pairs() -> dict[str, bytes]:
    """The pair behind every character that one pair can have become."""
    found = {char: pair for pair, char in characters().items()}
    for lead in range(0xA1, 0xA8):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xA1)):
            pair = bytes((lead, trail))
            found[private(pair) or ""] = pair
    return found


@cache
def undecodable() -> tuple[bytes, ...]:
    """Pairs of two high bytes that the converter shows as ``?``."""
    known = characters()
    every = (bytes((lead, trail)) for lead in LEADS for trail in range(0x81, 0xFF))
    return tuple(pair for pair in every if pair not in known)


# Readings in brackets.

_LETTERS: Final = "a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜêńňǹḿ"

BRACKETED: Final = re.compile(rf"\(([{_LETTERS}]{{1,6}})\)")
"""A syllable in ASCII brackets, as the mirrors insert it."""

UNBRACKETED: Final = re.compile(rf"([{_LETTERS}]{{1,6}})\)")
"""What is left of it behind a ``?`` that swallowed the opening bracket."""


@cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """Traditional characters with their readings, the usual one first."""
    text = resources.files("crawler.text").joinpath("data/readings.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {char: tuple(each.split()) for char, each in rows}


@cache
def _by_reading() -> Mapping[str, tuple[tuple[str, bytes], ...]]:
    found: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
    known = pairs()
    for char, each in readings().items():
        for reading in each:
            found[reading].append((char, known[char]))
    return {reading: tuple(chars) for reading, chars in found.items()}


def fits(char: str, reading: str) -> bool:
    """Whether a traditional character can be read so."""
    return reading in readings().get(char, ())


def starting_with(lead: int, reading: str) -> tuple[str, ...]:
    """Traditional characters of one reading whose first byte is ``lead``, likeliest reading first."""
    chars = [char for char, pair in _by_reading().get(reading, ()) if pair[0] == lead]
    return tuple(sorted(chars, key=lambda char: readings()[char].index(reading)))


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
        yield Move(bytes(TRAILS), b"", at + 1, behind="<")
        return
    pair = pairs().get(char)
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
    note = BRACKETED.match(seen, after)
    if note and fits(seen[at], note[1]):
        after = note.end()
    if high > b"\x80":
        yield Move(low, high, after)
    elif b"@" <= high <= b"~":
        yield Move(low, b"", after, behind=high.decode("ascii"))


def _lost(seen: str, after: int, *, flat: bool) -> Iterator[Move]:
    """The meanings of a question mark."""
    every = bytes(TRAILS)
    note = UNBRACKETED.match(seen, after)
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
    for low, high in undecodable():
        found.setdefault(low, bytearray()).append(high)
    return {low: bytes(highs) for low, highs in found.items()}
