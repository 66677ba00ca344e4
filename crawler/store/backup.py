"""Copies of a whole database: one to go back to, with its archive; or into another database.

A backup is consistent beside a crawl, checked, and described. The database is copied first and the
archive second: whatever article the copy has, its raw bytes are then there too. A server's database
is copied into a SQLite file, which every renmin can read.

Into another database, of the same kind or not, every row of every table is copied. The index of
words is made anew, since each kind of database keeps it in its own way. What arrived is read again
and held against what was sent.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from crawler import __version__
from crawler.errors import ConfigError, DiskFullError, StoreError
from crawler.store import search
from crawler.store.columns import metadata
from crawler.store.engine import Reader, Store, crawl_lock, open_store
from crawler.store.migrations import HEAD
from crawler.store.open import LOCK_SECONDS, NAME_HINT, looking_engine
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


DATABASE, ARCHIVE, MANIFEST = "renmin.db", "renmin.archive.db", "backup.json"
PREFIX = "renmin-"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup.

    Attributes:
        folder: Where it lies.
        facts: What stands in its manifest.
    """

    folder: Path
    facts: dict[str, Any]


def back_up(
    database: str, archive: Path | None, parent: Path, now: datetime, keep: int = 0
) -> Backup:
    """Copy a database and its archive into a new folder below ``parent``.

    Args:
        database: SQLAlchemy URL.
        archive: The raw bodies; ``None`` to copy the database alone.
        parent: Made if it is missing. Other backups may be in it.
        now: Names the folder.
        keep: Afterwards remove all but so many of the latest backups in ``parent``; 0 keeps all.

    Raises:
        StoreError: The folder cannot be made, the database cannot be read, the archive of its articles is not there, or
            the copy is not sound; it is removed again.
        DiskFullError: There is no room for it.
    """
    folder = _unused(parent / f"{PREFIX}{now:%Y%m%d-%H%M%S}")
    unfinished = folder.with_name(folder.name + ".part")
    try:
        unfinished.mkdir(parents=True)
    except OSError as error:
        raise StoreError(
            f"{unfinished}: cannot be made: {error.strerror}; name a folder that can be written"
        ) from None
    try:
        _copy_database(database, unfinished / DATABASE)
        if archive is not None:
            _copy_archive(archive, unfinished)
        facts = _described(unfinished, now)
        (unfinished / MANIFEST).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        unfinished.rename(folder)
    except OSError as error:
        raise DiskFullError(
            f"{unfinished}: cannot be written: {error.strerror or error}"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _remove_old(parent, keep)
    return Backup(folder, facts)


def _unused(folder: Path) -> Path:
    """The folder's name; with a number behind it where another backup of this second stands."""
    names = (folder, *(folder.with_name(f"{folder.name}-{n}") for n in range(2, 100)))
    return next((name for name in names if not name.exists()), folder)


def backups(parent: Path) -> list[Backup]:
    """All whole backups in a folder, the latest last; also the folder itself, if it is one."""
    folders = [parent] if (parent / MANIFEST).exists() else sorted(parent.glob(f"{PREFIX}*"))
    return [_read(folder) for folder in folders if (folder / MANIFEST).exists()]


def check(backup: Backup) -> None:
    """See that a backup is as it was made.

    Raises:
        StoreError: A file is missing or was changed.
    """
    for name, facts in backup.facts["files"].items():
        path = backup.folder / name
        if not path.exists():
            raise StoreError(f"{path}: is missing; take another backup")
        if path.stat().st_size != facts["bytes"] or _digest(path) != facts["sha256"]:
            raise StoreError(f"{path}: is not what was backed up; take another backup")


def restore(backup: Backup, database: str, archive: Path) -> None:
    """Put a backup in place, where nothing may be yet.

    Args:
        backup: Checked first.
        database: SQLAlchemy URL of a file or server that holds nothing.
        archive: Where the raw bodies go.

    Raises:
        ConfigError: Something is there already.
        StoreError: The backup is not sound.
    """
    check(backup)
    url = sa.make_url(database)
    file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    for path in filter(None, (file, archive)):
        if path.exists():
            raise ConfigError(f"{path}: is there already; move it away, then restore again")
    # The database last: while it is not there, nothing was restored.
    if (backup.folder / ARCHIVE).exists():
        _place(backup.folder / ARCHIVE, archive)
    try:
        if file is None:
            copy_database(f"sqlite:///{backup.folder / DATABASE}", database)
        else:
            _place(backup.folder / DATABASE, file)
    except BaseException:
        archive.unlink(missing_ok=True)
        raise


def _copy_database(database: str, target: Path) -> None:
    if sa.make_url(database).get_backend_name() != "sqlite":
        copy_database(database, f"sqlite:///{target}")
        target.with_name(target.name + ".lock").unlink(missing_ok=True)
        return
    # As a reader: a database that may not be written can be backed up all the same.
    with contextlib.closing(Reader(database, wait=LOCK_SECONDS)) as reader, reader.connect():
        pass
    if reader.path is None:
        raise ConfigError(f"{reader.name}: is no file; there is nothing to back up")
    _copy_file(reader.path, target)


def _copy_archive(archive: Path, folder: Path) -> None:
    """The archive beside the copied database; there is none where nothing has been crawled yet."""
    if archive.exists():
        return _copy_file(archive, folder / ARCHIVE)
    with contextlib.closing(sqlite3.connect(folder / DATABASE)) as connection:
        query = "SELECT count(*) FROM article WHERE body_sha256 IS NOT NULL"
        bodies = connection.execute(query).fetchone()[0]
    if bodies:
        raise StoreError(
            f"{archive}: no such archive, and the database names raw bodies of {bodies} articles; "
            "name the archive (archive in renmin.toml, or RENMIN_ARCHIVE), or copy the database "
            "alone: --no-archive"
        )
    return None


def _copy_file(source: Path, target: Path) -> None:
    """A SQLite file as committed, with what still stands in its log, and see that it is sound."""
    try:
        reading = looking_engine(source, LOCK_SECONDS).raw_connection()
        old = cast("sqlite3.Connection", reading.driver_connection)
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except (sqlite3.Error, sa.exc.DBAPIError) as error:
        raise explained(error, str(source)) from error
    try:
        with (
            contextlib.closing(reading),
            contextlib.closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
            answer = new.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        kind = DiskFullError if "full" in str(error) else StoreError
        raise kind(f"{target}: the copy could not be made: {error}") from error
    if answer != "ok":
        raise StoreError(f"{source}: is damaged: {answer}")


def _described(folder: Path, now: datetime) -> dict[str, Any]:
    with contextlib.closing(sqlite3.connect(folder / DATABASE)) as connection:
        articles = connection.execute("SELECT count(*) FROM article").fetchone()[0]
    bodies = 0
    if (folder / ARCHIVE).exists():
        with contextlib.closing(sqlite3.connect(folder / ARCHIVE)) as connection:
            bodies = connection.execute("SELECT count(*) FROM body").fetchone()[0]
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": _digest(path)}
        for path in sorted(folder.iterdir())
    }
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "version": __version__,
        "schema": HEAD,
        "articles": articles,
        "bodies": bodies,
        "files": files,
    }


def _read(folder: Path) -> Backup:
    try:
        return Backup(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder / MANIFEST}: cannot be read: {error}") from None


def _remove_old(parent: Path, keep: int) -> None:
    if keep:
        for backup in backups(parent)[:-keep]:
            shutil.rmtree(backup.folder)


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(source, partial)
        # A backup is one file without a log; what is worked with has one, so that readers and the
        # crawl do not wait for each other.
        with contextlib.closing(sqlite3.connect(partial)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        partial.replace(target)
    except OSError as error:
        raise DiskFullError(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
