"""A crawl does what robots.txt asks, says who it is, and goes nowhere else."""

from __future__ import annotations

from itertools import pairwise

import pytest

from crawler.replica import Site
from crawler.replica.answer import page, redirect
from crawler.replica.proxy import Access, in_thread
from tests.crawls.conftest import WatchedSite, command, counters, crawl, environment, rows, run

pytestmark = pytest.mark.crawl

CHANNELS = ("sd", "bj", "qxn", "xz")


@pytest.fixture
def polite(serve, database):
    """One crawl of a site whose channels each answer robots.txt in another way."""
    site = serve(
        articles=12, channels=["qxn", "xz"], faults=["robots-forbidden=sd", "robots-broken=bj"]
    )
    site.instead["http://qxn.people.com.cn/robots.txt"] = page(
        b"User-agent: *\nCrawl-delay: 0.25\n"
        b"Sitemap: http://qxn.people.com.cn/sitemap/cn/qxn/news_sitemap.xml\n"
        b"Sitemap: http://www.people.cn/sitemap/cn/gd/news_sitemap.xml\n",
        "text/plain",
    )
    site.away = next(url for url in site.urls if "xz." in url)
    site.instead[site.away] = redirect("http://192.168.1.1/admin")
    done = crawl(site, database, *CHANNELS, "-s", "AUTOTHROTTLE_ENABLED=True")
    return site, database, done


def asked_of(site, host):
    """The requests to a host, robots.txt and what came before it aside."""
    return [each for each in site.asked if f"//{host}." in each.url and "robots" not in each.url]


def test_hosts_are_treated_as_they_ask(polite):
    """Forbidden and unreadable hosts are reported and left alone; a Crawl-delay is kept."""
    site, database, done = polite

    assert done.returncode == 0, done.stderr
    # Forbidden: in plain words, and no page was fetched.
    assert asked_of(site, "sd") == []
    assert "sd.people.com.cn/robots.txt forbids us" in done.stdout + done.stderr
    # Unreadable: the pages wait.
    assert asked_of(site, "bj") == []
    states = rows(database, "SELECT DISTINCT state, attempts FROM frontier WHERE channel = 'bj'")
    assert states == [("PENDING", 0)]
    assert rows(database, "SELECT robots FROM host WHERE host LIKE 'bj%'") == [("unreadable",)]
    # Crawl-delay, which AutoThrottle must not shorten; the timers of two machines differ a little.
    times = [each.began for each in asked_of(site, "qxn")]
    assert len(times) > 4
    assert min(after - before for before, after in pairwise(times)) > 0.2
    # Sitemaps of our channels only.
    sitemaps = rows(database, "SELECT url, state FROM frontier WHERE kind = 'sitemap'")
    assert sitemaps == [("http://qxn.people.com.cn/sitemap/cn/qxn/news_sitemap.xml", "DONE")]
    # No private network, also not by redirect.
    assert not any("192.168" in each.url for each in site.asked)
    failed = f"SELECT state, reason FROM frontier WHERE url = '{site.away}'"
    assert rows(database, failed) == [("FAILED", "refused")]
    assert counters(database)["failure/refused"] == 1
    # We say who we are.
    agents = {each.headers["user-agent"] for each in site.asked}
    assert len(agents) == 1
    assert agents.pop().startswith("renmin/")


def test_a_contact_goes_along(serve, database):
    """The operator's contact is part of the User-Agent."""
    site = serve(articles=1)

    crawl(site, database, "--limit", "1", env=environment(RENMIN_CONTACT="post@example.org"))

    assert all("post@example.org" in each.headers["user-agent"] for each in site.asked)


def test_the_live_site_is_not_fetched_without_a_contact(database):
    """Without a contact and without a proxy a crawl is refused, and says how to name one."""
    done = run(command("crawl", "sd", "--database", database))

    assert done.returncode == 2
    assert "RENMIN_CONTACT" in done.stderr
    assert "Traceback" not in done.stderr


def test_connections_are_kept_through_a_proxy(database):
    """The site sees no more connections than requests that may be under way, not one a request."""
    site = WatchedSite(Site(articles=60, plain=True))
    seen: list[Access] = []

    with in_thread(site, log=seen.append) as site.port:
        done = crawl(site, database, "all")

    assert done.returncode == 0, done.stderr
    assert len(seen) > 150
    assert len({each.connection for each in seen}) <= 32
