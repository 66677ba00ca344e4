"""A database is opened, or refused in words that say what to do."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa

from crawler.errors import BusyError, ConfigError, SchemaError, StoreError
from crawler.store import engine
from crawler.store.engine import crawl_lock, open_store


@pytest.mark.parametrize("url", ["renmin.db", "mysql://u@h/db", "sqlite//x"])
def test_another_url_is_refused(url):
    """What is no SQLite file and no PostgreSQL server is named as it was typed."""
    with pytest.raises(ConfigError, match=r"database="):
        open_store(url)


def test_a_reader_makes_no_file(tmp_path):
    """Looking at a database that is not there does not create it."""
    path = tmp_path / "none.db"

    with pytest.raises(SchemaError, match="renmin crawl"):
        open_store(f"sqlite:///{path}", create=False)

    assert not path.exists()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    """Another file is named and left as it is."""
    path = tmp_path / "letter.db"
    path.write_text("dear editor\n" * 200, encoding="utf-8")

    with pytest.raises(SchemaError, match="not an SQLite database"):
        open_store(f"sqlite:///{path}")

    assert path.read_text(encoding="utf-8").startswith("dear editor")


def test_a_server_that_is_not_there_is_named_without_its_password():
    """The error of an unreachable server does not tell the password."""
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://renmin:secret@127.0.0.1:1/renmin")

    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_a_file_that_somebody_holds_is_busy(database, monkeypatch):
    """Waiting has an end, and the message says who is to blame."""
    monkeypatch.setattr(engine, "LOCK_SECONDS", 0.1)
    holder = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(BusyError, match="another program"):
        open_store(database)

    holder.close()


def test_one_crawl_at_a_time(store):
    """The second is refused with the first one's process, and may begin when that has ended."""
    with crawl_lock(store), pytest.raises(BusyError, match="process"), crawl_lock(store):
        pytest.fail("two crawls on one file")

    with crawl_lock(store):
        pass


def test_readers_see_what_was_committed_while_somebody_writes(store):
    """A transaction that is under way neither shows nor blocks."""
    with store.writing.begin() as writing:
        writing.execute(sa.text("INSERT INTO host (host) VALUES ('a')"))
        with store.reading.connect() as reading:
            seen = reading.scalar(sa.text("SELECT count(*) FROM host"))

    assert seen == 0


def test_a_power_cut_is_provided_for(store):
    """The file is in WAL mode and commits reach the disk."""
    with store.writing.begin() as connection:
        mode = connection.scalar(sa.text("PRAGMA journal_mode"))
        level = connection.scalar(sa.text("PRAGMA synchronous"))
        keys = connection.scalar(sa.text("PRAGMA foreign_keys"))

    assert (mode, level, keys) == ("wal", 2, 1)
