"""The schema is brought from its first step to today's with data in it, and opens in other tools."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from crawler.crawl.keeping import finish, keep_new
from crawler.errors import SchemaError
from crawler.items import Failure
from crawler.store import frontier, search
from crawler.store.articles import By
from crawler.store.columns import metadata
from crawler.store.engine import open_store
from crawler.store.migrations import HEAD
from tests.crawl.visits import NOW, article, link, prose


def configuration(connection=None) -> Config:
    config = Config()
    config.set_main_option("script_location", "crawler.store:migrations")
    config.attributes["connection"] = connection
    return config


def fill(store) -> None:
    """Two articles, one a copy of the other, and a page that failed."""
    text = (prose(1), prose(2))
    with store.writing.begin() as connection:
        kept = [
            keep_new(
                connection, article(n, *text, host=f"{name}.people.com.cn"), NOW, By(None, "1")
            )
            for n, name in enumerate(("sd", "bj"))
        ]
        finish(connection, kept)
        frontier.add(connection, [link(9)], NOW, None)
        frontier.settle_failed(connection, 1, Failure(reason="timeout", detail="30 s"), NOW, 5)


def test_head_is_the_last_step():
    """The constant that the code trusts is what alembic calls the head."""
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


def test_an_old_database_is_brought_up_to_date_with_its_data(any_database):
    """From the first step on, articles and their marks survive, and are found by their words."""
    store = open_store(any_database)
    fill(store)
    with store.writing.begin() as connection:
        command.downgrade(configuration(connection), "0001")
        left = set(sa.inspect(connection).get_table_names())
    store.close()

    opened = open_store(any_database, create=False)

    with opened.reading.connect() as connection:
        version = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        urls = connection.scalar(sa.text("SELECT count(*) FROM article"))
        pairs = connection.scalar(sa.text("SELECT count(*) FROM duplicate_pairs"))
        hits = search.search(connection, "标题第0号")
    opened.close()
    assert "article" in left
    assert (version, urls, pairs) == (HEAD, 2, 1)
    assert hits.total == 1


def test_every_step_can_be_taken_back(any_store):
    """Down to nothing and up again leaves the schema of today."""
    with any_store.writing.begin() as connection:
        before = set(sa.inspect(connection).get_table_names())
        command.downgrade(configuration(connection), "base")
        nothing = set(sa.inspect(connection).get_table_names())
        command.upgrade(configuration(connection), "head")
        after = set(sa.inspect(connection).get_table_names())

    assert nothing == {"alembic_version"}
    assert after == before
    assert set(metadata.tables) <= after


def test_a_newer_schema_is_refused_with_its_version(any_database):
    """Nothing is written to a database that a newer renmin wrote."""
    store = open_store(any_database)
    with store.writing.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()

    with pytest.raises(SchemaError, match=f"9999.*{HEAD}"):
        open_store(any_database)


def test_somebody_elses_tables_are_left_alone(any_database):
    """A database that holds an article table of another program is refused."""
    engine = sa.create_engine(any_database)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE article (id INTEGER)"))
    engine.dispose()

    with pytest.raises(SchemaError, match="not renmin's"):
        open_store(any_database)


def test_any_tool_can_read_the_file(store):
    """Plain sqlite3 opens it: the views answer, the times are text, and no column holds a blob."""
    fill(store)
    db = sqlite3.connect(store.path)

    unique = db.execute("SELECT url FROM article_unique").fetchall()
    pairs = db.execute("SELECT url, duplicate_of, relation FROM duplicate_pairs").fetchall()
    failed = db.execute("SELECT reason, attempts, settled_at FROM failures").fetchall()
    broken = db.execute("PRAGMA foreign_key_check").fetchall()
    kinds = {
        kind
        for table in metadata.tables
        for _, _, kind, *_ in db.execute(f"PRAGMA table_info({table})")
    }
    text = db.execute("SELECT paragraphs FROM article").fetchone()[0]
    db.close()

    assert len(unique) == 1
    assert len(pairs) == 1
    assert failed == [("timeout", 1, "2026-11-23T08:00:00+08:00")]
    assert broken == []
    assert not any("BLOB" in kind.upper() for kind in kinds)
    assert prose(1) in text
