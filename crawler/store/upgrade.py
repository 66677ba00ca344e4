"""Bringing the database of an older renmin up to today's schema, with a copy to go back to."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.errors import BusyError, DiskFullError, SchemaError, StoreError
from crawler.store import job_schema
from crawler.store.engine import Store, crawl_lock, open_unchecked
from crawler.store.migrations import HEAD, migrate, schema_of
from crawler.store.open import BEGIN_HINT, NAME_HINT
from crawler.store.troubles import explained


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade would do, or did.

    Attributes:
        database: The database, without a password.
        found: The schema that it has.
        wanted: The schema that this renmin needs; equal to ``found`` if there is nothing to do.
        copy: Where the file is copied to first; ``None`` for a server, or if nothing is to do.
        size: Bytes of the file; 0 for a server.
        jobs: Whether the tables of procrastinate are missing or older.
    """

    database: str
    found: str
    wanted: str
    copy: Path | None
    size: int = 0
    jobs: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return self.found != self.wanted or self.jobs


@contextlib.contextmanager
def _opened(database: str) -> Iterator[Store]:
    store = open_unchecked(database, create=False, missing=NAME_HINT)
    try:
        yield store
    except sa.exc.DBAPIError as error:
        raise explained(error, store.url) from error
    finally:
        store.close()


def plan(database: str) -> Upgrade:
    """Say what :func:`upgrade` would do; changes nothing.

    Raises:
        ConfigError: The URL cannot be used.
        SchemaError: There is no database, it is empty, a newer renmin wrote it, or it is
            somebody else's.
        StoreError: It cannot be reached.
    """
    with _opened(database) as store, store.reading.connect() as connection:
        return _planned(store, connection)


def upgrade(database: str, *, copy: bool = True) -> Upgrade:
    """Copy the file, then take every missing step in one transaction: all of it or nothing.

    Args:
        database: SQLAlchemy URL.
        copy: Whether a SQLite file is copied first. A server is never copied here.

    Raises:
        BusyError: A crawl is writing to it, or another program holds it.
        DiskFullError: There is no room for the copy; the database is as it was.
        ConfigError, SchemaError, StoreError: As :func:`plan`.
    """
    with _opened(database) as store, crawl_lock(store), store.writing.begin() as connection:
        todo = _planned(store, connection)
        if not todo.is_needed:
            return todo
        if store.is_sqlite:
            # What is taken out of a row is overwritten in the file.
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        copied = todo.copy if copy else None
        if copied and store.path:
            _copy(store.path, copied)
        try:
            taken = migrate(connection, store.url)
            connection.commit()
        except BaseException:
            # Nothing was changed, so there is nothing to go back to.
            if copied:
                copied.unlink(missing_ok=True)
            raise
        if store.path and any(step.erases for step in taken):
            _rewrite(store.path)
        return todo


def _planned(store: Store, connection: Connection) -> Upgrade:
    found = schema_of(connection, store.url)
    if found is None:
        hint = NAME_HINT if store.is_sqlite else BEGIN_HINT
        raise SchemaError(f"{store.url}: is empty: there is nothing to upgrade; {hint}")
    if found > HEAD:
        raise SchemaError(
            f"{store.url}: schema {found} was written by a newer renmin, this one knows {HEAD}: "
            "install the newer renmin"
        )
    if found == HEAD or store.path is None:
        return Upgrade(store.url, found, HEAD, None, jobs=job_schema.missing(connection))
    return Upgrade(store.url, found, HEAD, _free_name(store.path, found), store.path.stat().st_size)


def _free_name(path: Path, found: str) -> Path:
    name = f"{path.name}.schema-{found}"
    candidates = (path.with_name(name + (f".{n}" if n else "")) for n in range(1000))
    return next(one for one in candidates if not one.exists())


def _rewrite(path: Path) -> None:
    """Leave nothing in the file and its log that no row holds any more.

    Raises:
        StoreError: There is no room for it; the schema is up to date all the same.
    """
    try:
        with contextlib.closing(
            sqlite3.connect(path, timeout=30, isolation_level=None)
        ) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        kind = DiskFullError if "full" in str(error) else StoreError
        raise kind(
            f"{path}: is up to date, but what was erased from it may still stand in its free room "
            f"({error}); make room, then: renmin prune --vacuum"
        ) from error


def _room_beside(path: Path) -> int:
    return shutil.disk_usage(path.parent).free


def _copy(path: Path, target: Path) -> None:
    """The file as committed, with what still stands in its log; no half copy is left behind."""
    if _room_beside(path) < path.stat().st_size:
        raise DiskFullError(
            f"{path.parent}: has no room for a copy of {path.name}; make room, "
            "or copy it elsewhere yourself and use --no-copy"
        )
    # It holds what the old database held, passwords that are erased from the new one among it.
    target.touch(mode=0o600, exist_ok=False)
    try:
        # A connection of its own: it sees what was committed before our transaction began.
        with (
            contextlib.closing(sqlite3.connect(path, timeout=30)) as old,
            contextlib.closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        kind = BusyError if "locked" in str(error) else StoreError
        raise kind(f"{target}: the copy could not be made: {error}; nothing was changed") from error
