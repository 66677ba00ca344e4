"""Pages as a crawl would bring them, without a crawl."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from random import Random

from crawler.clock import SHANGHAI
from crawler.items import Article, Failure, Fetch, Link, Visit

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)
HANZI = "山东省济南市青岛会议召开治理河道先易后难记者获悉今年以来全省农业生产形势稳定粮食产量再创新高居民收入增长"


def prose(seed: int, length: int = 400) -> str:
    """Text that no other seed shares."""
    rng = Random(seed)
    return "".join(rng.choices(HANZI, k=length))


def url_of(number: int, host: str = "sd.people.com.cn") -> str:
    """The address of an article."""
    return f"http://{host}/n2/2026/1101/c166192-{40000000 + number}.html"


def html_of(title: str, paragraphs: list[str], day: str = "2026年11月01日08:15") -> bytes:
    """A page in the design of 2016."""
    text = "".join(f"<p>　　{each}</p>" for each in paragraphs)
    return f"""<html><head><meta charset="utf-8"><title>{title}--人民网</title></head><body>
<div class="clearfix w1000_320 text_title"><h1>{title}</h1><div class="box01"><div class="fl">{day}
来源：<a href="http://sd.people.com.cn/">人民网-山东频道</a></div></div></div>
<div class="box_con" id="rwb_zw">{text}</div></body></html>""".encode()


UTF8 = {"content-type": "text/html; charset=utf-8"}


def fetch(url: str, body: bytes, at: datetime = NOW, page: int = 1, headers=UTF8) -> Fetch:
    """A response."""
    return Fetch(
        url=url,
        status=200,
        headers=headers,
        body=body,
        fetched_at=at,
        sha256=hashlib.sha256(body).hexdigest(),
        page=page,
    )


def article(number: int, *paragraphs: str, host: str = "sd.people.com.cn", **fields) -> Article:
    """An article; its text is that of ``number`` unless paragraphs are given."""
    url = url_of(number, host)
    text = paragraphs or (prose(number), prose(number + 1_000_000))
    defaults = {
        "channel": host.partition(".")[0],
        "title": f"标题第{number}号",
        "published_at": NOW - timedelta(days=1),
        "fetched_at": NOW,
        "fetched_url": url,
        "template": "wb2016",
        "body_sha256": hashlib.sha256("".join(text).encode()).hexdigest(),
    }
    return Article(url=url, paragraphs=text, **{**defaults, **fields})


def visit(lease_id: int, item: Article, body: bytes = b"", **fields) -> Visit:
    """A visit that brought an article."""
    body = body or "".join(item.paragraphs).encode()
    return Visit(
        url=item.url,
        frontier_id=lease_id,
        kind="article",
        channel=item.channel or "",
        fetches=(fetch(item.url, body, item.fetched_at or NOW),),
        article=item,
        **fields,
    )


def failed(lease_id: int, url: str, failure: Failure) -> Visit:
    """A visit that brought nothing."""
    return Visit(url=url, frontier_id=lease_id, kind="article", channel="sd", failure=failure)


def link(number: int) -> Link:
    """A link to an article."""
    url = url_of(number)
    return Link(url=url, fetch_url=url, kind="article", channel="sd", published=NOW.date())
