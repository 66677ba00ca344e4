"""A look at channels never takes for ever."""

from __future__ import annotations

from functools import partial

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse

from crawler.crawl.helpers import limited
from spiders import probe

URL = "http://sd.people.com.cn/n2/2026/1004/c364532-41700001.html"


def never(*_arguments):
    while True:
        sum(range(100))


@pytest.mark.parametrize(("kind", "work"), [("article", "read"), ("list", "links")])
def test_a_page_that_takes_too_long_is_too_dear(monkeypatch, kind, work):
    """An article or a list whose reading does not end is a failure of its own kind."""
    monkeypatch.setattr(probe, work, never)
    monkeypatch.setattr(probe, "limited", partial(limited, seconds=0.05))
    spider = probe.ProbeSpider(channels="sd", primary="yes")
    spider._waiting["sd"] = 2
    response = HtmlResponse(URL, body=b"<html></html>", request=Request(URL))

    read = spider.parse_article if kind == "article" else spider.parse_list
    list(read(response, URL, "sd") or ())

    assert [visit.failure.reason for visit in spider.visits] == ["too_dear"]
