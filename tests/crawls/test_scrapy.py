"""The project is an ordinary Scrapy project: its own commands do what ours do."""

from __future__ import annotations

import sys

import pytest

from tests.crawls.conftest import QUICK, crawl, rows, run

pytestmark = pytest.mark.crawl

SCRAPY = [sys.executable, "-m", "scrapy"]
ROWS = (
    "SELECT url, title, paragraphs, template, body_sha256 FROM article ORDER BY url",
    "SELECT url, kind, channel, state, priority FROM frontier ORDER BY url",
    "SELECT channel, name, value FROM run_counter WHERE name <> 'bytes/fetched' ORDER BY 1, 2",
)


def test_scrapy_list_names_the_spider():
    """``scrapy list`` from the root knows the spider."""
    done = run([*SCRAPY, "list"])

    assert done.stdout.split() == ["channel"]


def test_scrapy_crawl_stores_the_same_rows(serve, tmp_path):
    """``scrapy crawl channel`` with settings brings what ``renmin crawl`` brings."""
    site = serve(articles=16, channels=["sd", "bj"])
    ours, theirs = (f"sqlite:///{tmp_path / name}.db" for name in ("ours", "theirs"))
    proxy = f"RENMIN_PROXY=http://127.0.0.1:{site.port}"
    database = f"RENMIN_DATABASE={theirs}"

    crawl(site, ours, "sd", "bj")
    arguments = ["crawl", "channel", "-a", "channels=sd,bj", "-s", proxy, "-s", database, *QUICK]
    done = run([*SCRAPY, *arguments])

    assert done.returncode == 0, done.stderr
    for query in ROWS:
        assert rows(theirs, query) == rows(ours, query)
    assert len(rows(theirs, ROWS[0])) == 16
