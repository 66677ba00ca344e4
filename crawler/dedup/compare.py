"""Say how much of one text stands in another, by its letters and by its numbers.

Two measures on the sets of 4-character shingles: *Jaccard*, how alike the two are as wholes, and
*containment*, how much of the shorter one is in the longer one. Containment is the one that
matters: half an article in a page full of menus is still that article.

Numbers are compared each in its place. Yesterday's weather report and today's share nearly every
sentence; what makes them two reports is that the same places hold other numbers. A copy that lost a
tenth of its characters is as far from its original, counted in shingles, but where a number still
stands between the same words it is still the same number. This is the one test that tells a
template from a damaged copy.

A *place* is what stands around a number: two characters before it and two after it, other numbers
written as ``0``. Both texts are canonical: Han and ASCII digits, nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from crawler.dedup.sketch import Hashes, code_points, rolling
from crawler.text.chinese.script import canonical

# 3月25, 25, 第十四, 三百二十. A day is one number: two days of one month have nothing in common. A lone
# 一 is left out: it is a word (一些, 统一) more often than a number.
_HAN = "一二三四五六七八九十百千万零〇两"
# The first character stands before the alternatives so that the search can leap from one to the next.
_NUMBER = re.compile(
    f"([0-9{_HAN}](?:(?<=[0-9])[0-9]*(?:月[0-9]+)?|(?<=第.)[{_HAN}]*|[{_HAN}]++(?:月[{_HAN}]{{1,3}})?|月[{_HAN}]{{1,3}}))"
)
_AROUND = 2

Places: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """How the numbers of two texts relate.

    Attributes:
        kept: Places that both texts have and that hold the same number.
        changed: Places that both texts have and that hold different numbers.
        days_kept: The ones of ``kept`` that hold a day, ``3月25``.
        days_changed: The ones of ``changed`` that do.
    """

    kept: int
    changed: int
    days_kept: int
    days_changed: int


def number_places(canonical: str) -> Places:
    """Map each place of the text to the numbers found there, in reading order.

    >>> dict(number_places("济南3月25日电最高23度"))
    {'济南日电': ['3月25'], '最高度': ['23']}
    """
    pieces = _NUMBER.split(canonical)  # words, number, words, number, ..., words
    between, numbers = pieces[0::2], pieces[1::2]
    found: dict[str, list[str]] = {}
    before = between[0][-_AROUND:]
    for i, number in enumerate(numbers, start=1):
        after = between[i][:_AROUND]
        if i < len(numbers) and len(after) < _AROUND:
            after += "0"
        found.setdefault(before + after, []).append(number)
        before = (before + "0" + between[i])[-_AROUND:]
    return found


def check_numbers(a: Places, b: Places) -> NumberCheck:
    """Compare the numbers of two texts; the order of the two does not matter."""
    kept = changed = days_kept = days_changed = 0
    for place in a.keys() & b.keys():
        same, other = _in_one_place(a[place], b[place])
        kept += same
        changed += other
        if "月" in a[place][0]:
            days_kept += same
            days_changed += other
    return NumberCheck(kept, changed, days_kept, days_changed)


def _in_one_place(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """Count the equal and the different numbers of a place that may occur several times.

    In lists of one length the first is held against the first, and so on: five cities, each with
    its temperature. Where one list lacks an entry, any order will do.
    """
    if a == b:
        return len(a), 0
    if len(a) == len(b):
        same = sum(x == y for x, y in zip(a, b, strict=True))
    else:
        same = (Counter(a) & Counter(b)).total()
    return same, min(len(a), len(b)) - same


def shared_numbers(a: Places, b: Places) -> float:
    """Say how many numbers of the text with fewer of them the other has anywhere, 0.0 to 1.0.

    1.0 if there are fewer than three, which proves nothing.
    """
    bag_a, bag_b = (Counter(number for held in p.values() for number in held) for p in (a, b))
    fewer = min(bag_a.total(), bag_b.total())
    return (bag_a & bag_b).total() / fewer if fewer >= 3 else 1.0


# Four characters survive a tenth of the characters edited in 2 of 3 places, eight in 2 of 5;
# three are shared by texts that only share their subject.
SHINGLE = 4


class Text:
    """A text made ready to be compared, perhaps with several others.

    Attributes:
        letters: Its canonical form.
        runs: The hash of each 4-character shingle, in reading order.
        shingles: The different ones, sorted.
    """

    __slots__ = ("_places", "letters", "runs", "shingles")

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.runs = rolling(code_points(letters), SHINGLE)
        self.shingles = _different(self.runs)
        self._places: Places | None = None

    @classmethod
    def of(cls, text: str) -> Text:
        """Make any text ready."""
        return cls(canonical(text))

    @property
    def places(self) -> Places:
        """Its numbers by place; found when they are first asked for, as few pairs get that far."""
        if self._places is None:
            self._places = number_places(self.letters)
        return self._places


@dataclass(frozen=True, slots=True)
class Similarity:
    """How two texts, ``a`` and ``b``, relate.

    Attributes:
        common: Shingles that both have.
        missing: Shingles of the shorter text that the longer one lacks.
        jaccard: 0.0 to 1.0, common shingles of all shingles.
        containment: 0.0 to 1.0, common shingles of the ones of the shorter text.
        shorter: Which one has fewer shingles; ``a`` if they have equally many.
        ratio: Shingles of the shorter one by those of the longer one, 0.0 to 1.0.
    """

    common: int
    missing: int
    jaccard: float
    containment: float
    shorter: Literal["a", "b"]
    ratio: float


def compare(a: Text, b: Text) -> Similarity:
    """Measure two texts; all zero if one of them has no shingles."""
    few, many = sorted((len(a.shingles), len(b.shingles)))
    if not few:
        return Similarity(0, 0, 0.0, 0.0, "a" if not len(a.shingles) else "b", 0.0)
    common = _common(a.shingles, b.shingles)
    return Similarity(
        common=common,
        missing=few - common,
        jaccard=common / (few + many - common),
        containment=common / few,
        shorter="a" if len(a.shingles) <= len(b.shingles) else "b",
        ratio=few / many,
    )


def longest_piece(a: Text, b: Text) -> int:
    """The most letters of ``a`` in one piece that ``b`` has not."""
    strange = np.isin(a.runs, b.shingles, invert=True)
    ends = np.flatnonzero(np.diff(np.concatenate(([False], strange, [False])).astype(np.int8)))
    if not len(ends):
        return 0
    # A letter that differs is in as many shingles as one has letters.
    return max(0, int((ends[1::2] - ends[::2]).max()) - SHINGLE + 1)


def _different(hashes: Hashes) -> Hashes:
    """Sort and drop repetitions: np.unique in a third of its time."""
    hashes = np.sort(hashes)
    is_first = np.ones(len(hashes), dtype=bool)
    is_first[1:] = hashes[1:] != hashes[:-1]
    return hashes[is_first]


def _common(a: Hashes, b: Hashes) -> int:
    """Count what two sets have in common: sorted together, each such number stands twice."""
    both = np.concatenate((a, b))
    both.sort()
    return int(np.count_nonzero(both[1:] == both[:-1]))
