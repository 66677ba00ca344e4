"""No page is read for ever."""

from __future__ import annotations

import contextlib
import threading

import pytest

from crawler.crawl.helpers import limited
from crawler.errors import ExtractionError, TooDearError

URL = "http://sd.people.com.cn/n2/2026/1004/c364532-41700001.html"


def endless():
    while True:
        sum(range(1000))


def stubborn():
    while True:
        with contextlib.suppress(Exception):
            endless()


@pytest.mark.parametrize("work", [endless, stubborn])
def test_what_never_ends_is_ended(work):
    """Also work that catches every exception of its own."""
    with pytest.raises(TooDearError) as caught:
        limited(URL, work, 0.05)

    assert caught.value.reason == "too_dear"
    assert URL in str(caught.value)
    assert "0.05 s" in str(caught.value)


def test_what_ends_in_time_is_left_alone():
    """Its result and its errors come through, and the limit does not reach further than the work."""

    def broken():
        raise ExtractionError(URL, None, "title", "no title")

    assert limited(URL, lambda: 7, 0.05) == 7
    with pytest.raises(ExtractionError) as caught:
        limited(URL, broken, 0.05)

    assert caught.value.reason == "extraction_title"
    for _ in range(300):
        sum(range(10_000))


def test_another_thread_has_no_limit():
    """Signals reach the main thread alone; elsewhere the work is simply done."""
    found = []
    thread = threading.Thread(target=lambda: found.append(limited(URL, lambda: 7, 0.0)))
    thread.start()
    thread.join()

    assert found == [7]
