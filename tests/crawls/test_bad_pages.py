"""Whatever a page does, the crawl goes on, and says what was wrong with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.config import load
from crawler.replica import faults
from crawler.replica.answer import NEVER, Response, page, redirect
from crawler.store.archive import Archive
from tests.crawls.conftest import counters, crawl, rows, stored

pytestmark = pytest.mark.crawl

# "hang" is among the tests of stopping; here it would cost its whole time-out.
REASONS = {
    "gone": "http_404",
    "forbidden": "http_403",
    "broken": "http_500",
    "soft-gone": "extraction_page",
    "loop": "redirect_loop",
    "rubbish": "extraction_page",
    "wrong-type": "extraction_page",
    "empty": "extraction_title",
    "deep": "extraction_page",
    "huge": "too_large",
}


def test_every_broken_page_ends_as_a_failure_with_its_reason(serve, database):
    """Each kind is stored as a failure and counted; all other articles arrive."""
    site = serve(articles=30)
    places = dict(zip(REASONS, site.urls, strict=False))
    entries = {row["url"]: site.site.plan.entry(n) for n, row in enumerate(site.site.rows())}
    for kind, url in places.items():
        site.instead[url] = faults.broken_page(replace(entries[url], kind=kind))
    site.instead[lost := site.urls[11]] = page(UNDECODABLE.encode(), "text/html; charset=utf-8")
    site.instead[moved := site.urls[12]] = redirect(site.urls[20], 301)
    site.instead[slow := site.urls[13]] = Response(delay=NEVER)
    half = site.urls[16]  # its second page never comes
    site.instead[half.replace(".html", "-2.html")] = Response(delay=NEVER)
    expected = {url: REASONS[kind] for kind, url in places.items()}
    expected |= {lost: "undecodable", moved: "moved", slow: "timeout", half: "timeout"}

    done = crawl(site, database, "-s", "DOWNLOAD_TIMEOUT=2", "-s", "RETRY_TIMES=0")

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert dict(rows(database, "SELECT url, reason FROM failures")) == expected
    assert set(stored(database)) == set(site.urls) - set(expected)
    counted = {name for name in counters(database) if name.startswith("failure/")}
    assert counted == {f"failure/{reason}" for reason in expected.values()}
    # What may pass is looked at again; what is gone for good is not.
    again = dict(rows(database, "SELECT url, due_at IS NOT NULL FROM failures"))
    assert again[lost]
    assert again[slow]
    assert not again[places["gone"]]


# All of the text was UTF-8 that lost its characters before it was read as GBK.
UNDECODABLE = f"""<html><head><title>河道治理先易后难--人民网</title></head><body>
<div class="clearfix w1000_320 text_title"><h1>河道治理先易后难</h1>
<div class="box01"><div class="fl">2026年11月01日08:15 来源：<a href="/">人民网</a></div></div></div>
<div class="box_con" id="rwb_zw"><p>{"锟斤拷" * 60}</p><p>{"锟斤拷" * 80}</p></div></body></html>"""


def test_a_page_that_takes_too_long_is_too_dear(serve, database):
    """It is a failure with its reason and its bytes are kept; all other pages are stored."""
    site = serve(articles=12)
    dear = site.urls[3]
    text = "".join(f"<p>{'浜烘皯缃戞祹鍗' * n}</p>" for n in range(40, 80))
    shown = UNDECODABLE.replace(f"<p>{'锟斤拷' * 60}</p>", text)
    site.instead[dear] = page(shown.encode(), "text/html; charset=utf-8")

    done = crawl(site, database, "-s", "RENMIN_PAGE_SECONDS=0.6")

    assert done.returncode == 0, done.stderr
    failed = rows(database, "SELECT url, reason, detail, due_at IS NOT NULL FROM failures")
    assert [(url, reason, bool(again)) for url, reason, _, again in failed] == [
        (dear, "too_dear", True)
    ]
    assert "0.6 s of a processor" in failed[0][2]
    assert set(stored(database)) == set(site.urls) - {dear}
    assert counters(database)["failure/too_dear"] == 1
    archive = Archive(load(database=database).archive_path, readonly=True)
    assert archive.latest(dear).fetches[0].body == shown.encode()
    archive.close()


def test_identity_is_the_address_that_was_asked_for(serve, database):
    """Neither a canonical link that points elsewhere nor a shared content id merges two articles."""
    site = serve(articles=6)
    first, second = site.urls[-2:]
    body = site.site.respond("GET", second, {}).body
    link = f'<link rel="canonical" href="{first}">'.encode()
    site.instead[second] = page(body.replace(b"<head>", b"<head>" + link, 1))
    twin = first.replace("-", "9-")
    site.instead[twin] = site.site.respond("GET", first, {})
    lists = next(each for each in site.site.plan.entries()).column.url
    answer = site.site.respond("GET", lists, {})
    extra = f'<a href="{twin}">another column</a></body>'.encode()
    site.instead[lists] = page(answer.body.replace(b"</body>", extra, 1))

    assert crawl(site, database).returncode == 0

    assert {first, second, twin} <= set(stored(database))
    same = f"SELECT relation FROM duplicate_pairs WHERE url IN ('{first}', '{twin}')"
    assert rows(database, same) == [("same_text",)]
