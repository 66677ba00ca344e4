"""Look again at two texts that share too little, or differ too much, to be one at first sight.

Two kinds of copies fail the first look (:mod:`~crawler.dedup.decide`): one with every fifth character
changed has two of five shingles left; one with a third of its sentences written anew differs in
whole words. Both keep what two articles of one template do not have in common: their numbers. So
numbers must speak for the copy here, and then either of these:

* the letters stand in the same order throughout, with single ones changed here and there;
* long passages are the same to the letter, and what is between them is another passage, not a word.

Thresholds were set on damaged copies of invented articles and on pairs of one template, of other
draws than ``python benchmarks/near_duplicates.py`` prints.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from crawler.dedup import numbers
from crawler.dedup.compare import Similarity, Text
from crawler.dedup.exchanges import Gaps, gaps, passages

# Under this share of shingles two texts have nothing but set phrases in common.
LEAST = 0.30
# Numbers that both have: of 13,000 pairs of nine templates that fail the first look, those with so
# many have others changed in their places.
NUMBERS, NUMBERS_SHARED = 4, 0.50
# ... of those that stand in one place in both, at most one for two that are kept.
KEPT_BY = 2

# A fifth of the characters edited leaves 0.80 of them in order; other articles have 0.35.
IN_ORDER = 0.78
LONGEST = 20_000  # letters; the work grows with the square of them
OTHER_WORDS = 0.25  # of the gaps
ONE_PIECE = 0.13  # of the text, missing in one piece

# Passages of sixteen letters and more: a third of the sentences rewritten leaves eleven of them.
PASSAGES, COVERED, LEAST_COVERED_TEXT = 4, 0.22, 0.40
WORDS_LEFT = 2


def is_copy_after_all(new: Text, old: Text, similarity: Similarity) -> bool:
    """Whether two texts are one article although the first look says no.

    Args:
        new: A text.
        old: Another.
        similarity: Of :func:`crawler.dedup.compare.compare`, of the two in this order.
    """
    if similarity.containment < LEAST or not _numbers_vouch(new, old):
        return False
    shorter, longer = (new, old) if similarity.shorter == "a" else (old, new)
    found = gaps(shorter, longer)
    return _edited_all_over(shorter, longer, found) or (
        similarity.containment >= LEAST_COVERED_TEXT and _rewritten_in_parts(shorter, longer, found)
    )


def in_order(a: str, b: str) -> int:
    """The length of the longest common subsequence: letters that both have in one order.

    All of ``b`` is one integer, a bit a letter, so that a step of ``a`` is a few operations on it
    (Hyyrö 2004, "Bit-parallel LCS-length computation revisited").

    >>> in_order("济南今天下雨", "济南昨天下大雨")
    5
    """
    places: dict[str, int] = {}
    for at, letter in enumerate(b):
        places[letter] = places.get(letter, 0) | 1 << at
    every = (1 << len(b)) - 1
    free = every
    for letter in a:
        met = free & places.get(letter, 0)
        free = ((free + met) | (free - met)) & every
    return len(b) - free.bit_count()


def _edited_all_over(shorter: Text, longer: Text, found: Gaps) -> bool:
    length = len(shorter.letters)
    if len(longer.letters) > LONGEST or found.strange > ONE_PIECE * length:
        return False
    if found.words + found.numbers > OTHER_WORDS * found.all:
        return False
    return in_order(shorter.letters, longer.letters) >= IN_ORDER * length


def _rewritten_in_parts(shorter: Text, longer: Text, found: Gaps) -> bool:
    if found.words + found.numbers > WORDS_LEFT:
        return False
    same = passages(shorter, longer)
    return len(same) >= PASSAGES and sum(same) >= COVERED * len(shorter.letters)


def _numbers_vouch(new: Text, old: Text) -> bool:
    bags = _Bags.of(new, old)
    check = numbers.check(new.places, old.places)
    return (
        bags.shared >= NUMBERS
        and bags.shared >= NUMBERS_SHARED * bags.fewer
        and check.kept >= KEPT_BY * check.changed
        and not (check.days_changed and not check.days_kept)
    )


@dataclass(frozen=True, slots=True)
class _Bags:
    shared: int
    fewer: int

    @classmethod
    def of(cls, new: Text, old: Text) -> _Bags:
        a, b = (
            Counter(number for held in text.places.values() for number in held)
            for text in (new, old)
        )
        return cls((a & b).total(), min(a.total(), b.total()))
