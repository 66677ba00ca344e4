"""How a database is opened: its URL, its place, its engines. Whoever opens one begins here.

SQLite's own errors name no folder, so the place of a file is seen to before it is asked. What the
errors of a driver mean is in :mod:`crawler.store.troubles`.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from crawler.errors import ConfigError, SchemaError, StoreError

LOCK_SECONDS = 30

BEGIN_HINT = "begin with: renmin crawl CHANNEL"
# For what works on a database that there must be.
NAME_HINT = (
    "see that it is named right (sqlite:///file.db lies in this folder, sqlite:////srv/file.db "
    "in /srv)"
)
_ELSEWHERE = "or name another file with --database sqlite:///path/file.db"


def checked_url(database: str) -> URL:
    """The URL of a kind of database that renmin knows, with its driver.

    Raises:
        ConfigError: It is no URL, of another kind, or names no file where SQLite is meant.
    """
    _see_that_its_password_is_escaped(database)
    try:
        url = make_url(database)
    except sa.exc.ArgumentError:
        raise ConfigError(
            f"database={database}: not a database URL; a file is written sqlite:///path/file.db"
        ) from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigError(f"database={database}: renmin knows sqlite:/// and postgresql://")
    if url.get_backend_name() == "sqlite":
        _see_that_it_names_a_file(database, url)
    if url.get_backend_name() == "postgresql" and url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return url


def _see_that_its_password_is_escaped(database: str) -> None:
    """Refuse a password with an @ in it: the address would end the password there (RFC 3986, 3.2.1)."""
    user, _, password = database.partition("://")[2].rpartition("@")[0].partition(":")
    if "@" in password and "/" not in user:
        raise ConfigError(f"database={database}: an @ in a password is written %40")


def _see_that_it_names_a_file(database: str, url: URL) -> None:
    """Refuse what is no file: several processes and connections share a database of renmin's."""
    if url.database in {None, "", ":memory:"}:
        what = "renmin keeps its database in a file"
    elif url.host:
        what = "a file has no host"
    elif "?" in database:
        what = "what follows a ? is no part of a file's name"
    else:
        return
    raise ConfigError(f"database={database}: {what}; write sqlite:///path/file.db")


def file_of(database: str) -> Path | None:
    """The file of an SQLite URL; ``None`` for a server, or for what is no URL."""
    try:
        return path_of(make_url(database))
    except sa.exc.ArgumentError:
        return None


def path_of(url: URL) -> Path | None:
    """The file of an SQLite URL; ``None`` for a server."""
    is_file = url.get_backend_name() == "sqlite"
    return Path(url.database) if is_file and url.database else None


def see_to(path: Path, *, create: bool, missing: str = BEGIN_HINT) -> None:
    """See that a database file can be opened where it is to lie; nothing is made.

    Args:
        path: The file.
        create: Whether it may be missing, and is made then.
        missing: What to do if it is missing and may not be.

    Raises:
        ConfigError: It cannot be a file: it is a folder, or lies below a file.
        SchemaError: It is missing, and ``create`` is false.
        StoreError: A folder may not be entered or written into, or the file may not be read.
    """
    folder = _last_folder(path)
    if (mode := _mode(path)) is not None:
        _see_to_the_file(path, mode)
    elif not create:
        raise SchemaError(f"{path}: no such database; {missing}")
    elif not os.access(folder, os.W_OK):
        raise _forbidden(folder, f"folder may not be written into, to make {path}", "u+rwx")


def _last_folder(path: Path) -> Path:
    """The nearest folder above ``path`` that there is."""
    last = Path(path.anchor or ".")
    for folder in reversed(path.absolute().parents):
        if (mode := _mode(folder)) is None:
            break
        if not stat.S_ISDIR(mode):
            raise ConfigError(f"{folder}: is no folder, so {path} cannot lie in it")
        if not os.access(folder, os.X_OK):
            raise _forbidden(folder, "folder may not be entered", "u+rwx")
        last = folder
    return last


def _see_to_the_file(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise ConfigError(f"{path}: is a folder; name a file in it: sqlite:///{path}/renmin.db")
    if not stat.S_ISREG(mode):
        raise ConfigError(f"{path}: is no file that can hold a database, {_ELSEWHERE}")
    if not os.access(path, os.R_OK):
        raise _forbidden(path, "file may not be read", "u+rw")


def _forbidden(path: Path, what: str, wanted: str) -> StoreError:
    if os.statvfs(path).f_flag & os.ST_RDONLY:  # no chmod helps there
        return StoreError(f"{path}: this {what}: its disk is mounted read-only; {_ELSEWHERE[3:]}")
    mode = stat.filemode(_mode(path) or 0)
    # Whoever does not own it cannot, and perhaps must not, change its rights.
    mine = path.stat().st_uid == os.geteuid() if hasattr(os, "geteuid") else True
    advice = f"allow it (chmod {wanted} {path})" if mine else "ask its owner to allow it"
    return StoreError(f"{path}: this {what} (permission denied: {mode}); {advice}, {_ELSEWHERE}")


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be looked at: {error.strerror}") from None
    except ValueError:  # a zero byte
        raise ConfigError(f"{str(path)!r}: is no name of a file") from None


def make_folder(folder: Path) -> None:
    """Make the folder that a database file is to lie in.

    Raises:
        ConfigError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made: {error.strerror}") from error


def _as_json(value: object) -> str:
    return orjson.dumps(value).decode()


# Hanzi stay hanzi in the file, so that other tools show text and not \uXXXX; and a fifth of the
# time that an export takes would be spent on JSON by the standard library.
_JSON: dict[str, Any] = {"json_serializer": _as_json, "json_deserializer": orjson.loads}


def writing_engine(url: URL, *, begin: str, wait: float) -> Engine:
    """An engine that may write: a server's, or a file's whose transactions begin with ``begin``."""
    if url.get_backend_name() == "postgresql":
        return server_engine(url, connect_timeout=10)
    engine = sa.create_engine(url, connect_args={"timeout": wait}, **_JSON)

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        connection.execute("PRAGMA journal_mode=WAL")
        # A commit waits for the disk only at checkpoints; batches make FULL affordable, and a
        # crawl that was acknowledged survives a power cut.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-65536")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def server_engine(url: URL, **connect_args: Any) -> Engine:
    """An engine of a PostgreSQL server.

    Raises:
        ConfigError: The driver is not installed; later, when it connects: the database does not
            keep UTF-8.
    """
    connect_args |= {"client_encoding": "utf8"}
    try:
        # A server that was restarted is noticed when a connection is taken, not in mid-batch.
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args=connect_args, **_JSON)
    except ModuleNotFoundError as error:
        raise ConfigError("PostgreSQL needs its driver: pip install 'renmin[fleet]'") from error
    event.listen(engine, "connect", _see_that_it_keeps_hanzi)
    return engine


def _see_that_it_keeps_hanzi(connection: Any, _record: Any) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        name = connection.info.dbname
        connection.close()
        raise ConfigError(
            f"database {name}: its encoding is {encoding}, and renmin's texts need UTF8: "
            f"CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


def looking_engine(path: Path, wait: float) -> Engine:
    """An engine that can only read an SQLite file, and leaves no trace beside it."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro&uri=true"
    if _is_frozen(path):
        address += "&immutable=1"
    # Opening the file anew costs 0.1 ms, and a file that was replaced is noticed.
    engine = sa.create_engine(
        f"sqlite:///{address}",
        connect_args={"timeout": wait},
        poolclass=NullPool,
        **_JSON,
    )

    @event.listens_for(engine, "begin")
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
