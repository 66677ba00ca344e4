"""The garbled mirrors read by the decoder of all other channels: what ``mirror.py`` compares with.

A stretch of a mirror is GBK read from the second byte of a character on, so it is one more channel:
each visible character is two bytes, each ``?`` one byte or two of which little is known. Here that
channel is given to :mod:`crawler.text.mojibake.decoder` as a view, with what the mirrors' own search
knows of single characters (their readings, and the forms that a mirror shows). What it lacks are the
persons' names, the document's n-grams, and the comparison with the text as it stands of stretches
whole.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from crawler.text.chinese import costs
from crawler.text.mirror import converter, traditional
from crawler.text.mirror.converter import BRACKETED, UNBRACKETED, fits
from crawler.text.mirror.restore import is_flat, widen
from crawler.text.mojibake.decoder import read
from crawler.text.mojibake.hypotheses import Terms
from crawler.text.mojibake.result import Repaired
from crawler.text.mojibake.shown import Code, Priced, View, nothings, private

FEE = 0.0  # bits that a stretch must save: of -8, 0, 6 and 12 the best
NOTHING = 2.0  # bits against a pair without a character, and against a swallowed sign of ASCII
SWALLOWED = 6.0
PRIVATE = re.compile("[\ue000-\ue4c5]")
SEPARATOR = re.compile(",(?=[,;!?，；！？、。])")


@dataclass(frozen=True, slots=True)
class MirrorView(View):
    """GBK as a mirror shows it.

    Attributes:
        flat: Full-width ASCII was flattened.
        hints: The places of ``?`` at which a reading names the hidden character, with the bytes that
            its second one can be.
    """

    flat: bool = False
    hints: tuple[tuple[int, bytes], ...] = ()

    def codes(self, text: str, ends: Container[int] = ()) -> list[tuple[Priced, ...]]:  # noqa: ARG002
        """The alternatives behind each character."""
        hints = dict(self.hints)
        return [self._of(char, hints.get(at)) for at, char in enumerate(text)]

    def gaps(self, text: str) -> list[tuple[Code, ...]]:
        """What may have been dropped in front of each character: private-use ones."""
        return [private("gbk")] * len(text)

    def _of(self, char: str, hint: bytes | None) -> tuple[Priced, ...]:
        every = frozenset((*converter.LEADS, *converter.TRAILS))
        if pair := converter.pairs().get(char):
            return ((tuple(pair), 0.0),)
        if char == "?" and hint:
            return tuple(((byte,), 0.0) for byte in hint)
        if char == "?":
            swallowed = (frozenset(converter.TRAILS), frozenset(range(0x20, 0x40)))
            pairs = ((each, NOTHING) for each in nothings("gbk"))
            return (((every,), 0.0), *pairs, (swallowed, SWALLOWED))
        if not char.isascii():
            return (((0x80,), 0.0),) if char == "€" else ()
        wide = self.flat and "!" <= char <= "~"
        full = (((0xA3, ord(char) + 0x80), 0.0),) if wide else ()
        return (((ord(char),), 0.0), *full)


def restore(texts: Sequence[str]) -> tuple[Repaired, ...]:
    """Restore the parts of one document by the decoder; the text alone, without rows."""
    price_forms()
    flat = is_flat(texts)
    dropped = "" if any(PRIVATE.search(text) for text in texts) else "private"
    return tuple(Repaired(_restored(text, dropped, flat=flat)) for text in texts)


def price_forms() -> None:
    """Let a character cost what it costs on a mirror: its form, and not traditional ones all alike."""
    tables = costs._tables()
    for char, bits in traditional.forms().items():
        if "\x7f" < char < "\uffff":
            tables.extra[ord(char)] = bits


def _restored(text: str, dropped: str, *, flat: bool) -> str:
    seen, hints = _stripped(text)
    if "?" in seen:
        view = MirrorView("gbk", question=True, dropped=dropped, flat=flat, hints=hints)
        parts, at = [], 0
        for edit in read(seen, view, "gb18030", Terms(FEE, is_end=True), "\n").edits:
            parts += [seen[at : edit.start], edit.text]
            at = edit.end
        seen = "".join((*parts, seen[at:]))
    seen = BRACKETED.sub(_without_reading, seen)
    simple = traditional.to_simplified(seen)
    return widen(simple)[0] if flat else simple


def _without_reading(found: re.Match[str]) -> str:
    before = found.string[found.start() - 1 : found.start()]
    return "" if fits(before, found[1]) else found[0]


def _stripped(text: str) -> tuple[str, tuple[tuple[int, bytes], ...]]:
    """The text without readings and separators; and what readings behind a ``?`` say of it."""
    text = SEPARATOR.sub("", BRACKETED.sub(_without_reading, text))
    shown: list[str] = []
    hints: list[tuple[int, bytes]] = []
    at = 0
    while at < len(text):
        note = UNBRACKETED.match(text, at + 1) if text[at] == "?" else None
        if note and (pair := converter.pairs().get(shown[-1] if shown else "")):
            hidden = converter.starting_with(pair[1], note[1])
            hints.append((len(shown), bytes({converter.pairs()[char][1] for char in hidden})))
        shown.append(text[at])
        at = note.end() if note else at + 1
    return "".join(shown), tuple(hints)
