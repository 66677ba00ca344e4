"""The doctor tells when database and archive do not belong together."""

import sqlite3

import pytest

from crawler.bulk.importing import Sources, import_files
from crawler.config import Config
from crawler.store.engine import open_store
from crawler.watch.consistency import compare
from crawler.watch.doctor import OK, WARN, examine
from tests.bulk.warcs import write_warc
from tests.crawl.visits import NOW, html_of, prose, url_of

HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def both(tmp_path):
    """Two articles and their bodies."""
    pages = [(url_of(n), 200, HTML, html_of(f"第{n}篇", [prose(n)])) for n in (1, 2)]
    warc = write_warc(tmp_path / "a.warc.gz", pages)
    store = open_store(f"sqlite:///{tmp_path / 'renmin.db'}")
    import_files(store, tmp_path / "renmin.archive.db", Sources(paths=[warc]))
    yield store, tmp_path / "renmin.archive.db"
    store.close()


def told(store):
    database = f"sqlite:///{store.path}"
    (line,) = [line for line in examine(Config(database=database), NOW) if line.subject == "bodies"]
    return line


def test_what_belongs_together_is_ok(both):
    """Every article has its body."""
    assert told(both[0]).state == OK


def test_an_article_without_its_body_is_counted(both):
    """An archive that is older than its database."""
    store, archive = both
    with sqlite3.connect(archive) as db:
        db.execute("DELETE FROM body WHERE rowid = (SELECT min(rowid) FROM body)")
    db.close()

    assert told(store).state == WARN
    assert "1 of 2 articles" in told(store).message


def test_a_page_without_an_article_is_counted(both):
    """An archive that is newer than its database."""
    store, archive = both
    with store.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM article WHERE id = 1")
    with store.reading.connect() as connection:
        assert compare(connection, archive).without_article == 1


def test_a_missing_archive_is_told_where_there_are_articles(both):
    """It does not come with the next crawl."""
    store, archive = both
    archive.unlink()

    assert told(store).state == WARN
    assert "is missing" in told(store).message
