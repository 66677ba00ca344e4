"""Extraction is run again over the archive: what reads otherwise is kept, what is broken is named."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from unittest import mock

import pytest
import sqlalchemy as sa

from crawler.crawl import reparse as module
from crawler.crawl.reading import extract_record
from crawler.crawl.record import finish, keep
from crawler.crawl.reparse import reextract_url, reparse
from crawler.errors import ConfigError
from crawler.items import Failure, Link
from crawler.store import frontier
from crawler.store.archive import Archive, Record
from crawler.store.articles import By
from tests.crawl.visits import NOW, fetch, html_of, prose, url_of


@pytest.fixture
def archive(any_store, tmp_path):
    """An archive of twenty pages whose articles are stored; gives its path."""
    path = tmp_path / "a.db"
    opened = Archive(path)
    for number in range(20):
        record = record_of(number)
        opened.keep([record])
        with any_store.writing.begin() as connection:
            kept = keep(connection, extract_record(record), NOW, By(None, "old"))
            finish(connection, [kept])
    opened.close()
    return path


def record_of(number: int) -> Record:
    body = html_of(f"标题第{number}号", [prose(number), prose(number + 50)])
    pages = (fetch(url_of(number), body),)
    return Record(url=url_of(number), channel="sd", kind="article", fetches=pages)


def shouting(record):
    """Better code: it ends every headline with an exclamation mark, on some pages."""
    article = extract_record(record)
    number = int(record.url[-7:-5])
    return article if number % 4 else replace(article, title=article.title + "！")


def scalars(store, query: str) -> list:
    with store.reading.connect() as connection:
        return list(connection.scalars(sa.text(query)))


def test_the_same_code_changes_nothing(any_store, archive, monkeypatch):
    """A second reading of every page, in two processes, agrees with the first."""
    monkeypatch.setattr(module, "CHUNK", 2)
    result = reparse(any_store, archive, processes=2)

    assert (result.pages, result.changed, result.errors) == (20, 0, ())


def test_better_code_is_a_new_extraction_and_no_revision(any_store, archive):
    """Only what reads otherwise is stored, as another extraction of the same revision."""
    with mock.patch.object(module, "extract_record", shouting):
        result = reparse(any_store, archive, processes=1)

    assert (result.pages, result.changed) == (20, 5)
    assert scalars(any_store, "SELECT DISTINCT revision FROM article") == [1]
    assert len(scalars(any_store, "SELECT url FROM article WHERE extraction = 2")) == 5
    assert len(scalars(any_store, "SELECT id FROM revision")) == 25


def test_a_broken_record_is_named_and_the_rest_goes_on(any_store, archive):
    """The address of the page that cannot be read is told; the others are read."""
    bad = record_of(7)
    with sqlite3.connect(archive) as db:
        db.execute("UPDATE body SET data = x'00' WHERE sha256 = ?", (bad.fetches[0].sha256,))
    db.close()

    result = reparse(any_store, archive, processes=1)

    assert result.pages == 20
    assert [url for url, _ in result.errors] == [bad.url]
    assert bad.fetches[0].sha256 in result.errors[0][1]


def test_one_page_can_be_read_again(any_store, archive):
    """The page that an address names is read, and stored if it reads otherwise."""
    opened = Archive(archive)
    with mock.patch.object(module, "extract_record", shouting):
        changed = reextract_url(any_store, opened, url_of(4))
        missing = reextract_url(any_store, opened, url_of(99))
    opened.close()

    assert changed.article.title.endswith("！")
    assert missing.error == "the archive has no such page"


def test_only_what_was_asked_for_is_read(any_store, archive):
    """A channel or a day leaves the others alone."""
    other = reparse(any_store, archive, channel="bj", processes=1)
    later = reparse(any_store, archive, since=NOW.replace(year=2027), processes=1)

    assert (other.pages, later.pages) == (0, 0)


def test_without_an_archive_there_is_nothing_to_read(any_store, tmp_path):
    """A missing archive is an error that says how to make one."""
    with pytest.raises(ConfigError, match="renmin crawl"):
        reparse(any_store, tmp_path / "none.db")


def test_a_page_that_we_broke_on_is_read_at_last(any_store, tmp_path):
    """Its archived answer becomes the article, and the page is no failure any more."""
    record, path = record_of(7), tmp_path / "a.db"
    link = Link(url=record.url, fetch_url=record.url, kind="article", channel="sd")
    with any_store.writing.begin() as connection:
        frontier.add(connection, [link], NOW, None)
        (row,) = connection.scalars(sa.text("SELECT id FROM frontier"))
        fault = Failure(reason="error_KeyError", detail="ours")
        frontier.settle_failed(connection, row, fault, NOW, retries=1)
    opened = Archive(path)
    opened.keep([record])
    opened.close()

    assert reparse(any_store, path, processes=1).changed == 1
    assert scalars(any_store, "SELECT url FROM article") == [record.url]
    assert scalars(any_store, "SELECT state FROM frontier") == ["DONE"]
    assert scalars(any_store, "SELECT url FROM failures") == []
