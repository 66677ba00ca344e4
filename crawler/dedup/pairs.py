"""All pairs of a corpus at once: join the keys of its sketches instead of asking for one text at a time.

A crawl looks at what was there when a text came; a corpus that is whole can look at everything.
Three steps, each a function of values, so that a database, a file and a cluster can use the same:
:func:`candidate_pairs` joins the keys, :func:`families` says which texts hang together, and
:func:`settle` says of each who is the original.

Rows of one range of keys may be joined apart from all others: the pairs of all ranges together are
those of the whole, if their weights are added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from crawler.dedup.corpus import NEWEST_PER_KEY, RARE, Candidate, Match, compare, relate

Numbers: TypeAlias = npt.NDArray[np.int64]
Weights: TypeAlias = npt.NDArray[np.float64]

# A pair is worth a comparison if it shares a key that hardly any other text has, or several.
ENOUGH = 1 / RARE


def candidate_pairs(keys: Numbers, numbers: Numbers) -> tuple[Numbers, Numbers, Weights]:
    """The pairs of texts that share keys.

    Of a key that many texts have, each is paired with the 63 before it only: reprints follow each
    other closely, and a set phrase pairs everybody with everybody.

    Args:
        keys: One row a key and text; below 2**63.
        numbers: The text's number in the same row.

    Returns:
        The smaller number, the larger one, and the weight of each pair: its shared keys, each by
        one over the number of texts that have it. Pairs under :data:`ENOUGH` that share one key
        only are left out.

    >>> first, second, weight = candidate_pairs(np.array([7, 7, 9, 9, 5]), np.array([1, 2, 2, 1, 3]))
    >>> first.tolist(), second.tolist(), weight.tolist()
    ([1], [2], [1.0])
    """
    order = np.lexsort((numbers, keys))
    keys, numbers = keys[order], numbers[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(np.concatenate((starts, [len(keys)])))
    size_of_row = np.repeat(sizes, sizes)
    place = np.arange(len(keys)) - np.repeat(starts, sizes)
    lefts, rights, weights = [], [], []
    # Two rows that lie `step` apart in one group, for every step at once.
    for step in range(1, min(NEWEST_PER_KEY, int(sizes.max(initial=1)))):
        rows = np.flatnonzero(place >= step)
        if not len(rows):
            break
        lefts.append(numbers[rows - step])
        rights.append(numbers[rows])
        weights.append(1.0 / np.minimum(size_of_row[rows], NEWEST_PER_KEY))
    if not lefts:
        none = np.empty(0, np.int64)
        return none, none, np.empty(0, np.float64)
    return _added_up(np.concatenate(lefts), np.concatenate(rights), np.concatenate(weights))


def _added_up(
    lefts: Numbers, rights: Numbers, weights: Weights
) -> tuple[Numbers, Numbers, Weights]:
    order = np.lexsort((rights, lefts))
    lefts, rights, weights = lefts[order], rights[order], weights[order]
    is_new = np.concatenate(([True], (lefts[1:] != lefts[:-1]) | (rights[1:] != rights[:-1])))
    starts = np.flatnonzero(is_new)
    total = np.add.reduceat(weights, starts)
    shared = np.diff(np.concatenate((starts, [len(lefts)])))
    lefts, rights = lefts[starts], rights[starts]
    keep = (lefts != rights) & ((shared > 1) | (total >= ENOUGH))
    return lefts[keep], rights[keep], total[keep]


def families(
    pairs: Iterable[tuple[int, int]], text: Callable[[int], Candidate]
) -> Iterator[list[int]]:
    """The texts that hang together by pairs whose texts are one article, in groups of two or more.

    Args:
        pairs: Candidates; those of one text behind each other spare work.
        text: Gives a text by its number.
    """
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        while (above := parent.setdefault(number, number)) != number:
            parent[number] = parent[above]
            number = above
        return number

    for one, other in pairs:
        if root(one) != root(other) and _related(text(one), text(other)):
            parent[max(root(one), root(other))] = min(root(one), root(other))
    groups: dict[int, list[int]] = {}
    for number in parent:
        groups.setdefault(root(number), []).append(number)
    yield from (sorted(group) for _, group in sorted(groups.items()) if len(group) > 1)


def settle(ranked: Sequence[Candidate]) -> Iterator[tuple[int, Match | None]]:
    """Say of each text of a family whose copy it is.

    Parts of one text may have nothing in common: a text is a copy of the original that it shares
    most with, and an original itself if it shares enough with none.

    Args:
        ranked: The best claim to be the original first; see :func:`crawler.dedup.corpus.rank`.

    Yields:
        The number of each, and its original; ``None`` if it is one itself.
    """
    originals: list[Candidate] = []
    for own in ranked:
        found = (
            Match(other.number, relation)
            for other in originals
            if (relation := relate(own, other, len(own.text.letters)))
        )
        match = max(found, key=lambda each: each.relation.strength, default=None)
        if match is None:
            originals.append(own)
        yield own.number, match


def _related(one: Candidate, other: Candidate) -> bool:
    if one.exact and one.exact == other.exact:
        return relate(one, other, len(one.text.letters)) is not None
    return compare(one, other) is not None
