"""What a crawler must not fetch is refused before a connection is made."""

from __future__ import annotations

import pytest
from scrapy import Request
from twisted.internet.error import DNSLookupError

from crawler.hooks.guard import GuardMiddleware, RefusedRequest, _public_only

GUARD = GuardMiddleware("", frozenset({"mirror.example"}), frozenset({"sd", "js"}))


@pytest.mark.parametrize(
    "url",
    [
        "http://sd.people.com.cn/n2/2026/1101/c1-40000001.html",
        "https://sd.people.com.cn:443/",
        "http://js.people.cn/GB/1/index.html",
        "http://www.people.com.cn/sitemap/cn/sd/news_sitemap.xml",
        "http://mirror.example/a.html",
    ],
)
def test_the_crawls_own_hosts_pass(url):
    """Channels of the crawl under any of their names, the site's main host, and mirrors."""
    GUARD.process_request(Request(url))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://sd.people.com.cn/",
        "file:///etc/passwd",
        "http://user:secret@sd.people.com.cn/",
        "http://sd.people.com.cn:8080/",
        "http://127.0.0.1/",
        "http://localhost/",
        "http://a.localhost/",
        "http://10.0.0.8/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://192.168.1.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost./",
        "http://bj.people.com.cn/",
        "http://people.com.cn.evil.example/",
        "http://evil.example/",
    ],
)
def test_everything_else_is_refused(url):
    """Other schemes, ports, names, private networks, other channels and other sites."""
    with pytest.raises(RefusedRequest):
        GUARD.process_request(Request(url))


def test_the_operators_proxy_is_used():
    """Every request goes through it."""
    request = Request("http://sd.people.com.cn/")

    GuardMiddleware("http://127.0.0.1:8877", frozenset()).process_request(request)

    assert request.meta["proxy"] == "http://127.0.0.1:8877"


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "169.254.0.1", "0.0.0.0"])
def test_a_name_must_not_lead_into_a_private_network(address):
    """A name that resolves to a private address fails like one that does not exist."""
    with pytest.raises(DNSLookupError):
        _public_only(address, "sd.people.com.cn")


def test_a_public_address_passes():
    """Ordinary addresses are given on."""
    assert _public_only("203.119.25.1", "sd.people.com.cn") == "203.119.25.1"
