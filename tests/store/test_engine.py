"""A database is opened, or refused in words that say what to do."""

from __future__ import annotations

import os
import sqlite3

import pytest
import sqlalchemy as sa

from crawler.errors import BusyError, ConfigError, SchemaError, StoreError
from crawler.store.engine import Reader, crawl_lock, open_store


@pytest.mark.parametrize("url", ["renmin.db", "mysql://u@h/db", "sqlite//x"])
def test_another_url_is_refused(url):
    """What is no SQLite file and no PostgreSQL server is named as it was typed."""
    with pytest.raises(ConfigError, match=r"database="):
        open_store(url)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a?b.db", "sqlite://h/a.db"]
)
def test_what_names_no_file_is_refused(url):
    """A database in memory, or half of a name: with what to write instead."""
    for kind in (open_store, Reader):
        with pytest.raises(ConfigError, match=r"write sqlite:///path/file.db"):
            kind(url)


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


def test_a_file_that_somebody_holds_is_busy(database):
    """Waiting has an end, and the message says who is to blame."""
    holder = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(BusyError, match=r"another program has held it for 0\.1 s"):
        open_store(database, wait=0.1)

    holder.close()


def test_one_crawl_at_a_time(store):
    """The second is refused with the first one's process, and may begin when that has ended."""
    with crawl_lock(store), pytest.raises(BusyError, match="process"), crawl_lock(store):
        pytest.fail("two crawls on one file")

    with crawl_lock(store):
        pass


def test_a_lock_that_is_a_link_is_neither_followed_nor_cut(store, tmp_path):
    """A link of the lock's name leads to any file of the user: it stays as it is."""
    letter = tmp_path / "letter.txt"
    letter.write_text("dear editor")
    lock = store.path.with_name(store.path.name + ".lock")
    lock.symlink_to(letter)

    with pytest.raises(StoreError, match="not a lock file"), crawl_lock(store):
        pytest.fail("the link was followed")

    assert letter.read_text() == "dear editor"


@pytest.mark.parametrize("make", ["text", "hard link", "folder", "pipe"])
def test_a_file_that_is_no_lock_of_ours_is_left_alone(store, tmp_path, make):
    """Another file of the lock's name is named and not written to."""
    lock = store.path.with_name(store.path.name + ".lock")
    other = tmp_path / "notes"
    other.write_text("17 notes")
    {
        "text": lambda: lock.write_text("17 notes"),
        "hard link": lambda: lock.hardlink_to(other),
        "folder": lock.mkdir,
        "pipe": lambda: os.mkfifo(lock),
    }[make]()

    with pytest.raises(StoreError, match="move it away"), crawl_lock(store):
        pytest.fail("it was taken for a lock")

    assert other.read_text() == "17 notes"
    assert not lock.is_file() or lock.read_text() == "17 notes"


def test_a_copy_where_nothing_can_be_written_is_read(store, tmp_path, monkeypatch):
    """As on a read-only disk: SQLite makes no file beside it, and what is in the log is not missed."""
    with store.writing.begin() as connection:
        connection.execute(sa.text("INSERT INTO host (host) VALUES ('a')"))
    store.close()
    before = sorted(one.name for one in tmp_path.iterdir())
    monkeypatch.setattr(os, "access", lambda _path, asked: asked != os.W_OK)
    reader = Reader(store.url)

    with reader.connect() as connection:
        hosts = connection.scalar(sa.text("SELECT count(*) FROM host"))
        with pytest.raises(sa.exc.OperationalError, match="readonly"):
            connection.execute(sa.text("DELETE FROM host"))
    reader.close()

    assert hosts == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == before


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
