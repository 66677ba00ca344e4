"""Answers as servers really give them: packed, cut off, leading elsewhere, wanting a rest."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, Request, Response
from scrapy.utils.test import get_crawler

from crawler.hooks.answers import BodyMiddleware, UnaskedMiddleware, UnfitAnswerError
from crawler.hooks.redirects import refresh_target, with_cookies
from crawler.hooks.scheduler import LONGEST_REST, rest_asked

URL = "http://sd.people.com.cn/n2/2026/1004/c364532-41700001.html"
NEXT = URL.replace("0001.html", "0002.html")
PAGE = "<html><body><p>雨水有了去处。</p></body></html>".encode()
NOW = datetime(2026, 11, 27, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def unpacks():
    middleware = BodyMiddleware.from_crawler(get_crawler())

    def unpack(body: bytes, coding: str = "", attempts: int = 0, **more) -> bytes:
        headers = {"Content-Type": "text/html", **({"Content-Encoding": coding} if coding else {})}
        request = Request(URL, meta={"lease": SimpleNamespace(attempts=attempts)})
        return middleware.process_response(
            request, Response(URL, headers=headers, body=body, **more)
        ).body

    return unpack


def packed_(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("", PAGE),
        ("identity", PAGE),
        ("gzip", packed_(PAGE)),
        ("x-gzip", packed_(PAGE)),
        (" GZIP ", packed_(PAGE)),
        ("gzip", packed_(PAGE[:20]) + packed_(PAGE[20:])),
        ("gzip", packed_(PAGE) + b"\0\0\0"),
        ("gzip", packed_(packed_(PAGE))),
        ("gzip, gzip", packed_(packed_(PAGE))),
        ("", packed_(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", bare_deflate(PAGE)),
    ],
)
def test_a_packed_body_is_unpacked_whatever_its_head_says(unpacks, coding, packed):
    """One layer, several members, two layers said once, a layer that is not said."""
    assert unpacks(packed, coding) == PAGE


@pytest.mark.parametrize(
    ("body", "more", "reason"),
    [
        (packed_(PAGE)[:-9], {"coding": "gzip"}, "incomplete"),
        (packed_(PAGE)[:-9], {}, "incomplete"),
        (zlib.compress(PAGE)[:-5], {"coding": "deflate"}, "incomplete"),
        (PAGE, {"coding": "gzip"}, "not_packed"),
        (PAGE[:-20], {"flags": ["partial"]}, "incomplete"),
        (PAGE[:-20], {"flags": ["partial"], "attempts": 4}, "incomplete"),
        (PAGE[:-20], {}, "incomplete"),
    ],
)
def test_half_a_body_is_no_page(unpacks, body, more, reason):
    """A body without its end is refused; one that is not packed is the site's fault."""
    with pytest.raises(UnfitAnswerError) as caught:
        unpacks(body, **more)

    assert caught.value.failure.reason == reason
    assert caught.value.failure.retry


def test_a_page_that_is_always_written_without_its_end_is_believed(unpacks):
    """In the third run, and only if the connection did not break."""
    assert unpacks(PAGE[:-20], attempts=2) == PAGE[:-20]


def test_a_body_that_ends_with_the_connection_may_be_whole(unpacks):
    """It closes what it opened."""
    assert unpacks(PAGE, flags=["partial"]) == PAGE


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", ""]))
def test_no_body_breaks_the_unpacking(unpacks, body, coding):
    """Any bytes are unpacked, or refused by name."""
    with contextlib.suppress(UnfitAnswerError):
        assert isinstance(unpacks(body, coding), bytes)


