"""Decide whether two texts are the same article, and how they relate.

Two questions, in this order:

1. Does enough of the shorter text stand in the longer one?
2. Do the numbers of the two contradict each other? Then it is one mould, filled twice: two days'
   weather, two cities' congresses. Letters cannot tell these apart, numbers do.

Pure functions of two prepared texts. The thresholds were set on damaged copies of newspaper
articles and checked on others: ``python benchmarks/near_duplicates.py`` prints what they give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from crawler.dedup import numbers
from crawler.dedup.compare import SHINGLE, Similarity, Text, compare
from crawler.dedup.exchanges import gaps

RelationName: TypeAlias = Literal[
    "same_text", "reprint", "excerpt", "contains", "mirror", "revised"
]

# A text with a tenth of its characters edited keeps 0.54 to 0.84 of its 4-character shingles;
# of 900 pairs of different newspaper articles with keys in common, 1 in 100 reaches 0.46.
ENOUGH = 0.52

# From here on what differs is a letter here and there: the two are one text.
SAME = 0.90

# One text is a part of the other: nearly all of it is in there, and it is clearly shorter.
PART = 0.80
CLEARLY_SHORTER = 0.80

# TODO
CHANGED_PLACES = 3
SHINGLES_OF_A_NUMBER = 6
LEAST_CHANGED = 0.15
MOST_CHANGED = 0.30

# TODO
VOUCHED = 5
EXCHANGED = 2
LIGHTLY_DAMAGED = 0.9
EXCHANGED_SHARE = 0.35

# Too few common places to judge by: then at least half of the numbers must be in both texts.
NUMBERS_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Relation:
    """How a newer text relates to an older one of the same article.

    Attributes:
        name: ``same_text`` the same but for a letter here and there; ``excerpt`` the newer is a part
            of the older; ``contains`` it has the older in it; ``mirror`` a mirror's copy;
            ``revised`` the same page or channel changed it; ``reprint`` any other copy.
        similarity: 0.0 to 1.0: how much of the shorter text stands in the longer one.
        jaccard: 0.0 to 1.0: how alike they are as wholes.
        common: Shingles that both have; tells the better of two matches.
    """

    name: RelationName
    similarity: float
    jaccard: float
    common: int


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
    if similarity.containment < ENOUGH:
        return None
    check = numbers.check(new.places, old.places)
    if _numbers_contradict(similarity, check):
        return None
    if not mirror and _words_contradict(new, old, similarity, check):
        return None
    name = _as_copy(similarity)
    if mirror:
        name = "mirror"
    elif same_page or (same_channel and name == "reprint"):
        name = "revised"
    return Relation(name, similarity.containment, similarity.jaccard, similarity.common)


def _numbers_contradict(similarity: Similarity, check: numbers.NumberCheck) -> bool:
    """Whether the numbers say that these are two articles of one mould."""
    other_day = check.days_changed > 0 and check.days_kept == 0
    if other_day and similarity.missing <= SHINGLES_OF_A_NUMBER * check.changed:
        return True  # yesterday's text with today's date, and nothing else is new
    common = check.kept + check.changed
    if common < CHANGED_PLACES:
        return check.changed >= check.kept and check.share < NUMBERS_SHARED
    damage = 1 - similarity.containment ** (1 / SHINGLE)  # share of characters
    limit = min(max(3 * damage, LEAST_CHANGED), MOST_CHANGED)
    if check.changed < CHANGED_PLACES and not other_day:
        limit = 0.5
    return check.changed > 1 and check.changed >= limit * common


def _words_contradict(
    new: Text, old: Text, similarity: Similarity, check: numbers.NumberCheck
) -> bool:
    """Whether whole words were exchanged for others, so that these are two articles of one mould."""
    vouched = check.kept >= VOUCHED and check.changed * 10 <= check.kept
    if vouched or similarity.containment > LIGHTLY_DAMAGED:
        return False
    shorter, longer = (new, old) if similarity.shorter == "a" else (old, new)
    found = gaps(shorter, longer)
    exchanged = found.words + found.numbers + check.changed
    return exchanged >= EXCHANGED and exchanged >= EXCHANGED_SHARE * found.all


def _as_copy(similarity: Similarity) -> RelationName:
    if similarity.jaccard >= SAME:
        return "same_text"
    if similarity.containment >= PART and similarity.ratio < CLEARLY_SHORTER:
        return "excerpt" if similarity.shorter == "a" else "contains"
    return "reprint"
