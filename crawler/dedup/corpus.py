"""The choice of what a text is a copy of, over any corpus of known texts.

A corpus says which of its texts may be the same (:func:`worth_comparing`) and gives them to be
compared; the choice is one, for the store (:mod:`crawler.crawl.neighbours`) and in memory
(:mod:`crawler.dedup.lines`). Which of several copies is the original is one question too:
:func:`original_of`.

Of all pairs at once the keys of the sketches are joined, instead of asking for one text at a time.
A crawl looks at what was there when a text came; a corpus that is whole can look at everything.
Three steps, each a function of values, so that a database, a file and a cluster can use the same:
:func:`candidate_pairs` joins the keys, :func:`families` says which texts hang together, and
:func:`settle` says of each who is the original.

Rows of one range of keys may be joined apart from all others: the pairs of all ranges together are
those of the whole, if their weights are added up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from crawler.dedup.compare import Text
from crawler.dedup.decide import Relation, RelationName, decide
from crawler.dedup.sketch import MIN_LENGTH, Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A text with what is needed to judge whether it is a copy.

    Attributes:
        number: The corpus's number of the text; grows with the order of arrival.
        text: Made ready to be compared.
        exact: As in :class:`~crawler.dedup.sketch.Sketch`.
        title: Its headline; looked at only for texts of a few words.
        day: Its date in any one form; the same.
        channel: Who published it; ``None`` if nobody is known.
        mirror: Whether it stands on a host that is not the site's, or is garbled.
        original: The number of the text that it is a copy of; ``None`` if it is an original.
    """

    number: int
    text: Text
    exact: bytes
    title: str = ""
    day: str = ""
    channel: str | None = None
    mirror: bool = False
    original: int | None = None


class Corpus(Protocol):
    """Texts that are known."""

    def candidates(self, sketch: Sketch, new: Candidate) -> Sequence[int]:
        """The numbers of the texts that are worth a comparison: few, however many are known."""
        ...

    def text(self, number: int) -> Candidate:
        """One of them."""
        ...


@dataclass(frozen=True, slots=True)
class Match:
    """The copy that a new text turned out to be.

    Attributes:
        number: Of the text that it copies.
        relation: How the new text relates to that one.
    """

    number: int
    relation: Relation


def closest(new: Candidate, sketch: Sketch, corpus: Corpus) -> Match | None:
    """The known text that shares most with ``new``, or its original if ``new`` matches that too.

    Two parts of one digest are both excerpts of it and have nothing in common: a copy of a copy is
    a copy of the original only if the texts say so.

    Returns:
        The match; of several that are equally strong the oldest. ``None`` if the text is new.
    """
    matches = [
        Match(number, relation)
        for number in corpus.candidates(sketch, new)
        if (relation := relate(new, corpus.text(number), sketch.length))
    ]
    if not matches:
        return None
    match = max(matches, key=lambda match: (match.relation.strength, -match.number))
    original = corpus.text(match.number).original
    if original is None:
        return match
    relation = compare(new, corpus.text(original))
    return Match(original, relation) if relation else match


def relate(new: Candidate, known: Candidate, length: int) -> Relation | None:
    """How a text of ``length`` canonical characters relates to a known one; ``None`` if not at all."""
    # A text of a few words says little: the title and the day must be the same too.
    if length < MIN_LENGTH and (new.title, new.day) != (known.title, known.day):
        return None
    if new.exact and new.exact == known.exact:
        # Perhaps too short, or not in Han, to be compared by pieces; but the same to the letter.
        name: RelationName = "mirror" if new.mirror else "same_text"
        return Relation(name, 1.0, 1.0, len(new.text.shingles))
    return compare(new, known)


def compare(new: Candidate, known: Candidate) -> Relation | None:
    """How the two relate by what they say, whatever their titles."""
    same_channel = new.channel is not None and new.channel == known.channel
    return decide(new.text, known.text, same_channel=same_channel, mirror=new.mirror)


# Which known texts are worth a comparison, with work that does not grow.
#
# Each key of a new text names the known texts that have it too. A key that hardly any text has
# says much, one that a hundred texts have says little: it comes from a menu, a notice, a set
# phrase. So a shared key counts by how many share it. Two keys in common are evidence; one is only
# if it is rare.

NEWEST_PER_KEY = 64  # read no more of them: reprints follow within days
COMPARISONS = 8  # of one new text
RARE = 4  # texts that have a key which may count alone
RARE_COMPARISONS = 3


def worth_comparing(postings: Iterable[Sequence[int]]) -> list[int]:
    """Choose the texts to compare a new one with.

    Args:
        postings: For each key of the new text, the known texts that have it, newest first. At
            most 64 of each are looked at.

    Returns:
        At most 8 different texts: the ones with two keys or more in common, those with the rarest and
        most keys first, at a tie the newest (the highest number); after them at most 3 that share one
        rare key.

    >>> worth_comparing([[7, 3], [7, 3], [7, 5], [9, 8, 6, 4, 2, 1]])
    [7, 3, 5]
    """
    shared: Counter[int] = Counter()
    weight: dict[int, float] = {}
    for posting in postings:
        newest = list(islice(posting, NEWEST_PER_KEY))
        for text in newest:
            shared[text] += 1
            weight[text] = weight.get(text, 0.0) + 1 / len(newest)
    ranked = sorted(((weight[text], text) for text in shared), reverse=True)
    several = [text for _, text in ranked if shared[text] > 1]
    rare = [text for by, text in ranked if shared[text] == 1 and by >= 1 / RARE]
    return (several[:COMPARISONS] + rare[:RARE_COMPARISONS])[:COMPARISONS]


# Which of several copies is the original: the earliest at the site itself. A mirror may carry an
# earlier date, or be fetched first, and is a copy all the same. As the answer depends on nothing
# but the records, it can be given again whenever another copy arrives.


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is needed of one copy.

    Attributes:
        number: The store's number of the text; grows with the order of arrival.
        at_site: Whether it stands on a host of the site.
        published_at: As printed; ``None`` if unknown.
        address: Its canonical address.
        first_seen: When it was first fetched; ``None`` if unknown.
    """

    number: int
    at_site: bool = True
    published_at: datetime | None = None
    address: str = ""
    first_seen: datetime | None = None


def original_of(*copies: Claim) -> Claim:
    """Choose the original of one or more copies; their order does not matter.

    See :func:`rank`.
    """
    return min(copies, key=rank)


def rank(copy: Claim) -> tuple[object, ...]:
    """What copies are sorted by, the original first.

    At the site before elsewhere, then by publication, a known time before an unknown one, then by
    address: two crawls of one site choose the same. First sight and number are left for texts
    without an address.
    """
    return (
        not copy.at_site,
        *_known_first(copy.published_at),
        copy.address,
        *_known_first(copy.first_seen),
        copy.number,
    )


def _known_first(time: datetime | None) -> tuple[bool, float]:
    return (time is None, time.timestamp() if time else 0.0)


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