@pytest.mark.parametrize(
    "head",
    [
        f'<meta http-equiv="refresh" content="0;url={NEXT}">',
        "<META HTTP-EQUIV=Refresh CONTENT='3; URL=/n2/2026/1004/c364532-41700002.html'>",
        "<meta content=\"0; url='c364532-41700002.html'\" http-equiv='refresh' />",
        f'<meta http-equiv="refresh" content="0;{NEXT}">',
        f'<meta http-equiv="refresh" content="0, url = {NEXT}">',
        f'<meta http-equiv="refresh" content="0;url=&quot;{NEXT}&quot;">',
        f"<meta http-equiv=refresh content=0;url={NEXT}>",
        f'<script>window.location.href = "{NEXT}";</script>',
        f"<script>location.replace('{NEXT}')</script>",
    ],
)
def test_a_page_that_leads_elsewhere_is_followed(head):
    """By ``<meta>`` in any spelling, or by script where it says nothing else."""
    body = f"<html><head>{head}</head><body>页面正在跳转</body></html>"

    assert refresh_target(HtmlResponse(URL, body=body, encoding="utf-8")) == NEXT
    assert refresh_target(HtmlResponse(URL, body=body.encode("utf-16"))) == NEXT


@pytest.mark.parametrize("value", [f"0; url={NEXT}", f'5;URL="{NEXT}"', f"0;{NEXT}"])
def test_a_refresh_in_the_head_of_the_answer_is_followed(value):
    """As browsers do."""
    assert refresh_target(Response(URL, headers={"Refresh": value})) == NEXT


@pytest.mark.parametrize(
    "head",
    [
        '<meta http-equiv="refresh" content="300">',
        f'<meta http-equiv="refresh" content="600;url={NEXT}">',
        f'<!-- <meta http-equiv="refresh" content="0;url={NEXT}"> -->',
        f'<noscript><meta http-equiv="refresh" content="0;url={NEXT}"></noscript>',
        "<script>location.reload()</script>",
        '<script>location.href = "/captcha"</script>',
        f'<meta name="refresh" content="0;url={NEXT}">',
    ],
)
def test_a_page_that_stays_is_read(head):
    """Late, hidden and unnamed refreshes lead nowhere; nor does a script to what is no article."""
    body = f"<html><head>{head}</head><body>正文</body></html>"

    assert refresh_target(HtmlResponse(URL, body=body, encoding="utf-8")) is None


def test_a_cookie_goes_along_once():
    """A redirect to itself is followed with the cookie that it set; without a new one it is a loop."""
    answer = Response(URL, 302, headers={"Set-Cookie": ["acw_tc=1; path=/", "b=2"]})

    first = with_cookies(Request(URL), answer, Request(URL))

    assert first.headers["Cookie"] == b"acw_tc=1; b=2"
    with pytest.raises(UnfitAnswerError) as caught:
        with_cookies(first, answer, first.copy())
    assert (caught.value.failure.reason, caught.value.failure.retry) == ("redirect_loop", True)


def test_a_cookie_stays_on_its_host():
    """No other host is sent it."""
    answer = Response(URL, 302, headers={"Set-Cookie": "a=1"})

    other = with_cookies(Request(URL), answer, Request(URL.replace("sd.", "bj.")))

    assert "Cookie" not in other.headers


@pytest.mark.parametrize(
    ("status", "value", "rest"),
    [
        (429, "3600", timedelta(hours=1)),
        (503, " 5 ", timedelta(seconds=5)),
        (503, "Fri, 27 Nov 2026 04:10:00 GMT", timedelta(minutes=10)),
        (503, "Friday, 27-Nov-26 04:10:00 GMT", timedelta(minutes=10)),
        (429, "999999999999", LONGEST_REST),
        (429, "Fri, 27 Nov 2020 04:10:00 GMT", None),
        (429, "-5", None),
        (429, "soon", None),
        (429, "", None),
        (200, "3600", None),
    ],
)
def test_a_rest_is_read_as_it_is_asked_for(status, value, rest):
    """Seconds or a date; what makes no sense, and what is past, asks for nothing."""
    assert rest_asked(Response(URL, status, headers={"Retry-After": value}), NOW) == rest


def test_a_304_that_was_not_asked_for_is_asked_past_all_caches():
    """Once; to a question that named a state it is an answer."""
    middleware, answer = UnaskedMiddleware(), Response(URL, 304)

    again = middleware.process_response(Request(URL), answer)

    assert again.headers["Cache-Control"] == b"no-cache"
    assert middleware.process_response(again, answer) is answer
    asked = Request(URL, headers={"If-None-Match": '"v1"'})
    assert middleware.process_response(asked, answer) is answer
