"""Decide all duplicates of a store again, whatever the order in which they came.

A crawl compares an article with those of its own quarter that were there already. Here all keys are
joined, across quarters, and originals are chosen by their own traits: two stores that hold the same
articles get the same marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.crawl import record
from crawler.crawl.neighbours import candidate, copy
from crawler.dedup.corpus import Candidate, Match, Numbers, candidate_pairs, families, rank, settle
from crawler.dedup.sketch import KEY_BITS, LARGEST_NUMBER, NUMBER_BITS, SKETCH_VERSION
from crawler.store import articles, fingerprints
from crawler.store.articles import Stored
from crawler.store.engine import Store
from crawler.store.tables import article, fingerprint

# Texts that are kept ready to be compared: about 20 kB each.
READY = 5_000
# Ranges of keys that are joined one after the other, so that memory does not grow with the store.
RANGES = 16


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of it.

    Attributes:
        articles: How many were looked at.
        pairs: How many pairs were worth a comparison.
        copies: How many articles are marked now.
        marked: How many were no copies before.
        moved: How many are copies of another, or otherwise.
        freed: How many are no copies any more.
    """

    articles: int
    pairs: int
    copies: int
    marked: int
    moved: int
    freed: int


def see_to_sketches(connection: Connection) -> bool:
    """Note by which sketches the store works, if nobody has; whether they are those of today.

    If they are not, copies of what was stored before are not noticed until :func:`sketch_again`.
    """
    known = fingerprints.version(connection)
    if known is None:
        holds = connection.scalar(sa.select(article.c.id).limit(1)) is not None
        known = fingerprints.FIRST_VERSION if holds else SKETCH_VERSION
        fingerprints.note_version(connection, known)
    return known == SKETCH_VERSION


def are_of_today(connection: Connection) -> bool:
    """Whether the stored sketches are those of today; nothing is written."""
    known = fingerprints.version(connection)
    return known == SKETCH_VERSION or (
        known is None and fingerprints.FIRST_VERSION == SKETCH_VERSION
    )


def sketch_again(
    store: Store, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> int:
    """Make digest and keys of every article anew, in one transaction.

    Args:
        store: Its crawl lock must be held by the caller.
        progress: Told how many of how many articles are done, now and then.

    Returns:
        How many articles there are.
    """
    with store.writing.begin() as connection:
        numbers = connection.scalars(sa.select(article.c.id).order_by(article.c.id)).all()
        connection.execute(sa.delete(fingerprint))
        for done, number in enumerate(numbers):
            progress(done, len(numbers))
            if (known := articles.get(connection, number)) is not None:
                record.write_sketch(connection, number, known.article)
        fingerprints.note_version(connection, SKETCH_VERSION)
    return len(numbers)


def dedup_store(
    store: Store, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Decided:
    """Decide all pairs again and write the marks that differ.

    Args:
        store: Its crawl lock must be held by the caller.
        progress: Told how many of how many pairs are done, now and then.
    """
    with store.reading.connect() as connection:
        total = connection.scalar(sa.select(sa.func.count()).select_from(article)) or 0
        pairs = _pairs(connection)
        wanted = _marks(connection, pairs, progress)
        former = _present(connection)
    changed = {
        number: wanted.get(number)
        for number in wanted.keys() | former.keys()
        if _as_mark(wanted.get(number)) != former.get(number)
    }
    with store.writing.begin() as connection:
        for number, match in sorted(changed.items()):
            marks = _as_mark(match) or (None, None, None)
            articles.mark_duplicate(connection, number, *marks, changes=True)
    return Decided(
        articles=int(total),
        pairs=len(pairs),
        copies=len(wanted),
        marked=sum(number not in former for number in changed),
        moved=sum(number in former and number in wanted for number in changed),
        freed=sum(number not in wanted for number in changed),
    )


def _pairs(connection: Connection) -> list[tuple[int, int]]:
    """The pairs that are worth a comparison, in order."""
    found: list[Numbers] = [_exact_pairs(connection)]
    rows = connection.execution_options(yield_per=50_000).scalars(sa.select(fingerprint.c.key))
    packed = np.fromiter(rows, dtype=np.int64)
    # As crawler.dedup.sketch packs them; without the quarter.
    keys = packed >> NUMBER_BITS & (1 << KEY_BITS) - 1
    numbers = packed & LARGEST_NUMBER
    for part in range(RANGES):
        here = keys >> (KEY_BITS - 4) == part
        first, second, _ = candidate_pairs(keys[here], numbers[here])
        found.append(np.stack((first, second), axis=1))
    pairs = np.unique(np.concatenate(found), axis=0)
    return [(int(one), int(other)) for one, other in pairs]


def _exact_pairs(connection: Connection) -> Numbers:
    """Each text with the one before it that is the same to the letter."""
    query = sa.select(article.c.text_hash, article.c.id).where(article.c.text_hash != "")
    rows = connection.execution_options(yield_per=50_000).execute(
        query.order_by(article.c.text_hash, article.c.id)
    )
    found, before = [], ("", 0)
    for text_hash, number in rows:
        if text_hash == before[0]:
            found.append((before[1], number))
        before = (text_hash, number)
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _marks(
    connection: Connection,
    pairs: Sequence[tuple[int, int]],
    progress: Callable[[int, int], None],
) -> dict[int, Match]:
    """Of each copy the original and how it relates."""

    @lru_cache(maxsize=READY)
    def stored(number: int) -> Stored:
        found = articles.get(connection, number)
        if found is None:
            raise LookupError(f"article {number}: has keys and no row")
        return found

    @lru_cache(maxsize=READY)
    def text(number: int) -> Candidate:
        known = stored(number)
        return candidate(number, known.article, known.text_hash)

    def claim(number: int) -> tuple[object, ...]:
        known = stored(number)
        return rank(copy(number, known.article, known.first_seen_at))

    def told() -> Iterator[tuple[int, int]]:
        for done, pair in enumerate(pairs):
            progress(done, len(pairs))
            yield pair

    marks: dict[int, Match] = {}
    for family in families(told(), text):
        ranked = [text(number) for number in sorted(family, key=claim)]
        marks |= {number: match for number, match in settle(ranked) if match}
    return marks


def _present(connection: Connection) -> dict[int, tuple[int, str | None, float | None]]:
    """The marks as they stand."""
    columns = (article.c.id, article.c.duplicate_of_id, article.c.relation, article.c.similarity)
    query = sa.select(*columns).where(article.c.duplicate_of_id.is_not(None))
    return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}


def _as_mark(match: Match | None) -> tuple[int, str, float] | None:
    if match is None:
        return None
    return match.number, match.relation.name, round(match.relation.similarity, 4)
