"""Choose which known texts are worth a comparison, with work that does not grow.

Each key of a new text names the known texts that have it too. A key that hardly any text has says
much, one that a hundred texts have says little: it comes from a menu, a notice, a set phrase. So
a shared key counts by how many share it. Two keys in common are evidence; one is only if it is rare.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

NEWEST_PER_KEY = 64  # read no more of them: reprints follow within days
COMPARISONS = 8  # of one new text
RARE = 4  # texts that have a key which may count alone
RARE_COMPARISONS = 3


def best(postings: Iterable[Sequence[int]]) -> list[int]:
    """Choose the texts to compare a new one with.

    Args:
        postings: For each key of the new text, the known texts that have it, newest first. At
            most 64 of each are looked at.

    Returns:
        At most 8 different texts: the ones with two keys or more in common, those with the rarest and
        most keys first, at a tie the newest (the highest number); after them at most 3 that share one
        rare key.

    >>> best([[7, 3], [7, 3], [7, 5], [9, 8, 6, 4, 2, 1]])
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
