"""Killed at any moment, a crawl that is run again has every article exactly once."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from crawler.errors import StoreError
from tests.crawls.conftest import crawl, crawl_command, rows, started, stored, wait_for

pytestmark = pytest.mark.crawl

ARTICLES = 60
KILLS = 2


LATENCY = 0.03
STALLED = ("-s", "RENMIN_STALLED_SECONDS=2")


def killed_crawl(site, database, after: int) -> None:
    """Crawl until the site was asked so many more times, then ``kill -9``."""
    seen = len(site.asked) + after
    with started(crawl_command(site, database, "sd", "bj", *STALLED)) as process:
        wait_for(lambda: len(site.asked) >= seen or process.poll() is not None)
        process.kill()


def test_kill_9_loses_nothing_and_doubles_nothing(serve, any_database):
    """After two kills and one run to the end each article is stored once, and no lease is left."""
    site = serve(articles=ARTICLES, channels=["sd", "bj"], latency=0.01)
    moments = Random(7)

    for _ in range(KILLS):
        killed_crawl(site, any_database, moments.randrange(8, 50))
    done = crawl(site, any_database, "sd", "bj", *STALLED)

    assert done.returncode == 0, done.stderr
    assert stored(any_database) == Counter(site.urls)
    assert rows(any_database, "SELECT count(*) FROM frontier WHERE state <> 'DONE'") == [(0,)]
    assert rows(any_database, "SELECT count(*), count(DISTINCT article_id) FROM revision") == [
        (ARTICLES, ARTICLES)
    ]
    new = rows(any_database, "SELECT sum(value) FROM run_counter WHERE name = 'article/new'")
    assert int(new[0][0]) == ARTICLES


def overlaps(site) -> int:
    """How often a host was asked while an answer to another process was still on its way."""
    last: dict[str, float] = {}
    found = 0
    for each in site.asked:
        host = each.url.split("/")[2]
        found += each.began - last.get(host, 0.0) < LATENCY
        last[host] = each.began
    return found


@pytest.mark.postgres
def test_two_processes_share_hosts_and_one_may_die(serve, postgres):
    """With two crawls on one server, one of them killed, nothing is lost, doubled or asked at once."""
    names = ("sd", "bj", "ah", "hb", "hlj")
    site = serve(articles=100, channels=names, latency=LATENCY)
    # Without any delay Scrapy itself lets the pages go at once that waited for robots.txt.
    arguments = crawl_command(site, postgres, *names, *STALLED, "-s", "DOWNLOAD_DELAY=0.1")

    with started(arguments) as first, started(arguments) as second:
        wait_for(lambda: len(rows_if_any(postgres, SHARED)) == 2)
        first.kill()
        _, errors = second.communicate(timeout=60)

    assert second.returncode == 0, errors
    assert stored(postgres) == Counter(site.urls)
    assert rows(postgres, "SELECT count(*) FROM frontier WHERE state <> 'DONE'") == [(0,)]
    assert overlaps(site) == 0


# Runs that have stored articles.
SHARED = "SELECT DISTINCT run_id FROM run_counter WHERE name = 'article/new'"


def rows_if_any(database, query):
    """What the database answers; nothing before it is made."""
    try:
        return rows(database, query)
    except StoreError:
        return []
