"""Decide whether two texts are the same article, and how they relate.

Two questions, in this order:

1. Does enough of the shorter text stand in the longer one?
2. Does what differs make two articles of them: two days' weather, two cities' congresses?
   See :mod:`crawler.dedup.differences`.

Two texts that fail one of them get a second look, if their numbers are the same
(:mod:`crawler.dedup.second_look`).

Pure functions of two prepared texts. The thresholds were set on damaged copies of newspaper
articles and checked on others: ``python benchmarks/near_duplicates.py`` prints what they give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from crawler.dedup.compare import Similarity, Text, compare
from crawler.dedup.differences import is_other_article
from crawler.dedup.second_look import is_copy_after_all

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


def _as_copy(similarity: Similarity, new: Text, old: Text) -> RelationName:
    part: RelationName = "excerpt" if similarity.shorter == "a" else "contains"
    if similarity.jaccard >= SAME:
        fewer, more = sorted((len(new.letters), len(old.letters)))
        if more - fewer <= min(max(LETTERS, more // 100), SENTENCE):
            return "same_text"
        return part if similarity.containment >= SAME else "reprint"
    if similarity.containment >= PART and similarity.ratio < CLEARLY_SHORTER:
        return part
    return "reprint"
