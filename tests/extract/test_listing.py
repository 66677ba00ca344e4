"""List pages and sitemaps."""

import gzip
from datetime import date

import pytest

from crawler.errors import ExtractionError
from crawler.extract.listing import read_list, read_sitemap

URL = "http://sd.people.com.cn/GB/166192/index.html"
SITEMAP = "http://www.people.cn/sitemap/cn/sd/news_sitemap.xml"


ARTICLE = '<a href="/n2/2026/0212/c166192-41500009.html">文</a>'


def listing(*links, url=URL):
    return read_list("<ul>" + "".join(f"<li>{link}</li>" for link in links) + "</ul>", url)


def test_articles_are_taken_by_their_address_in_order_once():
    """Relative, protocol-relative and absolute links to one article are one link."""
    found = listing(
        '<a href="/n2/2026/0212/c166192-41500001.html">一</a>',
        '<a href="//sd.people.com.cn/n2/2026/0211/c166192-41500002.html">二</a><em>2-11</em>',
        '<a href="http://sd.people.com.cn/n2/2026/0212/c166192-41500001.html?from=x">一</a>',
        '<a href="/BIG5/n2/2026/0212/c166192-41500001.html">一</a>',
    )

    assert [link.url[-13:] for link in found.links] == ["41500001.html", "41500002.html"]
    assert {(link.kind, link.channel) for link in found.links} == {("article", "sd")}
    assert found.links[0].published == date(2026, 2, 12)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("http://news.example.com/1.html", "offsite"),
        ("javascript:void(0)", "scheme"),
        ("mailto:a@people.cn", "scheme"),
        ("http://tv.people.com.cn/n2/2026/0212/c1-41500001.html", "video"),
        ("/NMediaFile/2026/0212/a.jpg", "image"),
        ("/GB/386905/index.html", "list"),
        ("/a/b.zip", "download"),
    ],
)
def test_other_links_are_counted_by_reason(link, reason):
    """A link that is not followed is counted under why."""
    found = listing(f'<a href="{link}">x</a>', ARTICLE)

    assert (len(found.links), found.skipped) == (1, {reason: 1})


def test_anchors_are_neither_links_nor_skipped():
    """A link to a place on the same page counts for nothing."""
    assert listing('<a href="#top">上</a>', '<a href="">空</a>', ARTICLE).skipped == {}


@pytest.mark.parametrize(
    ("own", "bar", "following"),
    [
        (URL, '<a href="index2.html">下一页</a><a href="index3.html">3</a>', "/GB/166192/index2.html"),
        (URL, '<a href="/GB/166192/index2.html">[2]</a>', "/GB/166192/index2.html"),
        (URL.replace("index", "index2"), '<a href="index.html">1</a><a href="index3.html">下一页</a>', "/GB/166192/index3.html"),
        (URL.replace("index", "index9"), '<a href="index8.html">上一页</a>', None),
    ],
)  # fmt: skip
def test_next_page_is_the_list_s_next_number(own, bar, following):
    """The next page of a list is found by its number, whatever its link is called."""
    found = listing(bar, url=own)

    assert (found.next and found.next.url) == (following and f"http://sd.people.com.cn{following}")


def test_list_of_a_mirror_leads_to_its_own_articles():
    """On a foreign host, articles are links to the same host, and 下一页 is the next page."""
    found = listing(
        '<a href="/zuxun/4751.html">一</a>',
        '<a href="http://ads.example/1.html">广告</a>',
        '<a href="/list_2.html">下一页</a>',
        url="http://news.mirror.example/",
    )

    assert [(link.url, link.channel) for link in found.links] == [
        ("http://news.mirror.example/zuxun/4751.html", "news.mirror.example")
    ]
    assert found.next.url == "http://news.mirror.example/list_2.html"


def sitemap(entries, root="urlset"):
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{entries}</{root}>'.encode()


NEWS = sitemap(
    "<url><loc>http://sd.people.com.cn/n2/2026/0212/c166192-41500001.html</loc><lastmod>2026-02-13</lastmod></url>"
    "<url><loc>http://sd.people.com.cn/n2/2026/0212/c166192-41500001.html</loc></url>"
    "<url><loc>http://sd.people.com.cn/GB/386905/16770001.html</loc><n:news><n:publication_date>2012-01-09T07:05:00+08:00</n:publication_date></n:news></url>"
    "<url><loc>http://sd.people.com.cn/GB/166192/index.html</loc></url>"
)


@pytest.mark.parametrize("packed", [NEWS, gzip.compress(NEWS)], ids=["plain", "gzip"])
def test_sitemap_gives_articles_once(packed):
    """A sitemap's articles are links, with the day of the address or of the entry."""
    found = read_sitemap(packed, SITEMAP)

    assert [link.published.isoformat() for link in found.links] == [
        "2026-02-12",
        "2012-01-09",
    ]
    assert found.skipped == {"list": 1}


def test_index_gives_the_sitemaps_of_channels():
    """A sitemap index leads to the sitemaps of known channels."""
    entries = f"<sitemap><loc>{SITEMAP}</loc></sitemap><sitemap><loc>http://www.people.cn/sitemap/cn/zzz/news_sitemap.xml</loc></sitemap>"

    found = read_sitemap(sitemap(entries, "sitemapindex"), "http://www.people.cn/sitemap_index.xml")

    assert [(link.kind, link.channel) for link in found.links] == [("sitemap", "sd")]


def test_entities_are_not_expanded():
    """A sitemap that nests entities gives no more than its plain links."""
    bomb = '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
    body = (
        bomb.encode()
        + sitemap("<url><loc>http://sd.people.com.cn/&b;&c;.html</loc></url>").partition(b"?>")[2]
    )

    assert read_sitemap(body, SITEMAP).links == ()


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\x1f\x8b\x08rubbish", b"not xml"])
def test_what_is_no_sitemap_says_so(body):
    """Anything else in place of a sitemap is an error."""
    with pytest.raises(ExtractionError) as caught:
        read_sitemap(body, SITEMAP)

    assert caught.value.template == "sitemap"
