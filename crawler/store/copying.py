"""Copy a whole database into another one, of the same kind or not: every row of every table.

The index of words is made anew, since each kind of database keeps it in its own way. What arrived
is read again and held against what was sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from crawler.errors import ConfigError, StoreError
from crawler.store import search
from crawler.store.columns import metadata
from crawler.store.engine import Store, crawl_lock, open_store
from crawler.store.open import NAME_HINT
from crawler.store.tables import article
from crawler.store.troubles import explained

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Copied:
    """What stands in the target now.

    Attributes:
        rows: How many, by table.
        digests: Of each table's rows in the order of their keys.
    """

    rows: Mapping[str, int]
    digests: Mapping[str, str]


def copy_database(
    source: str, target: str, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Copied:
    """Copy everything from one database into another, which must be empty.

    Args:
        source: SQLAlchemy URL; a crawl may be writing to it: what it had committed is copied.
        target: SQLAlchemy URL; its tables are made.
        progress: Told how many of how many tables are done.

    Raises:
        ConfigError: Both are one, or the target holds something.
        StoreError: One of them cannot be used, or what arrived is not what was sent; the target is
            then empty again.
    """
    if source == target:
        raise ConfigError(f"{source}: source and target are one database")
    old = open_store(source, create=False, missing=NAME_HINT)
    try:
        new = open_store(target)
        try:
            with crawl_lock(new):
                return _copied(old, new, progress)
        except sa.exc.DBAPIError as error:
            raise explained(error, new.url) from error
        finally:
            new.close()
    finally:
        old.close()


def _copied(old: Store, new: Store, progress: Callable[[int, int], None]) -> Copied:
    tables = list(metadata.sorted_tables)
    with old.reading.connect() as sender, new.writing.begin() as receiver:
        _see_that_it_is_empty(new, receiver)
        sent: dict[str, tuple[int, str]] = {}
        for done, table in enumerate(tables):
            progress(done, len(tables) + 1)
            sent[table.name] = _send(sender, receiver, table)
        search.rebuild(receiver)
        for table in tables:
            if _summed(_rows(receiver, table)) != sent[table.name]:
                raise StoreError(f"{new.url}: table {table.name} did not arrive as it was sent")
        if not new.is_sqlite:
            _advance_numbers(receiver, tables)
    progress(len(tables) + 1, len(tables) + 1)
    return Copied(
        {name: count for name, (count, _) in sent.items()},
        {name: digest for name, (_, digest) in sent.items()},
    )


def _see_that_it_is_empty(store: Store, connection: Connection) -> None:
    for table in metadata.sorted_tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise ConfigError(f"{store.url}: holds rows in {table.name}; name an empty database")


def _send(sender: Connection, receiver: Connection, table: Table) -> tuple[int, str]:
    """Copy one table; gives how many rows it has, and their digest."""

    def passing() -> Iterator[dict[str, Any]]:
        batch: list[dict[str, Any]] = []
        for row in _rows(sender, table):
            batch.append(_without_original(table, row))
            if len(batch) == BATCH:
                receiver.execute(sa.insert(table), batch)
                batch.clear()
            yield row
        if batch:
            receiver.execute(sa.insert(table), batch)

    summed = _summed(passing())
    if table is article:
        _mark_copies(sender, receiver)
    return summed


def _without_original(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """An article's original may have a later row: that it is a copy is written when all are there."""
    return {**row, "duplicate_of_id": None} if table is article else row


def _mark_copies(sender: Connection, receiver: Connection) -> None:
    c = article.c
    query = sa.select(c.id, c.duplicate_of_id).where(c.duplicate_of_id.is_not(None))
    mark = (
        sa.update(article)
        .where(c.id == sa.bindparam("row"))
        .values(duplicate_of_id=sa.bindparam("original"))
    )
    rows = [{"row": number, "original": other} for number, other in sender.execute(query)]
    for start in range(0, len(rows), BATCH):
        receiver.execute(mark, rows[start : start + BATCH])


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    query = sa.select(table).order_by(*table.primary_key.columns)
    with connection.execute(query.execution_options(yield_per=BATCH)) as found:
        for row in found.mappings():
            yield {str(name): value for name, value in row.items()}


def _summed(rows: Iterator[dict[str, Any]]) -> tuple[int, str]:
    digest, count = hashlib.blake2b(digest_size=16), 0
    for row in rows:
        # A server gives the keys of an object in an order of its own.
        digest.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS, default=str))
        count += 1
    return count, digest.hexdigest()


def _advance_numbers(connection: Connection, tables: Sequence[Table]) -> None:
    """Let a server's sequences go on behind the numbers that are taken."""
    for table in tables:
        column = table.autoincrement_column
        if column is None:
            continue
        name = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
        if name is not None:
            last = sa.select(sa.func.max(column)).scalar_subquery()
            connection.execute(sa.select(sa.func.setval(name, sa.func.coalesce(last, 1))))
