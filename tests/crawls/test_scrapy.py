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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no channel named"),
        (("channels=xx",), "unknown channel 'xx'"),
        (("channels=sd", "since=gestern"), "since=gestern: not a day"),
        (("channels=sd", "limit=x"), "limit=x: expected a number"),
        (("channels=sd", "chanels=bj"), "did you mean"),
    ],
)
def test_scrapy_crawl_refuses_what_cannot_be_crawled(arguments, said):
    """Before anything begins: with our sentence, exit code 2 and no traceback."""
    done = run(
        [*SCRAPY, "crawl", "channel", *(part for each in arguments for part in ("-a", each))]
    )

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_scrapy_crawl_refuses_a_setting_that_is_none():
    """One of ours that belongs into renmin.toml would be taken, and not obeyed."""
    done = run([*SCRAPY, "crawl", "channel", "-a", "channels=sd", "-s", "RENMIN_DELAY=0.1"])

    assert done.returncode == 2
    assert "set it in renmin.toml" in done.stderr


def test_scrapy_shell_shows_a_page(serve):
    """Scrapy's way to look at a page needs no run and stores nothing."""
    site = serve(articles=1, channels=["sd"])
    proxy = f"RENMIN_PROXY=http://127.0.0.1:{site.port}"

    page = "http://sd.people.com.cn/GB/166192/index.html"
    done = run([*SCRAPY, "shell", page, "-c", "response.status", "-s", proxy])

    assert done.stdout.split() == ["200"]


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
