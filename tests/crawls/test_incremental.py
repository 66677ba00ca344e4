"""A daily crawl fetches what is new and what may have changed, and no article twice for nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from crawler.replica import Clock, Site
from crawler.store.engine import open_store
from tests.crawls.conftest import command, counters, crawl, rows, run

pytestmark = pytest.mark.crawl

REVISIONS = "SELECT url FROM article WHERE revision = 2"


@pytest.fixture
def visited(serve, database):
    """A site that was crawled once."""
    site = serve(articles=45)
    assert crawl(site, database).returncode == 0
    site.asked.clear()
    return site


def make_due(database: str) -> None:
    """Let the time of the next look at every page have come."""
    store = open_store(database, create=False)
    with store.writing.begin() as connection:
        connection.execute(sa.text("UPDATE frontier SET due_at = found_at WHERE kind = 'article'"))
    store.close()


def articles_asked(site) -> list[int]:
    """The statuses of its answers for articles."""
    urls = set(site.urls)
    return [each.status for each in site.asked if each.page in urls]


def test_days_of_one_site(visited, database):
    """An unchanged site costs no article, a due look costs 304s, a correction is a revision."""
    site = visited

    # The same day again: lists alone, and only their first pages, since nothing is new.
    assert crawl(site, database).returncode == 0
    assert articles_asked(site) == []
    assert not any("index2" in each.url for each in site.asked)
    assert counters(database)["page/unchanged"] > 0
    assert "article/new" not in counters(database)

    # Every article is due: they are asked for, and no body comes again.
    make_due(database)
    site.asked.clear()
    assert crawl(site, database).returncode == 0
    assert set(articles_asked(site)) == {304}
    assert counters(database)["page/unchanged"] >= len(site.urls)
    assert rows(database, "SELECT max(checks) FROM page JOIN frontier ON id = frontier_id") != [
        (1,)
    ]

    # A day later: two new articles, and one was corrected without a word.
    site.site = Site(articles=45, channels=["sd"], plain=True, clock=Clock(day=1))
    make_due(database)
    site.asked.clear()
    assert crawl(site, database).returncode == 0
    counts = counters(database)
    assert (counts["article/new"], counts["article/changed"]) == (2, 1)
    assert rows(database, "SELECT count(*) FROM article") == [(len(site.urls),)]
    ((changed,),) = rows(database, REVISIONS)
    history = run(command("history", changed, "--database", database))
    assert "revision 2" in history.stdout
    assert "{+" in history.stdout


def test_since_works_on_an_empty_database(serve, database):
    """The first crawl with ``--since`` stores the articles of those days, and no others."""
    site = serve(articles=45)

    assert crawl(site, database, "--since", "2026-11-10").returncode == 0

    wanted = {row["url"] for row in site.site.rows() if row["published"] >= "2026-11-10"}
    assert {url for (url,) in rows(database, "SELECT url FROM article")} == wanted


def test_since_and_limit_keep_a_crawl_small(serve, database):
    """``--limit`` stops at so many articles; ``--since`` leaves older addresses alone."""
    site = serve(articles=45)

    limited = crawl(site, database, "--limit", "5")

    assert limited.returncode == 0
    assert rows(database, "SELECT count(*) FROM article") == [(5,)]
    assert rows(database, "SELECT finish_reason FROM run") == [("limit",)]
    assert crawl(site, database, "--since", "2026-11-10").returncode == 0
    wanted = {row["url"] for row in site.site.rows() if row["published"] >= "2026-11-10"}
    found = {url for (url,) in rows(database, "SELECT url FROM article")}
    assert wanted <= found
    older = found - wanted
    assert len(older) <= 5
