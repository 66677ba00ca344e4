"""The interface for programs: few names, the same answers as the export."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import crawler
from crawler import open_store, read_page, repair_text
from crawler.crawl import record
from crawler.dataset.record import as_record
from crawler.errors import ConfigError, ExtractionError, SchemaError
from crawler.store.articles import By
from tests.crawl.visits import NOW, article, html_of, prose, url_of

RIM = ("scrapy", "twisted", "sqlalchemy", "starlette", "uvicorn", "typer")


@pytest.fixture
def library(store, database):
    items = [article(1), article(2, host="bj.people.com.cn"), article(3, published_at=None)]
    with store.writing.begin() as connection:
        record.finish(connection, [record.keep(connection, x, NOW, By(None, "1")) for x in items])
    with open_store(database.removeprefix("sqlite:///")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, [2, 1, 3]),
        ({"channel": "山东"}, [1, 3]),
        ({"channel": ["bj", "sd"], "until": f"{NOW:%Y-%m-%d}"}, [2, 1]),
        ({"since": NOW.date()}, [3]),
        ({"clean": True, "copies": True}, [2, 1, 3]),
    ],
)
def test_filters(library, filters, numbers):
    """By channel, day, copies and cleanness, in the order of the addresses."""
    found = [each["content_id"] or each["url"][-6] for each in library.records(**filters)]

    assert [int(each) for each in found] == numbers


def test_articles_and_tables_hold_the_same(library):
    """One record an article, typed as the schema says."""
    pytest.importorskip("pyarrow")

    records = list(library.records())
    table = library.to_arrow(["url", "published_at"])

    assert [as_record(each) for each in library.articles()] == records
    assert table.column("url").to_pylist() == [each["url"] for each in records]
    assert str(table.schema.field("published_at").type) == "timestamp[ms, tz=Asia/Shanghai]"


def test_a_data_frame(library):
    """A missing day is missing, a channel is text."""
    pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")

    frame = library.to_pandas(["channel", "published_at"])

    assert len(frame) == 3
    assert frame["published_at"].isna().sum() == 1


@pytest.mark.parametrize("page", [("<html>", url_of(1)), (b"<html>", None), (None, url_of(1))])
def test_a_page_that_is_none_is_said(page):
    """Text in the place of bytes, or no address: one sentence, and no TypeError."""
    with pytest.raises(ConfigError, match="read_page: "):
        read_page(*page)


def test_what_cannot_be_asked_is_said(library, tmp_path):
    """An unknown filter, field or day is named with what there is; so is a missing file."""
    for filters in ({"chanel": "sd"}, {"since": "soon"}, {"since": 3}, {"until": [1]}):
        with pytest.raises(ConfigError):
            list(library.records(**filters))
    with pytest.raises(ConfigError):
        list(library.articles(clean=True))
    with pytest.raises(SchemaError), open_store(tmp_path / "none.db") as other:
        list(other.records())


def test_one_page_and_one_text():
    """Bytes in, a record out; a spoilt text in, a repaired one out."""
    body = html_of("标题", [prose(1)])

    found = read_page(body, url_of(1), "text/html; charset=gb2312")

    assert (found["title"], found["paragraphs"]) == ("标题", [prose(1)])
    assert found["charset"]["decided"] == "utf-8"
    assert repair_text("浜烘皯鏃ユ姤").text == "人民日报"
    with pytest.raises(ExtractionError):
        read_page(b"<p>", url_of(1))


@pytest.mark.parametrize(
    "name",
    [
        "crawler",
        "crawler.text.mojibake.repair",
        "crawler.extract.article",
        "crawler.dataset.record",
    ],
)
def test_reading_a_page_imports_no_more_than_that(name):
    """Neither Scrapy nor a database, a server or the command line."""
    code = f"import sys, json, {name}; print(json.dumps([m for m in {RIM!r} if m in sys.modules]))"

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert json.loads(out.stdout) == []


def test_the_interface_is_what_it_says():
    """Every name of it can be had, and no other."""
    assert all(getattr(crawler, name) is not None for name in crawler.__all__)
    with pytest.raises(AttributeError):
        crawler.nothing  # noqa: B018
