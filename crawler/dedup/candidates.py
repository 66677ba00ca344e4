"""Choose which known texts are worth a comparison, with work that does not grow.

Each key of a new text names the known texts that have it too. Two keys in common is strong
evidence; one is weak, unless hardly any text has that key.
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
        At most 8 different texts: the ones with the most keys in common, at equal numbers the newest
        (the ones with the highest number); after them at most 3 that share one rare key.

    >>> best([[7, 3], [7, 3], [7, 5], [9, 8, 6, 4, 2, 1]])
    [7, 3, 5]
    """
    shared: Counter[int] = Counter()
    rare: dict[int, None] = {}
    for posting in postings:
        newest = list(islice(posting, NEWEST_PER_KEY))
        shared.update(newest)
        if len(newest) <= RARE:
            rare.update(dict.fromkeys(newest))
    several = sorted(((n, text) for text, n in shared.items() if n > 1), reverse=True)
    chosen = [text for _, text in several[:COMPARISONS]]
    alone = sorted((text for text in rare if shared[text] == 1), reverse=True)
    return (chosen + alone[:RARE_COMPARISONS])[:COMPARISONS]
