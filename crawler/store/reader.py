"""Opening a database to look at it, never to change it.

The dashboard reads beside a crawl that writes. It opens SQLite read-only, so that it can neither
write nor checkpoint, and waits two seconds at most: a page that says "locked" now is worth more
than the right page in half a minute.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from crawler.errors import BusyError, ConfigError, SchemaError, StoreError
from crawler.store.migrations import HEAD

WAIT_SECONDS = 2
BEGIN_HINT = "begin with: renmin crawl CHANNEL"


class Reader:
    """A database that need not be there yet.

    Args:
        database: SQLAlchemy URL.

    Raises:
        ConfigError: The URL cannot be used.
    """

    def __init__(self, database: str) -> None:
        try:
            url = make_url(database)
        except sa.exc.ArgumentError:
            raise ConfigError(f"database={database}: not a database URL") from None
        self.name = url.render_as_string(hide_password=True)
        self.path = _file(url)
        self._engine = _file_engine(self.path) if self.path else _server_engine(url)

    @contextlib.contextmanager
    def connect(self) -> Iterator[Connection]:
        """Give a connection whose transaction is one snapshot.

        Raises:
            SchemaError: The database is missing, empty, of another version or not renmin's.
            BusyError: Another program holds it.
            StoreError: It cannot be reached.
        """
        if self.path and not self.path.exists():
            raise SchemaError(f"{self.path}: no such database; {BEGIN_HINT}")
        try:
            with self._engine.connect() as connection:
                self._check(connection)
                yield connection
        except sa.exc.DBAPIError as error:
            raise self._explained(error) from error

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def _check(self, connection: Connection) -> None:
        inspector = sa.inspect(connection)
        if not inspector.has_table("alembic_version"):
            if inspector.get_table_names():
                raise SchemaError(f"{self.name}: has tables that are not renmin's")
            raise SchemaError(f"{self.name}: is empty; {BEGIN_HINT}")
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if found != HEAD:
            newer = found is not None and found > HEAD
            what = "upgrade renmin" if newer else "the next renmin crawl brings it up to date"
            raise SchemaError(f"{self.name}: has schema {found}, this renmin reads {HEAD}; {what}")

    def _explained(self, error: sa.exc.DBAPIError) -> StoreError:
        text = str(error.orig)
        if "locked" in text:
            return BusyError(
                f"{self.name}: another program holds it; close that program, or wait and reload"
            )
        if "not a database" in text or "malformed" in text:
            return SchemaError(f"{self.name}: is not an SQLite database ({text})")
        return StoreError(f"{self.name}: {text.splitlines()[0] if text else error}")


def _file(url: URL) -> Path | None:
    is_file = url.get_backend_name() == "sqlite"
    return Path(url.database) if is_file and url.database else None


def _file_engine(path: Path) -> Engine:
    address = f"file:{quote(str(path.absolute()))}?mode=ro&uri=true"
    # Opening the file anew costs 0.1 ms, and a file that was replaced is noticed.
    engine = sa.create_engine(
        f"sqlite:///{address}", connect_args={"timeout": WAIT_SECONDS}, poolclass=NullPool
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _server_engine(url: URL) -> Engine:
    if url.get_backend_name() != "postgresql":
        raise ConfigError(f"database={url}: renmin knows sqlite:///FILE and postgresql://")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    options = "-c default_transaction_read_only=on -c statement_timeout=10000"
    try:
        return sa.create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": 5, "options": options}
        )
    except ModuleNotFoundError as error:
        raise ConfigError(
            "PostgreSQL needs its driver: pip install 'psycopg[binary]' (extra: postgres)"
        ) from error
