"""Say how much of one text stands in another.

Two measures on the sets of 4-character shingles: *Jaccard*, how alike the two are as wholes, and
*containment*, how much of the shorter one is in the longer one. Containment is the one that
matters: half an article in a page full of menus is still that article.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crawler.dedup import numbers
from crawler.dedup.sketch import Hashes, code_points, rolling
from crawler.text.chinese.canonical import canonical

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
        self._places: numbers.Places | None = None

    @classmethod
    def of(cls, text: str) -> Text:
        """Make any text ready."""
        return cls(canonical(text))

    @property
    def places(self) -> numbers.Places:
        """Its numbers by place; found when they are first asked for, as few pairs get that far."""
        if self._places is None:
            self._places = numbers.places(self.letters)
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
