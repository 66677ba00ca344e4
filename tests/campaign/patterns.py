"""Every regular expression, timed on strings of its own pieces at n and 2n.

The default tests tell square patterns from their structure (tests/patterns.py); this is the other
eye: a pattern whose time grows by more than three where its text grows by two is blamed.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator

from tests.campaign.rows import Row

# Characters of the shorter text; the longer one has twice as many.
LENGTH = 3_000
# Shorter times tell nothing.
LEAST_SECONDS = 0.004
MOST_GROWTH = 3.0
MOST_PIECES = 24


def rows() -> Iterator[Row]:
    """One row; ``tried`` counts texts, ``worst`` is the slowest search."""
    from tests.test_patterns import PATTERNS

    row = Row("regular expressions at n and 2n")
    for (source, flags), place in PATTERNS.items():
        compiled = re.compile(source, flags)
        for piece in pieces_of(compiled):
            row.tried += 1
            short, long = (_seconds(compiled, _text(piece, n)) for n in (LENGTH, 2 * LENGTH))
            row.worst = max(row.worst, long)
            if long > LEAST_SECONDS and long > MOST_GROWTH * short:
                row.crash(f"{place}: {piece!r} {short * 1000:.0f} ms, {long * 1000:.0f} ms")
    yield row


def pieces_of(pattern: re.Pattern) -> list[str]:
    """Characters that it tells apart, its literals, and pairs of them."""
    text = (
        pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    )
    literals = re.findall(r"[\w\u3000-\uffef<>/=&;:!-]{1,8}", text)
    single = list(dict.fromkeys([*literals, *"a0 \n中<\"'=,.-/\\u?%&", *text]))[:MOST_PIECES]
    pairs = ["".join(pair) for pair in itertools.pairwise(single)]
    return [*single, *pairs]


def _text(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length] + "\ue123"


def _seconds(pattern: re.Pattern, text: str) -> float:
    """The least of three searches, in processor time."""
    given = text if isinstance(pattern.pattern, str) else text.encode("utf-8")
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        pattern.search(given)
        best = min(best, time.process_time() - began)
        if best < LEAST_SECONDS / 4:
            break
    return best
