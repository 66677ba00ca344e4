"""Opening a database to look at it, never to change it.

Whoever only asks reads beside a crawl that writes. SQLite is opened read-only, so that nobody can
write or checkpoint, and a copy in a folder where nothing can be written opens as well. The
dashboard waits two seconds at most: a page that says "locked" now is worth more than the right
page in half a minute.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from crawler.errors import BusyError, ConfigError, SchemaError, StoreError
from crawler.store.migrations import require_today
from crawler.store.place import see_to

WAIT_SECONDS = 2
LONGEST_SECONDS = 10


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
        try:
            url = make_url(database)
        except sa.exc.ArgumentError:
            raise ConfigError(f"database={database}: not a database URL") from None
        self.name = url.render_as_string(hide_password=True)
        self.path = _file(url)
        self._engine = file_engine(self.path, wait) if self.path else _server_engine(url, longest)

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
            raise self._explained(error) from error

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def _explained(self, error: sa.exc.DBAPIError) -> StoreError:
        text = str(error.orig)
        if "locked" in text:
            return BusyError(
                f"{self.name}: another program holds it; close that program, or wait and reload"
            )
        if "not a database" in text or "malformed" in text:
            return SchemaError(f"{self.name}: is not an SQLite database ({text})")
        return StoreError(f"{self.name}: {text.splitlines()[0] if text else error}")


def file_of(database: str) -> Path | None:
    """The file of an SQLite URL; ``None`` for a server, or for what is no URL."""
    try:
        return _file(make_url(database))
    except sa.exc.ArgumentError:
        return None


def _file(url: URL) -> Path | None:
    is_file = url.get_backend_name() == "sqlite"
    return Path(url.database) if is_file and url.database else None


def file_engine(path: Path, wait: float) -> Engine:
    """An engine that can only read the SQLite file; see :class:`Reader`."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro&uri=true"
    if _is_frozen(path):
        address += "&immutable=1"
    # Opening the file anew costs 0.1 ms, and a file that was replaced is noticed.
    engine = sa.create_engine(
        f"sqlite:///{address}",
        connect_args={"timeout": wait},
        poolclass=NullPool,
        # A fifth of the time that an export takes is spent on JSON by the standard library.
        json_deserializer=orjson.loads,
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _is_frozen(path: Path) -> bool:
    """Whether the file stands where nobody can write, with nothing beside it that belongs to it.

    SQLite wants to put a file beside a database in WAL mode even to read it. Beside a running
    crawl that file is there, and so is a log that ``immutable`` would leave unread.
    """
    log = path.with_name(path.name + "-wal")
    if os.access(path.parent, os.W_OK):
        return False
    try:
        return not log.stat().st_size
    except OSError:  # there is none, or nobody may look
        return True


def _server_engine(url: URL, longest: int) -> Engine:
    if url.get_backend_name() != "postgresql":
        raise ConfigError(f"database={url}: renmin knows sqlite:///FILE and postgresql://")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    options = f"-c default_transaction_read_only=on -c statement_timeout={longest * 1000}"
    try:
        return sa.create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "options": options},
            json_deserializer=orjson.loads,
        )
    except ModuleNotFoundError as error:
        raise ConfigError(
            "PostgreSQL needs its driver: pip install 'psycopg[binary]' (extra: postgres)"
        ) from error
