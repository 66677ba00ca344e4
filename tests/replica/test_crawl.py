"""The stand-in site can be crawled: whatever it lists is reached from the channels' lists."""

import re

import pytest

from crawler.replica import Site
from crawler.site.channels import load
from crawler.site.urls import classify

_HREF = re.compile(rb'href="?([^" >]+)')


def links(response, url):
    """Read the addresses that a page links to."""
    return [classify(href.decode("latin-1"), url) for href in _HREF.findall(response.body)]


def walk(site, channels):
    """Follow all lists from their first pages; return what was linked and how many lists answered."""
    seen, linked, answered = set(), set(), 0
    waiting = [page.url for channel in channels for page in channel.lists]
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        answer = site.respond("GET", url, {})
        assert answer.status == 200, url
        answered += 1
        for address in links(answer, url):
            if address.kind == "article":
                linked.add(address.canonical)
            elif address.kind == "list" and re.fullmatch(
                r"index\d+\.html", address.canonical.rsplit("/", 1)[1]
            ):
                waiting.append(address.canonical)
    return linked, answered


@pytest.mark.parametrize("articles", [1, 120])
def test_every_article_is_reached_from_the_lists(articles):
    """All pages of ``rows()`` but the mirror's are linked from a channel's own columns."""
    site = Site(articles=articles, seed=3)

    linked, answered = walk(site, load().values())

    wanted = {row["url"] for row in site.rows() if row["kind"] != "mirror"}
    assert wanted <= linked
    assert answered >= 673


def test_pagination_ends():
    """A long column has as many pages as it needs, each with other articles, and then a 404."""
    site = Site(articles=500, seed=1, channels=["sd"], plain=True)
    column = site.plan.entry(0).column.url.removesuffix("index.html")
    pages = -(-len(site.plan.column(load()["sd"], site.plan.entry(0).column.node_id)) // 20)
    urls = [f"{column}index{n if n > 1 else ''}.html" for n in range(1, pages + 1)]

    found = [
        {
            a.canonical
            for a in links(site.respond("GET", url, {}), url)
            if a.kind == "article" and a.channel
        }
        for url in urls
    ]

    assert pages > 5
    assert sum(map(len, found)) == len(set().union(*found))
    assert "下一页".encode("gbk") in site.respond("GET", urls[0], {}).body
    assert "下一页".encode("gbk") not in site.respond("GET", urls[-1], {}).body
    assert site.respond("GET", f"{column}index{pages + 1}.html", {}).status == 404


def test_list_markups_differ_by_channel():
    """At least six kinds of lists stand on the site."""
    site = Site(articles=200, seed=1)
    marks = ("list_16", "list_14", "ej_list_box", "fanye", "headingNews", "img_list", "t14")

    bodies = [
        site.respond("GET", c.primary[0].url, {}).body.decode("latin-1") for c in load().values()
    ]

    assert all(any(f'"{mark}' in body for body in bodies) for mark in marks)


def test_links_are_spelled_in_many_ways():
    """Relative, https, people.cn, BIG5 and tracked links stand among plain ones."""
    site = Site(articles=200, seed=1)
    pages = b"".join(
        site.respond("GET", page.url, {}).body for c in load().values() for page in c.lists
    )

    for form in (
        rb'"/n2/',
        rb'"https://\w+\.people\.com\.cn/n2/',
        rb'"http://\w+\.people\.cn/n2/',
        rb'"/BIG5/n2/',
        rb"\?from=",
        rb'"//\w+\.people',
        rb'"javascript:',
        rb'"mailto:',
    ):
        assert re.search(form, pages), form


def test_a_sitemap_names_the_newest_pages():
    """Every channel has its news sitemap, on its own host and on the main one."""
    site = Site(articles=300, seed=1)
    path = "/sitemap/cn/sd/news_sitemap.xml"

    own, main = (
        site.respond("GET", host + path, {})
        for host in ("http://sd.people.com.cn", "http://www.people.cn")
    )

    locations = re.findall(r"<loc>([^<]+)</loc>", own.body.decode())
    assert locations
    assert {classify(url).channel for url in locations} == {"sd"}
    assert own.body == main.body
    index = site.respond("GET", "http://www.people.cn/sitemap_index.xml", {}).body
    assert index.count(b"<sitemap>") == 37
    assert site.respond("GET", "http://sd.people.com.cn/sitemap.xml", {}).status == 404


def test_front_page_and_archive_of_a_day_list_articles():
    """A channel's front page has its newest pages, a column's archive those of one day."""
    site = Site(articles=200, seed=1)
    entry = next(e for e in site.plan.entries() if e.kind == "article" and e.published.year == 2026)
    front = f"http://{entry.channel.host}/"
    day = entry.column.url.replace("index.html", f"review/{entry.published:%Y%m%d}.html")

    newest = links(site.respond("GET", front, {}), front)
    archived = links(site.respond("GET", day, {}), day)

    assert sum(a.kind == "article" and a.skip is None for a in newest) >= 5
    assert entry.url in {a.canonical for a in archived}
