"""The disk is full, the database is held, the server goes away: nothing acknowledged is lost."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from crawler.store.engine import open_store
from tests.crawls.conftest import (
    crawl,
    crawl_command,
    rows,
    started,
    stored,
    wait_for,
)

pytestmark = pytest.mark.crawl

LAST_RUN = "SELECT finish_reason, exit_code FROM run ORDER BY id DESC LIMIT 1"


def limit_files(size: int):
    """A function for the child: no file of its may grow beyond ``size`` bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_disk_ends_the_crawl_and_loses_nothing(serve, database):
    """The file is named, what was committed stays, and with room the next run has the rest."""
    site = serve(articles=60)

    full = crawl(site, database, preexec_fn=limit_files(700_000))
    kept = stored(database)
    roomy = crawl(site, database)

    assert full.returncode == 3
    assert "renmin" in full.stderr
    assert ".db" in full.stderr
    assert "make room" in full.stderr or "disk full" in full.stderr
    assert "Traceback" not in full.stderr
    assert set(kept) < set(site.urls)
    assert roomy.returncode == 0, roomy.stderr
    assert stored(database) == Counter(site.urls)


def test_a_database_held_for_a_while_is_waited_for(serve, database):
    """A crawl goes on when another program lets go of the file."""
    site = serve(articles=20, latency=0.02)
    open_store(database).close()
    other = sqlite3.connect(database.removeprefix("sqlite:///"), check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(3, other.rollback).start()

    done = crawl(site, database)

    other.close()
    assert done.returncode == 0, done.stderr
    assert stored(database) == Counter(site.urls)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "schema 9999 was written by a newer"),
        (None, "not an SQLite database"),
    ],
)
def test_a_database_that_is_not_ours_is_refused(serve, database, spoil, said):
    """A newer schema and another file are named in one line, and nothing is written."""
    site = serve(articles=1)
    path = database.removeprefix("sqlite:///")
    if spoil:
        open_store(database).close()
        with sqlite3.connect(path) as db:
            db.execute(spoil)
        db.close()
    else:
        Path(path).write_text("this is a letter to the editor\n" * 300, encoding="utf-8")

    done = crawl(site, database)

    assert done.returncode == 3
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.postgres
def test_a_server_that_restarts_is_waited_for(serve, postgres):
    """A server that drops every connection and takes none for a while costs no article."""
    site = serve(articles=40, latency=0.03)
    url = sa.make_url(postgres)
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def tell(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(sa.text(statement), {"name": url.database})

    open_store(postgres).close()
    with started(crawl_command(site, postgres)) as process:
        seen = len(site.asked)
        wait_for(lambda: len(site.asked) > seen + 25)
        tell(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
        tell("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        threading.Timer(2, tell, [f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true"]).start()
        _, errors = process.communicate(timeout=60)
    admin.dispose()

    assert process.returncode == 0, errors
    assert "waiting for the database" in errors
    assert stored(postgres) == Counter(site.urls)
    assert rows(postgres, LAST_RUN) == [("finished", 0)]
