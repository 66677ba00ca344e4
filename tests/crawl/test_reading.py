"""Light pages are read at once, all others by helpers; what comes out is the same."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time

import pytest

from crawler import extract
from crawler.crawl import helpers
from crawler.crawl.reading import MOST_OF_A_HOST, PageReader
from crawler.errors import ExtractionError, TooDearError
from crawler.extract import limits
from crawler.replica import Site
from tests.bulk.warcs import pages_of
from tests.crawl.visits import fetch

HOST = "sd.people.com.cn"
URL = f"http://{HOST}/n2/2026/1004/c364532-41700001.html"


def page(text: str, title: str = "秋收过半", design: str = "layout rm_txt cf") -> bytes:
    """An article's page."""
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f'<div class="{design}"><div class="col col-1"><h1>{title}</h1>'
        '<div class="channel cf"><div class="col-1-1">2026年10月04日08:23 | 来源：人民网</div></div>'
        f'<div class="rm_txt_con cf"><p>　　山东各地秋收过半。</p>{text}'
        '<div class="edit cf">(责编：丁若水)</div></div></div></div></body></html>'
    ).encode()


HEAVY = {
    "many tags": page("<p>秋</p>" * 2_000),
    "large": page(f"<p>{'山东各地秋收过半，晾晒场上一片金黄。' * 2_000}</p>"),
    "crowded tag": page("<p " + " ".join(f"a{n}" for n in range(5_000)) + ">秋收</p>"),
    "garbled": page("<p>璁拌€呬粠浜烘皯鏃ユ姤鑾锋倝锛岀鏀惰繃鍗娿€�</p>"),
    "unknown design": page("<p>合作社的烘干机昼夜不停，晾晒场上一片金黄。</p>" * 5, design="x"),
    "two charsets": page("<p>山东各地秋收过半，晾晒场上一片金黄。</p>\n").replace(
        "秋收过半，晾晒".encode(), "秋收过半，晾晒场上一片金黄，合作社的烘干机".encode("gbk"), 1
    )
    + page("<p>合作社的烘干机昼夜不停。</p>\n"),
    "no markup": "秋收过半\n\n2026年10月04日08:23 来源：人民网\n\n山东各地秋收过半。".encode(),
}


@contextlib.contextmanager
def reading(**options):
    """A reader that ends with the block."""
    reader = PageReader(count=1, **options)
    try:
        yield reader
    finally:
        reader.close()


def outcome(work):
    """What a reading gives: the article, or why there is none."""
    try:
        return work()
    except ExtractionError as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_page_reads_the_same_in_a_helper(name):
    """It is not read on the loop, and its article is the one that reading it here gives."""
    fetched = fetch(URL, HEAVY[name])

    with pytest.raises(TooDearError):
        extract.assemble([extract.read(fetched, light=True)], light=True)
    with reading() as reader:
        found = outcome(lambda: asyncio.run(reader.extract([fetched])))

    assert found == outcome(lambda: extract.extract([fetched]))


def test_ordinary_pages_are_light():
    """Pages of the site, with and without damage: none is refused but for damage."""
    for url, _status, headers, body in pages_of(Site(articles=40, seed=5, plain=True)):
        fetched = fetch(url, body, headers=headers)
        article = extract.assemble([extract.read(fetched, light=True)], repair=False)

        if not extract.assemble([extract.read(fetched)]).damage:
            limits.refuse_damage(article.paragraphs, url)


def test_a_heavy_list_reads_the_same_in_a_helper():
    """Ten thousand links, of which the first five thousand count."""
    links = "".join(
        f'<li><a href="/n2/2026/1004/c364532-{n}.html">秋</a></li>' for n in range(10_000)
    )
    fetched = fetch(f"http://{HOST}/GB/1/", f"<html><body><ul>{links}</ul></body></html>".encode())

    with reading() as reader:
        found = asyncio.run(reader.links(fetched))

    assert found == extract.links(fetched)
    assert found.skipped["bounded"] == 5_000


def test_what_takes_too_long_is_too_dear_and_the_next_page_is_read():
    """The same helper goes on: Python itself is interrupted."""
    slow = fetch(URL, page(f"<p>{'浜烘皯缃戞祹鍗' * 3_000}</p>"))

    with reading(seconds=0.3) as reader:
        with pytest.raises(TooDearError, match=r"more than 0\.3 s"):
            asyncio.run(reader.extract([slow]))
        article = asyncio.run(reader.extract([fetch(URL, HEAVY["many tags"])]))

    assert article.title == "秋收过半"


@pytest.mark.parametrize("forks", [True, False])
def test_a_helper_that_dies_costs_its_page_alone(monkeypatch, forks):
    """The page is too dear, and what ended the helper is named; another one reads the next page."""
    monkeypatch.setattr(helpers, "can_fork", lambda: forks and threading.active_count() == 1)

    with reading() as reader:
        with pytest.raises(TooDearError, match="SIGKILL"):
            asyncio.run(reader._afar(URL, signal.raise_signal, signal.SIGKILL))
        found = asyncio.run(reader.read(fetch(URL, HEAVY["large"])))

    assert found == extract.read(fetch(URL, HEAVY["large"]))


def test_a_host_of_heavy_pages_is_held_back():
    """While so many of its pages wait, the scheduler asks for no more; other hosts are free."""

    async def crowd(reader):
        asked = [
            asyncio.create_task(reader.read(fetch(URL, HEAVY["large"])))
            for _ in range(MOST_OF_A_HOST)
        ]
        await asyncio.sleep(0)
        busy = reader.is_busy_with(HOST), reader.is_busy_with("bj.people.com.cn")
        await asyncio.gather(*asked)
        return busy, reader.is_busy_with(HOST)

    with reading() as reader:
        assert asyncio.run(crowd(reader)) == ((True, False), False)


def test_a_closed_reader_leaves_nothing_behind():
    """Helpers end with it, also at work; what waits for them is told so."""

    async def close_at_work(reader):
        asked = asyncio.create_task(reader._afar(URL, time.sleep, 60))
        await asyncio.sleep(0.2)
        reader.close()
        await asked

    with reading() as reader, pytest.raises(TooDearError, match="SIGKILL"):
        asyncio.run(close_at_work(reader))
