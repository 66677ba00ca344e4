"""Decide whether two texts are the same article, and how they relate.

Two questions, in this order:

1. Does enough of the shorter text stand in the longer one?
2. Does what differs make two articles of them: two days' weather, two cities' congresses?
   See :mod:`crawler.dedup.differences`.

Two texts that fail one of them get a second look, if their numbers are the same: see
:func:`is_copy_after_all`.

Pure functions of two prepared texts. The thresholds were set on damaged copies of newspaper
articles and checked on others: ``python benchmarks/near_duplicates.py`` prints what they give.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeAlias

from crawler.dedup.compare import (
    Similarity,
    Text,
    check_numbers,
    compare,
    longest_piece,
)
from crawler.dedup.differences import Gaps, gaps, is_other_article, passages

RelationName: TypeAlias = Literal[
    "same_text", "reprint", "excerpt", "contains", "mirror", "revised"
]

# A text with a tenth of its characters edited keeps 0.54 to 0.84 of its 4-character shingles;
# of 900 pairs of different newspaper articles with keys in common, 1 in 100 reaches 0.46.
ENOUGH = 0.52

# From here on what differs is a letter here and there: the two are one text.
SAME = 0.90
# ... unless one of them has a note or a paragraph more: so many letters are no slip of the pen.
LETTERS, SENTENCE = 6, 20
# ... nor are so many other letters in one piece: a clause.
PASSAGE = 10

# One text is a part of the other: nearly all of it is in there, and it is clearly shorter.
PART = 0.80
CLEARLY_SHORTER = 0.80

# One text is in the other as a whole, whatever else is there. Less may be a brief of two lines that
# shares a set sentence with a sentence of the other.
WHOLLY = 0.90


@dataclass(frozen=True, slots=True)
class Relation:
    """How a newer text relates to an older one of the same article.

    Attributes:
        name: ``same_text`` the same but for a letter here and there, and neither has more; ``excerpt`` the newer is a part
            of the older; ``contains`` it has the older in it; ``mirror`` a mirror's copy;
            ``revised`` the same page or channel changed it; ``reprint`` any other copy.
        similarity: 0.0 to 1.0: how much of the shorter text stands in the longer one.
        jaccard: 0.0 to 1.0: how alike they are as wholes.
        common: Shingles that both have.
    """

    name: RelationName
    similarity: float
    jaccard: float
    common: int

    @property
    def strength(self) -> tuple[bool, int]:
        """The greater, the better the match: a text that is wholly there, then as much as possible.

        Of two pages of one site the menus may be more than the article.
        """
        return self.similarity >= WHOLLY, self.common


def decide(
    new: Text,
    old: Text,
    *,
    same_page: bool = False,
    same_channel: bool = False,
    mirror: bool = False,
) -> Relation | None:
    """Relate a newer text to an older one.

    Args:
        new: The newer text.
        old: The older text.
        same_page: Both have the same canonical address.
        same_channel: Both were published by the same channel, at different addresses.
        mirror: The newer one stands on a host that is not the site's, or is garbled.

    Returns:
        The relation; ``None`` if the two are different articles.
    """
    similarity = compare(new, old)
    is_copy = similarity.containment >= ENOUGH and not is_other_article(
        new, old, similarity, words_count=not mirror
    )
    if not is_copy and not is_copy_after_all(new, old, similarity):
        return None
    name = _as_copy(similarity, new, old)
    if mirror:
        name = "mirror"
    elif same_page or (same_channel and name == "reprint"):
        name = "revised"
    return Relation(name, similarity.containment, similarity.jaccard, similarity.common)


def _has_other_passage(new: Text, old: Text) -> bool:
    """Whether a passage of the one stands where the other has another one."""
    if new.letters == old.letters:
        return False
    return min(longest_piece(new, old), longest_piece(old, new)) > PASSAGE


def _as_copy(similarity: Similarity, new: Text, old: Text) -> RelationName:
    part: RelationName = "excerpt" if similarity.shorter == "a" else "contains"
    if similarity.jaccard >= SAME:
        fewer, more = sorted((len(new.letters), len(old.letters)))
        if _has_other_passage(new, old):
            return "reprint"
        if more - fewer <= min(max(LETTERS, more // 100), SENTENCE):
            return "same_text"
        return part if similarity.containment >= SAME else "reprint"
    if similarity.containment >= PART and similarity.ratio < CLEARLY_SHORTER:
        return part
    return "reprint"


# The second look.
#
# Two kinds of copies fail the first one: one with every fifth character changed has two of five
# shingles left; one with a third of its sentences written anew differs in whole words. Both keep
# what two articles of one template do not have in common: their numbers. So numbers must speak for
# the copy here, and then either of these:
#
# - the letters stand in the same order throughout, with single ones changed here and there;
# - long passages are the same to the letter, and what is between them is another passage, not a word.
#
# Thresholds were set on damaged copies of invented articles and on pairs of one template, of other
# draws than benchmarks/near_duplicates.py prints.

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
    check = check_numbers(new.places, old.places)
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
