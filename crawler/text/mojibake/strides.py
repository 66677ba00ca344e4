"""Stretches of damage that are read at once, because their bytes leave little choice.

Where nothing is lost the bytes say what stands there, and where UTF-8 lost some it still says where
its characters are. Only the borders, and what leaves more ways than one to cut the bytes, are read
character by character (:mod:`~crawler.text.mojibake.decoder`).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from crawler.text.chinese.costs import Bits, after, context_of, each, grown
from crawler.text.mojibake.borders import TWO_BYTE_LETTERS
from crawler.text.mojibake.cells import CLEAN, Cut, cut, damaged
from crawler.text.mojibake.codes import is_written, may_begin, unusual
from crawler.text.mojibake.filling import context_after, fill
from crawler.text.mojibake.hypotheses import DOUBTFUL, Hypothesis, Link, has_lost
from crawler.text.mojibake.shown import Code, Priced, View

_EDGE: Final = 5  # characters at both ends of a window that are read one by one
_DEAR: Final = 12.0  # bits of a character that is hardly right
_BEFORE_GAP: Final = 2  # characters before a break that are read one by one
_NEVER_MEANT: Final = 15.5  # bits of a character of UTF-8 that may not have been there
_LONGEST: Final = 240  # characters of a stretch with losses
_SHORTEST: Final = 4
_RUN: Final = 48  # characters of a stretch without


class Strides:
    """The stretches of one window.

    Args:
        text: The window.
        codes: The alternatives behind each of its characters.
        view: How its bytes were shown.
        real: The charset that they are in.
        begin: Where the window's own margin ends, if there is one before it.
        end: Where its margin behind begins.
    """

    def __init__(
        self,
        text: str,
        codes: Sequence[tuple[Priced, ...]],
        view: View,
        real: str,
        *,
        begin: int,
        end: int,
    ) -> None:
        self._size = len(text)
        self._codes = codes
        self._real = real
        self._has_gaps = bool(view.dropped)
        self._begin, self._end = begin, end
        self._clean: Bits = each(text)
        self._closely = 0  # where reading one by one ends
        self._damaged: list[bool] = []
        self._may_end: list[bool] = []
        if real == "utf-8" and view.is_lossy and not view.dropped:
            self._damaged, self._may_end = damaged(text, codes, self._clean)

    def read(self, at: int, inside: Sequence[Hypothesis]) -> tuple[int, list[Hypothesis]] | None:
        """Go on from ``at`` as far as can be read at once.

        Returns:
            Where the stretch ends and what it may say, or ``None`` if there is none.
        """
        if cuts := self._cuts(at, inside):
            return cuts[0].end, list(_filled(inside, cuts))
        run = self._run(at, inside)
        if run < 2:
            return None
        return at + run, self._forced(at, at + run, inside)

    # With losses

    def _cuts(self, at: int, inside: Sequence[Hypothesis]) -> list[Cut]:
        """The stretch from ``at`` on, if each way to begin can be cut in one way alone."""
        if not self._damaged or at < max(self._begin, self._closely):
            return []
        limit = min(self._end, at + _LONGEST)
        end = at
        while end < limit and self._damaged[end]:
            end += 1
        if end < at + _SHORTEST:
            return []
        may_end = self._may_end[at:end]
        likely = inside[0].cost + DOUBTFUL
        pendings = {one.pending for one in inside if one.cost <= likely}
        cuts = [found for one in pendings if (found := cut(self._codes, at, may_end, one))]
        last = max((found.end for found in cuts), default=0)
        return [found for found in cuts if found.end == last >= at + _SHORTEST]

    # Without

    def _run(self, at: int, inside: Sequence[Hypothesis]) -> int:
        """How many characters from ``at`` on leave no choice, and are whole for a hypothesis."""
        if at < max(_EDGE, self._closely) or any(map(has_lost, (one.pending for one in inside))):
            return 0
        last = min(self._size - _EDGE, at + _RUN)
        end = at
        while end < last and self._clean[end] > CLEAN and self._is_forced(end):
            end += 1
        counts = [self._whole(pending, at, end) for pending in {one.pending for one in inside}]
        if not self._has_gaps:
            return max(counts)
        # What breaks off may have lost a byte, so it is looked at closely.
        whole = min(counts)
        return whole - _BEFORE_GAP if whole < end - at else whole

    def _is_forced(self, at: int) -> bool:
        codes = self._codes[at]
        return len(codes) == 1 and not has_lost(codes[0][0])

    def _whole(self, pending: Code, at: int, end: int) -> int:
        """How many of the characters from ``at`` to ``end`` fit the bytes ``pending``."""
        codes = [self._codes[i][0][0] for i in range(at, end)]
        code = bytes(byte for each_code in (pending, *codes) for byte in each_code)  # type: ignore[misc]
        try:
            text = _decoder(self._real).decode(code)
        except UnicodeDecodeError as error:
            left = error.start - len(pending)
            for count, each_code in enumerate(codes):
                left -= len(each_code)
                if left < 0:
                    return count
            return end - at
        # Other charsets go on in nonsense, after a loss as behind the end of the damage. UTF-8
        # goes on for a character or two: a clean hanzi of two bytes may be a letter.
        is_dear = each(text) > (_DEAR if self._real != "utf-8" else _NEVER_MEANT)
        if self._real == "utf-8":
            is_dear[[found.start() for found in TWO_BYTE_LETTERS.finditer(text)]] = True
        if not is_dear[1:].any():
            return end - at
        dear = int(np.argmax(is_dear[1:]))
        self._closely = max(self._closely, at + dear + _BEFORE_GAP)
        return min(end - at, max(0, dear - _BEFORE_GAP))

    def _forced(self, at: int, end: int, inside: Sequence[Hypothesis]) -> list[Hypothesis]:
        """Read the characters from ``at`` to ``end``, if the bytes are whole characters."""
        code = bytes(byte for codes in self._codes[at:end] for byte in codes[0][0])  # type: ignore[misc]
        read_as = {
            pending: self._text(pending, code) for pending in {one.pending for one in inside}
        }
        return [_strode(one, end, *read) for one in inside if (read := read_as[one.pending])]

    def _text(self, pending: Code, code: bytes) -> tuple[str, float, Code] | None:
        """What ``code`` says after ``pending``, the cost of all but its first characters, the rest.

        The first three characters cost each hypothesis something else.
        """
        decoder = _decoder(self._real)
        try:
            text = decoder.decode(bytes(pending) + code)  # type: ignore[arg-type]
        except UnicodeDecodeError:
            return None
        rest = tuple(decoder.getstate()[0])
        if (rest and not may_begin(rest, self._real)) or not is_written(text, self._real):
            return None
        bits = float(each(text[3:], context_of(text[:3])).sum()) + unusual(text, self._real)
        return text, bits, rest


def _decoder(real: str) -> codecs.IncrementalDecoder:
    """A decoder that keeps the bytes of an unfinished character."""
    return codecs.getincrementaldecoder(real)()


def _filled(inside: Sequence[Hypothesis], cuts: Sequence[Cut]) -> Iterator[Hypothesis]:
    """What the stretch may say that ``cuts`` have cut, each for its hypotheses."""
    for found in cuts:
        before = [one for one in inside if one.pending == found.before]
        guesses = tuple(
            (i, cell.known) for i, cell in enumerate(found.cells) if not cell.known.forced
        )
        for start, cost, text in fill([(one.cost, one.context) for one in before], found.cells):
            one = before[start]
            link = Link(one.link, found.end, text, guesses, inside=True)
            yield Hypothesis(cost, context_after(one.context, text), found.pending, link)


def _strode(one: Hypothesis, end: int, text: str, bits: float, rest: Code) -> Hypothesis:
    """A hypothesis after the whole characters ``text``, all but three of which cost ``bits``."""
    context, cost = one.context, one.cost + bits
    for char in text[:3]:
        cost += after(context, char)
        context = grown(context, char)
    if len(text) > 3:
        context = context_of(text)
    return Hypothesis(cost, context, rest, Link(one.link, end, text, (), inside=True))
