"""The decoder: the likeliest original of a text that a known channel damaged in unknown places.

A damaged text is clean in most places and misread in some, and the borders are not marked. So the
text is read once from left to right with hypotheses side by side: *outside*, the characters stand
as they are; *inside*, the bytes behind them (:mod:`~crawler.text.mojibake.shown`) are read in the
real charset (:mod:`~crawler.text.mojibake.codes`). Going inside costs a fee, and
:mod:`crawler.text.chinese.costs` says what each character costs after the three before it. What
the cheapest hypothesis read inside is the repair. Lost bytes are tried in all their values; what
wins there is a guess, and goes out with its rivals.

A beam of fixed width is kept, and stretches that leave no choice are read at once, so the time is
linear in the length of the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from crawler.text.chinese.costs import LOST, after, bits_after, context_of, each, grown, hanzi_count
from crawler.text.mojibake.codes import (
    LETTER,
    LETTERED,
    NONE,
    Options,
    is_usual,
    length,
    may_begin,
    options,
    plain,
)
from crawler.text.mojibake.filling import context_after
from crawler.text.mojibake.hypotheses import (
    DOUBTFUL,
    GIVEN_UP,
    Hypothesis,
    Item,
    Link,
    Reading,
    Terms,
    cost_of,
    ends,
    entering,
    has_lost,
    leaving,
    split,
)
from crawler.text.mojibake.outcome import edits
from crawler.text.mojibake.readers import SINGLE
from crawler.text.mojibake.rule import Edit
from crawler.text.mojibake.shown import CONTROLS, HIGH, Code, View
from crawler.text.mojibake.strides import Strides
from crawler.text.mojibake.windows import is_letter

_BEAM: Final = 18  # hypotheses inside
_BEAMS: Final = {
    "controls": 64,
    "private": 64,
    "refused": 32,
}  # ... where more may be lost in one place
_TWOFOLD: Final = 48  # ... at two losses in a row
_SPREAD: Final = 26.0  # bits that one may lie behind the best
_UNFINISHED: Final = 6.0  # bits for a last character that lacks its last bytes
_EDGE: Final = 5  # characters at both ends of a window that are read one by one
_ODD: Final = 1.0  # bits against a character as it stands that hardly fits there
_OUT_OF_PLACE: Final = 4.0  # ... and that texts of the charset do not have
_HANGUL: Final = 7.0  # ... against hangul, which is cheap among its like
_ASCII: Final = 2.5  # bits against bare ASCII beside UTF-16, which would show it with zeros
_HALF: Final = 5.0  # ... where it may be half of a hanzi
_HALVES: Final = frozenset(map(chr, range(0x4E, 0x7F)))  # second bytes of hanzi in UTF-16
_DEAR: Final = 12.0  # bits of a character that is hardly right
_BEYOND: Final = 10.0  # bits that being inside must lead by to end the search for a border
_FORCED_OUT: Final = 4  # hypotheses that may go outside in one place
_GUESSES_OUT: Final = 32  # ... behind a loss
_OPEN: Final = {"utf-8": 2.7}  # bits that a byte of an unfinished character will cost
_LENT: Final = 0.6  # share of what a loss at a border gets back that counts before it does
_FEW: Final = 10  # characters that are looked up one by one
# Bits of a character that fits where it stands, and bits against reading it otherwise.
_LAST: Final = 0.5  # ... against the last character in front of clean text, which may be clean too
_USUAL: Final = 3.0  # ... and if texts of the charset have it, which damage seldom shows
_TWO_BYTES: Final = ("gb18030", "big5hkscs")
_BEHIND_NUMBER: Final = 4.0  # ... if a number is before it, which may be clean as well
_BEHIND: Final = 5  # characters behind one in which clean text shows
_CLEAN: Final = 9.5  # bits of a character of such text
_FITS: Final = ((6.0, 7.0), (9.0, 4.0), (11.0, 2.0))
_TWICE: Final = 2  # vanished pieces in one gap
_LEADS: Final = frozenset(range(0x81, 0xFF))
_CONTINUATIONS: Final = frozenset(range(0x80, 0xC0))


def read(text: str, view: View, real: str, terms: Terms, before: str = "") -> Reading:
    """Read ``text`` through ``view`` as bytes of ``real`` wherever that is cheaper.

    Args:
        text: A window of a damaged text.
        view: How its bytes were shown.
        real: The charset that they are in.
        terms: What the reading may cost.
        before: The clean text in front of the window.
    """
    context = context_of(before)
    if found := plain(text, view, real, terms.fee, context):
        bits = float(each(found.text, context).sum()) + found.price + terms.fee * len(found.runs)
        if terms.is_end:
            bits += after(context_of(found.text), "\n")
        sums = np.linspace(0.0, bits, len(text) + 1)
        return Reading(bits, tuple(Edit(*run) for run in found.runs), sums)
    return _Decoder(text, view, real, terms).read(context)


class _Decoder:
    def __init__(self, text: str, view: View, real: str, terms: Terms) -> None:
        self._text = text
        self._codes = view.codes(text, ends(text) if view.lost else ())
        self._gaps = view.gaps(text) if view.dropped else []
        self._view, self._real = view, real
        self._entry: Code = (_LEADS,) if view.cut else ()
        self._gone = CONTROLS if view.dropped == "controls" else _CONTINUATIONS
        if real != "utf-8":
            self._gone = HIGH
        self._terms, self._fee = terms, terms.fee
        self._narrow = _BEAMS.get(view.dropped, _BEAM) if real == "utf-8" else _BEAM
        self._beam = self._narrow
        self._open = _OPEN.get(real, 4.0)
        is_sure = real != "utf-8" and view.shown in SINGLE
        self._beyond = 0.0 if is_sure else _BEYOND
        # A hanzi at a border may be clean or not, also where nothing was lost.
        # ... and of a letter that was made small two bytes are tried.
        self._has_rivals = view.is_lossy or view.lowered or view.shown not in SINGLE
        self._is_paired = view.shown not in SINGLE
        self._unsure = "?" if view.question else ""
        self._is_wide, self._has_letters = (
            real == "utf-16-le",
            (view.shown in LETTERED or real == "big5hkscs"),
        )
        self._clean = each(text)
        self._sums = np.concatenate((np.zeros(1), np.cumsum(self._clean)))

    def read(self, context: int) -> Reading:
        begin = _EDGE if context else 0
        end = len(self._text) - (0 if self._terms.is_end else _EDGE)
        strides = Strides(self._text, self._codes, self._view, self._real, begin=begin, end=end)
        outside = Hypothesis(0.0, context, (), None)
        inside: list[Hypothesis] = []
        at = 0
        places, sums = [0], [0.0]
        while at < len(self._text):
            has_taken_over = self._has_taken_over(inside, outside)
            stride = strides.read(at, inside) if has_taken_over else None
            if stride:
                end, found = stride
                inside, outside = self._best(found), self._stayed(outside, at, end)
                at = end
            else:
                inside, outside = self._step(inside, outside, at)
                at += 1
            places.append(at)
            sums.append(min(one.cost for one in (*inside[:1], outside)))
            if not self._terms.is_kept(at, sums[-1]):
                return GIVEN_UP
        lasts = [*self._leaving(inside, at), outside]
        if self._terms.is_end:
            lasts = [one._replace(cost=one.cost + after(one.context, "\n")) for one in lasts]
        last = self._winner(lasts)
        passed = np.interp(np.arange(len(self._text) + 1), places, sums)
        return Reading(last.cost, edits(self._text, last.link, self._unsure), passed)

    # One character at a time

    def _step(
        self, inside: list[Hypothesis], outside: Hypothesis, at: int
    ) -> tuple[list[Hypothesis], Hypothesis]:
        codes = self._codes[at]
        # Two losses in a row leave more open than one, and the third character tells.
        is_twofold = (
            self._real == "utf-8"
            and self._text[at] == LOST
            and LOST in self._text[at - 1 : at] + self._text[at + 1 : at + 2]
        )
        self._beam = max(self._narrow, _TWOFOLD) if is_twofold else self._narrow
        fee = self._fee + split(self._text, at) + entering(self._text, at, codes, self._real)
        fee += self._usual(at) if self._is_behind_clean(at) else 0.0
        entered = [outside._replace(cost=outside.cost + fee, pending=self._entry)] if codes else []
        # A character that fits what is before it is hardly part of the damage.
        fits = self._fits(at) if self._text[at] >= "\u3000" else 0.0
        open_ones = self._best((*inside, *self._with_dropped(inside, at), *entered))
        fed = [
            Item(each_one.with_bytes(code, price + fits), "", ())
            for code, price in codes
            for each_one in open_ones
        ]
        # What follows a loss at the end of the damage is what tells its values apart.
        is_behind_loss = at > 0 and self._text[at - 1] == LOST
        most = _GUESSES_OUT if is_behind_loss else _FORCED_OUT
        going = sorted(self._leaving(inside, at), key=cost_of)[:most]
        return self._settled(fed, at + 1), self._outside([outside, *going], at)

    def _fits(self, at: int) -> float:
        """Bits against reading otherwise what fits where it stands."""
        is_behind_number = self._text[at - 1 : at].isdecimal()
        last = (_BEHIND_NUMBER if is_behind_number else _LAST) if self._is_before_clean(at) else 0.0
        if last:
            last += self._usual(at)
        return next((more for bits, more in _FITS if self._clean[at] < bits), last)

    def _usual(self, at: int) -> float:
        """Bits against a border in front of or behind what texts of the charset have."""
        is_told = self._is_paired and self._real in _TWO_BYTES
        return _USUAL if is_told and is_usual(self._text[at], self._real) else 0.0

    def _is_behind_clean(self, at: int) -> bool:
        """Whether the characters in front of the one at ``at`` are clean text."""
        before = self._clean[max(0, at - _BEHIND) : at]
        return len(before) == _BEHIND and before.mean() <= _CLEAN

    def _is_before_clean(self, at: int) -> bool:
        """Whether clean text follows: behind damage the first that is clean looks odd as well."""
        behind = self._clean[at + 1 : at + 1 + _BEHIND]
        if not len(behind) or behind.mean() > _CLEAN:
            return False
        text = self._text[at + 1 : at + 1 + _BEHIND]
        is_damaged = self._has_letters and any(map(is_letter, text))
        return hanzi_count(text) > 0 and not is_damaged

    def _with_dropped(self, inside: list[Hypothesis], at: int) -> list[Hypothesis]:
        """The hypotheses for which bytes vanished in front of the character at ``at``."""
        found: list[Hypothesis] = []
        fresh = [each_one for each_one in inside if each_one.pending or self._real != "utf-8"]
        for _ in range(_TWICE if self._gaps else 0):
            items = [
                Item(each_one.with_bytes(code), "", ())
                for code in self._gaps[at]
                for each_one in fresh
            ]
            fresh = self._settled(items, at)
            found += fresh
            fresh = [each_one for each_one in fresh if each_one.pending]
        return found

    def _settled(self, items: list[Item], end: int) -> list[Hypothesis]:
        """Read all whole characters that the items have, and keep the best hypotheses."""
        done: list[Hypothesis] = []
        while items:
            ready: list[tuple[Item, int, Options]] = []
            for item in items:
                pending = item.hypothesis.pending
                size = length(pending, self._real) if pending else 1
                if len(pending) < size:
                    if may_begin(pending, self._real):
                        done.append(item.closed(end))
                elif size:
                    known = options(pending[:size], self._real)
                    if known.forced and self._is_paired and has_lost(pending[:size]):
                        # Forced by one of several sets of bytes that may have been there.
                        known = known._replace(forced=False)
                    if known.chars:
                        ready.append((item, size, known))
            items = self._written(ready)
            done += [item.closed(end) for item in items if not item.hypothesis.pending]
            items = [item for item in items if item.hypothesis.pending]
        return self._best(done)

    def _written(self, ready: list[tuple[Item, int, Options]]) -> list[Item]:
        """Each item after one more character, for each character that it can be."""
        if not ready:
            return []
        sizes = [len(known.chars) for _, _, known in ready]
        if sum(sizes) <= _FEW:
            return self._written_few(ready)
        contexts = np.array([item.hypothesis.context for item, _, _ in ready], np.uint64)
        owners = np.repeat(np.arange(len(ready)), sizes)
        codes = np.concatenate([known.codes for _, _, known in ready])
        priced = np.array([item.priced(size, known) for item, size, known in ready])
        bits = bits_after(contexts, codes, owners) + priced[owners]
        keep = np.flatnonzero(bits <= bits.min() + _SPREAD)
        if len(keep) > 2 * self._beam:
            keep = keep[np.argpartition(bits[keep], 2 * self._beam)[: 2 * self._beam]]
        firsts = np.cumsum([0, *sizes])
        written = []
        for row, owner in zip(keep.tolist(), owners[keep].tolist(), strict=True):
            item, size, known = ready[owner]
            written.append(item.writing(size, known, row - int(firsts[owner]), float(bits[row])))
        return written

    def _written_few(self, ready: list[tuple[Item, int, Options]]) -> list[Item]:
        return [
            item.writing(
                size, known, row, item.priced(size, known) + after(item.hypothesis.context, char)
            )
            for item, size, known in ready
            for row, char in enumerate(known.chars)
        ]

    def _outside(self, hypotheses: Sequence[Hypothesis], at: int) -> Hypothesis:
        """The best way to have the character at ``at`` stand as it is."""
        char = self._text[at]
        stays = self._stays(at)
        known = self._winner(
            [one._replace(cost=one.cost + after(one.context, char) + stays) for one in hypotheses]
        )
        link = Link(known.link, at + 1, char, (), inside=False)
        return Hypothesis(known.cost, grown(known.context, char), (), link)

    def _stays(self, at: int) -> float:
        """Bits against the character at ``at`` as it stands, beside damage that shows its like."""
        char = self._text[at]
        if self._has_letters and is_letter(char):
            return _HANGUL if self._view.shown == "cp949" else LETTER
        if char <= "\x7f":
            return self._stays_narrow(at) if self._is_wide and "!" <= char <= "~" else 0.0
        is_odd = self._clean[at] > _DEAR and not self._is_before_clean(at)
        if not is_odd or not self._codes[at]:
            return 0.0
        return _ODD if is_usual(char, self._real) else _OUT_OF_PLACE

    def _stays_narrow(self, at: int) -> float:
        """Bits against bare ASCII beside UTF-16: much where it may be half of a hanzi."""
        is_half = any(char in _HALVES for char in self._text[at : at + 2])
        return _HALF if is_half else _ASCII

    def _winner(self, hypotheses: Sequence[Hypothesis]) -> Hypothesis:
        """The cheapest hypothesis; it remembers those that nearly were."""
        best, *others = sorted(hypotheses, key=cost_of)
        if self._has_rivals:
            best = best.against(one for one in others if one.cost <= best.cost + DOUBTFUL)
        return best

    def _leaving(self, inside: Iterable[Hypothesis], at: int) -> Iterator[Hypothesis]:
        """The hypotheses that can go outside at ``at``."""
        is_end = at == len(self._text) or not self._codes[at]
        border = split(self._text, at)
        is_border = bool(self._gaps) and not is_end and self._is_before_clean(at)
        for each_one in inside:
            if not each_one.pending:
                lone = 0.0 if is_end else leaving(each_one.link, self._real)
                yield each_one._replace(cost=each_one.cost + border + lone - each_one.lent)
            elif is_end or is_border:
                yield from self._finished(each_one)

    def _finished(self, hypothesis: Hypothesis) -> Iterator[Hypothesis]:
        """A last character that lacks one byte, or two, is guessed."""
        missing = length(hypothesis.pending, self._real) - len(hypothesis.pending)
        code = (*hypothesis.pending, *(self._gone,) * missing)
        is_usual = len(code) == 3 if self._real == "utf-8" else bool(self._gaps) and len(code) == 2
        known = options(code, self._real) if is_usual else NONE
        if known.chars:
            link = hypothesis.link
            end = link.end if link else 0
            item = Item(hypothesis._replace(pending=code), "", ())
            for written in sorted(
                self._written([(item, len(code), known)]), key=lambda one: one.hypothesis.cost
            )[:3]:
                done = written.closed(end)
                yield done._replace(cost=done.cost + (0.0 if self._gaps else _UNFINISHED))

    def _best(self, hypotheses: Iterable[Hypothesis]) -> list[Hypothesis]:
        """The hypotheses that stay in the race; of those that can only go on alike, the cheapest."""
        kept: dict[tuple[int, Code], Hypothesis] = {}
        ranked = sorted((self._rank(one), number, one) for number, one in enumerate(hypotheses))
        for rank, _, one in ranked:
            if rank > ranked[0][0] + _SPREAD or len(kept) == self._beam:
                break
            state = one.context, one.pending
            best = kept.setdefault(state, one)
            if self._has_rivals and best is not one and one.cost <= best.cost + DOUBTFUL:
                kept[state] = best.against((one,))
        return list(kept.values())

    def _rank(self, one: Hypothesis) -> float:
        return one.cost + self._open * len(one.pending) - _LENT * one.lent

    def _has_taken_over(self, inside: list[Hypothesis], outside: Hypothesis) -> bool:
        """Whether going inside later would be dearer, whatever is read then."""
        return bool(inside) and inside[0].cost + self._beyond <= outside.cost + self._fee

    def _stayed(self, outside: Hypothesis, at: int, end: int) -> Hypothesis:
        """``outside`` after the characters from ``at`` to ``end``, as they stand."""
        bits = float(self._sums[end] - self._sums[at])
        text = self._text[at:end]
        link = Link(outside.link, end, text, (), inside=False)
        return Hypothesis(outside.cost + bits, context_after(outside.context, text), (), link)
