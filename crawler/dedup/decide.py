"""Decide whether two texts are the same article, and how they relate.

Two questions, in this order:

1. Does enough of the shorter text stand in the longer one?
2. Does what differs make two articles of them: two days' weather, two cities' congresses?
   See :mod:`crawler.dedup.differences`.

Pure functions of two prepared texts. The thresholds were set on damaged copies of newspaper
articles and checked on others: ``python benchmarks/near_duplicates.py`` prints what they give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from crawler.dedup.compare import Similarity, Text, compare
from crawler.dedup.differences import is_other_article

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


@dataclass(frozen=True, slots=True)
class Relation:
    """How a newer text relates to an older one of the same article.

    Attributes:
        name: ``same_text`` the same but for a letter here and there; ``excerpt`` the newer is a part
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
        return self.similarity >= PART, self.common


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
    if is_other_article(new, old, similarity, words_count=not mirror):
        return None
    name = _as_copy(similarity)
    if mirror:
        name = "mirror"
    elif same_page or (same_channel and name == "reprint"):
        name = "revised"
    return Relation(name, similarity.containment, similarity.jaccard, similarity.common)


def _as_copy(similarity: Similarity) -> RelationName:
    if similarity.jaccard >= SAME:
        return "same_text"
    if similarity.containment >= PART and similarity.ratio < CLEARLY_SHORTER:
        return "excerpt" if similarity.shorter == "a" else "contains"
    return "reprint"
