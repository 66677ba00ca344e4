"""The near-duplicate index: one integer a fingerprint.

The integers are packed by :mod:`crawler.dedup.sketch` so that all articles with one fingerprint
form one range of the primary key, newest last. Reading the newest few of a range costs the same
however many there are: the work for one article is bounded.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.columns import insert_for
from crawler.store.tables import fact, fingerprint

NEWEST = 64
# The fact that says by which sketches digests and fingerprints were made, and what it was before
# it was kept.
VERSION, FIRST_VERSION = "sketch_version", "c1-k8-n16-h1"


def version(connection: Connection) -> str | None:
    """By which version of the sketch the stored ones were made; ``None`` if it was never noted."""
    return connection.scalar(sa.select(fact.c.value).where(fact.c.name == VERSION))


def note_version(connection: Connection, value: str) -> None:
    """Note by which version of the sketch all stored ones are made."""
    insert = insert_for(connection, fact).values(name=VERSION, value=value)
    changed = {"value": insert.excluded.value}
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=changed))


def add(connection: Connection, keys: Sequence[int]) -> None:
    """Enter the packed fingerprints of one article; those already there stay."""
    if keys:
        insert = insert_for(connection, fingerprint).on_conflict_do_nothing()
        connection.execute(insert, [{"key": key} for key in keys])


def remove(connection: Connection, keys: Sequence[int]) -> None:
    """Take the packed fingerprints of a text away that an article no longer has."""
    if keys:
        connection.execute(sa.delete(fingerprint).where(fingerprint.c.key.in_(keys)))


def look_up(connection: Connection, ranges: Sequence[tuple[int, int]]) -> list[int]:
    """The packed fingerprints in ``ranges``, the newest :data:`NEWEST` of each.

    Args:
        connection: Any.
        ranges: First and last key, both included.

    Returns:
        All of them, in no order.
    """
    if not ranges:
        return []
    # Written for the driver: naming 128 parameters would cost more than reading the rows.
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    rows = connection.exec_driver_sql(
        _newest_of(len(ranges), mark), tuple(itertools.chain.from_iterable(ranges))
    )
    return [key for (key,) in rows]


@lru_cache(maxsize=256)
def _newest_of(ranges: int, mark: str) -> str:
    """One statement for all ranges: sixty-four round trips would cost more still."""
    arms = (
        f"SELECT key FROM (SELECT key FROM fingerprint WHERE key BETWEEN {mark} AND {mark}"
        f" ORDER BY key DESC LIMIT {NEWEST}) AS arm{n}"
        for n in range(ranges)
    )
    return " UNION ALL ".join(arms)
