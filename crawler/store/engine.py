"""How a database is opened, checked and locked: to be written, or only to be looked at.

SQLite: write-ahead log, every transaction of the writing engine begins ``IMMEDIATE`` (a deferred
one that reads and then writes fails at once when somebody else wrote in between, whatever the
time-out), and one process at a time crawls into a file. Readers use an engine of their own with
plain ``BEGIN``.

A :class:`Reader` looks and never changes anything. Whoever only asks reads beside a crawl that
writes. SQLite is opened read-only, so that nobody can write or checkpoint, and a copy in a folder
where nothing can be written opens as well. The dashboard waits two seconds at most: a page that
says "locked" now is worth more than the right page in half a minute.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from crawler.errors import BusyError, StoreError
from crawler.store.migrations import migrate, require_today, schema_of
from crawler.store.open import (
    BEGIN_HINT,
    LOCK_SECONDS,
    checked_url,
    looking_engine,
    make_folder,
    path_of,
    see_to,
    server_engine,
    writing_engine,
)
from crawler.store.troubles import explained

_LONGEST_LOCK = 32  # characters: a process id


@dataclass(frozen=True, slots=True)
class Store:
    """An open database.

    Attributes:
        url: As the user named it, without a password.
        writing: Engine of the one writer; its transactions hold the write lock from the start.
        reading: Engine for everybody else.
    """

    url: str
    writing: Engine
    reading: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether one file on this machine is the database."""
        return self.writing.dialect.name == "sqlite"

    @property
    def path(self) -> Path | None:
        """The SQLite file; ``None`` for a server."""
        database = self.writing.url.database
        return Path(database) if self.is_sqlite and database else None

    def close(self) -> None:
        """Give all connections back."""
        self.writing.dispose()
        self.reading.dispose()


def open_store(
    database: str,
    *,
    create: bool = True,
    missing: str = BEGIN_HINT,
    wait: float = LOCK_SECONDS,
) -> Store:
    """Open ``database`` to write into it.

    Nothing but :func:`crawler.store.upgrade.upgrade` changes the schema of a database that has one.

    Args:
        database: SQLAlchemy URL: ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``.
        create: Whether a database without tables gets them.
        missing: What to do if the file is missing and ``create`` is false, for the error.
        wait: Seconds after which a file that another program holds is told as busy; also later, by
            whatever is written.

    Raises:
        ConfigError: The URL cannot be used.
        SchemaError: An older or newer renmin wrote it; or it is missing or empty and ``create``
            is false.
        BusyError: Another program holds it.
        StoreError: It cannot be reached.
    """
    store = open_unchecked(database, create=create, missing=missing, wait=wait)
    try:
        _see_to_the_schema(store, create=create, wait=wait)
    except sa.exc.DBAPIError as error:
        store.close()
        held = f"another program has held it for {wait:g} s"
        raise explained(error, store.url, held=held) from error
    except StoreError:
        store.close()
        raise
    return store


def open_unchecked(
    database: str, *, create: bool, missing: str = BEGIN_HINT, wait: float = LOCK_SECONDS
) -> Store:
    """The engines for ``database``, whatever is in it; see :func:`open_store`.

    Raises:
        ConfigError: The URL cannot be used.
        SchemaError: The file is missing and ``create`` is false.
        StoreError: A folder or the file is forbidden.
    """
    url = checked_url(database)
    if url.database and url.get_backend_name() == "sqlite":
        see_to(Path(url.database), create=create, missing=missing)
        make_folder(Path(url.database).parent)
    return Store(
        url.render_as_string(hide_password=True),
        writing_engine(url, begin="BEGIN IMMEDIATE", wait=wait),
        writing_engine(url, begin="BEGIN", wait=wait),
    )


@contextlib.contextmanager
def crawl_lock(store: Store) -> Iterator[None]:
    """Hold the right to crawl into a SQLite file; a server needs no such lock.

    The operating system lets go of it when the process ends, however it ends.

    Raises:
        BusyError: Another crawl holds it.
    """
    if store.path is None:
        yield
        return
    with lock_file(store.path.with_name(store.path.name + ".lock")) as handle:
        _take(handle, store)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)


def lock_file(path: Path) -> TextIO:
    """Open our lock file, and nothing else: what is no lock of ours is neither followed nor cut.

    Raises:
        StoreError: It is something else, or cannot be made.
    """
    try:
        # O_NONBLOCK: a pipe of that name is refused below instead of waited for.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        number = os.open(path, flags, 0o644)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise _not_ours(path) from None
        raise StoreError(f"{path}: cannot be made: {error.strerror}") from error
    about = os.fstat(number)
    if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1:
        os.close(number)
        raise _not_ours(path)
    handle = os.fdopen(number, "r+", encoding="ascii", errors="replace")
    holder = handle.read(_LONGEST_LOCK + 1).strip()
    if holder and not (holder.isdigit() and len(holder) < _LONGEST_LOCK):
        handle.close()
        raise _not_ours(path)
    return handle


def _not_ours(path: Path) -> StoreError:
    return StoreError(f"{path}: is not a lock file of renmin; move it away, then begin again")


def _take(handle: TextIO, store: Store) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read(_LONGEST_LOCK).strip()
        raise BusyError(
            f"{store.path}: another crawl{f' (process {holder})' if holder else ''} is writing to "
            "this file; wait for it, or give this one a --database of its own"
        ) from None
    handle.seek(0)
    handle.truncate()
    handle.write(str(os.getpid()))
    handle.flush()


def _see_to_the_schema(store: Store, *, create: bool, wait: float) -> None:
    with _only_looking(store, wait) as connection:
        found = schema_of(connection, store.url)
        if found is not None or not create:
            return require_today(connection, store.url)
    with store.writing.begin() as connection:
        migrate(connection, store.url)
    return None


@contextlib.contextmanager
def _only_looking(store: Store, wait: float) -> Iterator[Connection]:
    """A connection that leaves a file that may be somebody else's as it is, its journal as well."""
    path = store.path
    looking = looking_engine(path, wait) if path and path.exists() else store.reading
    with looking.connect() as connection:
        yield connection


WAIT_SECONDS = 2
LONGEST_SECONDS = 10
HELD_FOR_READERS = "another program holds it; close that program, or wait and reload"


class Reader:
    """A database that need not be there yet.

    Args:
        database: SQLAlchemy URL.
        wait: Seconds after which a database that somebody holds is told as busy.
        longest: Seconds after which a server gives up a question; 0 is never.

    Raises:
        ConfigError: The URL cannot be used.
    """

    def __init__(
        self, database: str, *, wait: float = WAIT_SECONDS, longest: int = LONGEST_SECONDS
    ) -> None:
        url = checked_url(database)
        self.name = url.render_as_string(hide_password=True)
        self.path = path_of(url)
        options = f"-c default_transaction_read_only=on -c statement_timeout={longest * 1000}"
        self._engine = (
            looking_engine(self.path, wait)
            if self.path
            else server_engine(url, connect_timeout=5, options=options)
        )

    @contextlib.contextmanager
    def connect(self) -> Iterator[Connection]:
        """Give a connection whose transaction is one snapshot.

        Raises:
            SchemaError: The database is missing, empty, of another version or not renmin's.
            BusyError: Another program holds it.
            StoreError: It cannot be reached.
        """
        if self.path:
            see_to(self.path, create=False)
        try:
            with self._engine.connect() as connection:
                require_today(connection, self.name)
                yield connection
        except sa.exc.DBAPIError as error:
            raise explained(error, self.name, held=HELD_FOR_READERS) from error

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()
