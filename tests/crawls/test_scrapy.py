"""The project is an ordinary Scrapy project: its own commands do what ours do."""

from __future__ import annotations

import sys

import pytest

from tests.crawls.conftest import QUICK, crawl, environment, rows, run

pytestmark = pytest.mark.crawl

SCRAPY = [sys.executable, "-m", "scrapy"]
ROWS = (
    "SELECT url, title, paragraphs, template, body_sha256 FROM article ORDER BY url",
    "SELECT url, kind, channel, state, priority FROM frontier ORDER BY url",
    "SELECT channel, name, value FROM run_counter WHERE name <> 'bytes/fetched' "
    "AND name NOT LIKE 'time/%' ORDER BY 1, 2",
)


def test_scrapy_list_names_the_spiders():
    """``scrapy list`` from the root knows the spiders."""
    done = run([*SCRAPY, "list"])

    assert done.stdout.split() == ["channel", "photos", "probe"]


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


def test_a_crawl_that_breaks_as_it_begins_ends_its_run(serve, tmp_path):
    """One line says so, and the run is no lost one."""
    database = f"sqlite:///{tmp_path / 'broken.db'}"
    broken = ["sd", "-s", "RETRY_EXCEPTIONS=no.such.Error"]

    done = crawl(serve(), database, *broken, cwd=tmp_path, env=environment(TMPDIR=str(tmp_path)))

    assert done.returncode == 3
    assert [line[:8] for line in done.stderr.splitlines()] == ["renmin: "]
    assert rows(database, "SELECT finish_reason, exit_code FROM run") == [("not_started", 3)]
    assert rows(database, "SELECT count(*) FROM run WHERE ended_at IS NULL") == [(0,)]
