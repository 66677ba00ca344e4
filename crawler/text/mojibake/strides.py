"""Stretches of damage that are read at once, because their bytes leave little choice.

Where nothing is lost the bytes say what stands there, and where UTF-8 lost some it still says where
its characters are. Only the borders, and what leaves more ways than one to cut the bytes, are read
character by character (:mod:`~crawler.text.mojibake.decoder`). The characters that lost a byte are
then found together, by :mod:`~crawler.text.mojibake.filling`.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.text.chinese.costs import LOST, Bits, after, context_of, each, grown
from crawler.text.mojibake.codes import (
    OTHER,
    any_of,
    is_written,
    may_begin,
    options,
    sizes_of,
    unusual,
)
from crawler.text.mojibake.filling import Place, context_after, fill
from crawler.text.mojibake.hypotheses import (
    DOUBTFUL,
    TWO_BYTE_LETTERS,
    Chain,
    Hypothesis,
    Link,
    Way,
    alike,
    further,
    has_lost,
)
from crawler.text.mojibake.shown import Code, Priced, View

_EDGE: Final = 5  # characters at both ends of a window that are read one by one
_SPREAD: Final = 26.0  # bits by which the worst hypothesis lies behind the best
_DEAR: Final = 12.0  # bits of a character that is hardly right
_MORE: Final = 1.5  # bits by which it is right all the same if what is shown for it is dearer
_BEFORE_GAP: Final = 2  # characters before a break that are read one by one
_NEVER_MEANT: Final = 15.5  # bits of a character of UTF-8 that may not have been there
_LONGEST: Final = 2000  # characters of a stretch with losses
_SHORTEST: Final = 4
_UTF_8: Final = "utf-8"
_MOST_WAYS: Final = 32  # ways to cut that are followed side by side
_CLEAN: Final = 9.5  # bits of a character that may well be clean
_BEHIND: Final = 5  # characters behind one in which clean text shows
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
        self._ends = _run_ends(_looks_damaged(self._clean, real), codes)
        self._closely = 0  # where reading one by one ends
        self._damaged: list[bool] = []
        self._may_end: list[bool] = []
        if real == "utf-8" and view.is_lossy and not view.dropped:
            self._damaged, self._may_end = _damaged(text, codes, self._clean)

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

    def _cuts(self, at: int, inside: Sequence[Hypothesis]) -> list[_Cut]:
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
        cuts = [found for one in pendings if (found := _cut(self._codes, at, may_end, one))]
        last = max((found.end for found in cuts), default=0)
        return [found for found in cuts if found.end == last >= at + _SHORTEST]

    # Without

    def _run(self, at: int, inside: Sequence[Hypothesis]) -> int:
        """How many characters from ``at`` on leave no choice, and are whole for a hypothesis."""
        if at < max(_EDGE, self._closely) or any(map(has_lost, (one.pending for one in inside))):
            return 0
        last = min(self._size - _EDGE, at + _RUN)
        end = max(at, min(last, self._ends[at]))
        if end == at:
            return 0
        limit = inside[0].cost + (_SPREAD if self._real == _UTF_8 else DOUBTFUL)
        pendings = {one.pending for one in inside if one.cost <= limit}
        counts = [self._whole(pending, at, end) for pending in pendings]
        if self._real == _UTF_8 and not self._has_gaps:
            return max(counts)
        # What breaks off may have lost a byte, so it is looked at closely.
        whole = min(counts)
        return whole - _BEFORE_GAP if self._has_gaps and whole < end - at else whole

    def _whole(self, pending: Code, at: int, end: int) -> int:
        """How many of the characters from ``at`` to ``end`` fit the bytes ``pending``."""
        codes = [self._codes[i][0][0] for i in range(at, end)]
        code = bytes(byte for each_code in (pending, *codes) for byte in each_code)  # type: ignore[misc]
        try:
            text, whole = _decoder(self._real).decode(code), end - at
        except UnicodeDecodeError as error:
            text = code[: error.start].decode(self._real)
            whole = _count(codes, error.start - len(pending))
        # Other charsets go on in nonsense, after a loss as behind the end of the damage. UTF-8
        # goes on for a character or two: a clean hanzi of two bytes may be a letter.
        bits = each(text)
        is_dear = bits > (_DEAR if self._real != _UTF_8 else _NEVER_MEANT)
        if self._real != _UTF_8 and not self._has_gaps and is_dear.any():
            gained = self._stands_for(text, at, codes, len(pending)) - bits
            is_dear &= (gained < _MORE) | (bits > _NEVER_MEANT)
        odd = TWO_BYTE_LETTERS if self._real == _UTF_8 else OTHER
        is_dear[[found.start() for found in odd.finditer(text)]] = True
        if not is_dear[1:].any():
            return whole
        first = 1 + int(np.argmax(is_dear[1:]))
        dear = _count(codes, len(text[:first].encode(self._real)) - len(pending))
        self._closely = max(self._closely, at + dear + _BEFORE_GAP + 1)
        return min(whole, max(0, dear - 1 - _BEFORE_GAP))

    def _stands_for(self, text: str, at: int, codes: Sequence[Code], before: int) -> Bits:
        """What is shown in the place of each character of ``text``, in bits.

        Args:
            text: What the bytes say.
            at: The first character that is shown.
            codes: The bytes of the characters from there on.
            before: How many bytes of ``text`` are in front of it.
        """
        sizes = [len(code) for code in codes]
        shares = np.repeat(self._clean[at : at + len(codes)] / np.array(sizes), sizes)
        sums = np.concatenate((np.zeros(before + 1), np.cumsum(shares)))
        ends = np.minimum(np.cumsum(sizes_of(text, self._real)), len(sums) - 1)
        return np.diff(sums[ends], prepend=0.0)

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


def _looks_damaged(clean: Bits, real: str) -> npt.NDArray[np.bool_]:
    """Which characters are dear, and not just because damage is in front of them."""
    if real == _UTF_8:
        return clean > _CLEAN
    sums = np.concatenate(([0.0], np.cumsum(clean, dtype=np.float64)))
    firsts = np.arange(1, len(clean) + 1)
    lasts = np.minimum(firsts + _BEHIND, len(clean))
    means = (sums[lasts] - sums[firsts]) / np.maximum(lasts - firsts, 1)
    return (clean > _CLEAN) & (means > _CLEAN)


def _run_ends(looks: npt.NDArray[np.bool_], codes: Sequence[tuple[Priced, ...]]) -> list[int]:
    """For each character where those end from it on that look damaged and leave no choice."""
    ends = [0] * len(codes)
    end = len(codes)
    looks_so = looks.tolist()
    for at in range(len(codes) - 1, -1, -1):
        if not looks_so[at] or len(codes[at]) != 1 or has_lost(codes[at][0][0]):
            end = at
        ends[at] = end
    return ends


def _count(codes: Sequence[Code], size: int) -> int:
    """How many of ``codes`` are whole within their first ``size`` bytes."""
    for count, code in enumerate(codes):
        size -= len(code)
        if size < 0:
            return count
    return len(codes)


def _decoder(real: str) -> codecs.IncrementalDecoder:
    """A decoder that keeps the bytes of an unfinished character."""
    return codecs.getincrementaldecoder(real)()


def _filled(inside: Sequence[Hypothesis], cuts: Sequence[_Cut]) -> Iterator[Hypothesis]:
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


class _Cut(NamedTuple):
    """A stretch that can be cut in one way alone.

    Attributes:
        before: The bytes of an unfinished character at its beginning.
        end: One past its last shown character.
        cells: The characters behind it.
        pending: The bytes of an unfinished character at its end; all known.
    """

    before: Code
    end: int
    cells: tuple[Place, ...]
    pending: Code


def _cut(
    codes: Sequence[tuple[Priced, ...]], at: int, may_end: Sequence[bool], pending: Code
) -> _Cut | None:
    """Cut the shown characters from ``at`` on.

    Args:
        codes: The alternatives behind each shown character; see
            :meth:`crawler.text.mojibake.shown.View.codes`.
        at: Where to begin.
        may_end: For each shown character from there on, whether the stretch may end with it.
        pending: The bytes of a character that is unfinished at ``at``.

    Returns:
        The longest stretch that leaves no doubt where its characters are; ``None`` if there is none.
    """
    ways = [Way(None, pending)]
    found: tuple[int, Way] | None = None
    for i, is_stop in enumerate(may_end, at):
        ways = further(ways, codes, i)
        if not ways or sum(way.number for way in ways) > _MOST_WAYS:
            break
        if any(way.chain and len(way.chain.code) == 2 for way in ways):
            # Chance makes a letter of two bytes from many a clean hanzi.
            break
        ways = alike(ways)
        if not is_stop:
            continue
        if i + 1 == len(codes):
            # No text ends with half a character if it can end with a whole one.
            ways = [way for way in ways if not way.pending] or ways
        if len(ways) == 1 and ways[0].number == 1 and not has_lost(ways[0].pending):
            found = i + 1, ways[0]
    if not found:
        return None
    stop, way = found
    return _Cut(pending, stop, tuple(reversed(list(_cells(way.chain)))), way.pending)


def _damaged(
    text: str, codes: Sequence[tuple[Priced, ...]], clean: Bits
) -> tuple[list[bool], list[bool]]:
    """For each character whether it looks damaged, and whether a stretch may end with it.

    ASCII looks as its neighbours do, and so does a character that fits by chance between two that
    do not. A loss is no end: what follows it says what it was.
    """
    is_dear = [
        bits > _CLEAN and bool(found) for bits, found in zip(clean.tolist(), codes, strict=True)
    ]
    may_end = [
        dear and char > "\x7f" and char != LOST for char, dear in zip(text, is_dear, strict=True)
    ]
    looks = [
        bool(codes[at])
        and (is_dear[at] or char == LOST or char <= "\x7f" or all(is_dear[at - 1 : at + 2 : 2]))
        for at, char in enumerate(text)
    ]
    if looks:
        may_end[-1] = looks[-1]
    return looks, may_end


def _cells(chain: Chain | None) -> Iterator[Place]:
    while chain:
        known = options(chain.code, _UTF_8)
        if chain.others:
            known = any_of((chain.code, *chain.others), _UTF_8)
        lost = sum(isinstance(byte, frozenset) for byte in chain.code)
        yield Place(known, chain.price, lost)
        chain = chain.before
