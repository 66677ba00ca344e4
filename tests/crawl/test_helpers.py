"""No page is read for ever; work that is shared with helpers is done, whatever becomes of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections import Counter

import pytest

from crawler.crawl import helpers
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


class Squares:
    """Squares numbers; a helper ends, one way or another, when it comes to the number 7."""

    def __init__(self, parent: int, way: str) -> None:
        self._parent, self._way = parent, way

    def __call__(self, chunk: int) -> int:
        if chunk == 7 and os.getpid() != self._parent:
            if self._way == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise ValueError(self._way)
        return chunk * chunk

    def close(self) -> None:
        """Nothing was opened."""


class Slow(Squares):
    """Leaves the first chunks to the helpers."""

    def __call__(self, chunk: int) -> int:
        if os.getpid() == self._parent:
            time.sleep(0.01)
        return super().__call__(chunk)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_every_chunk_is_done_once(count):
    """However many help, each chunk gives one result; there are more than a pipe holds numbers."""
    chunks = range(8, 20_008)

    found = Counter(helpers.share(chunks, Squares, (os.getpid(), "raises"), count))

    assert found == Counter(chunk * chunk for chunk in chunks)


@pytest.mark.parametrize("way", ["killed", "raises"])
def test_what_a_helper_does_not_finish_is_done_here(way):
    """A helper that is killed, or meets an error, takes no chunk with it."""
    chunks = range(300)

    found = sorted(helpers.share(chunks, Slow, (os.getpid(), way), 2))

    assert found == [chunk * chunk for chunk in chunks]


def test_an_error_of_ours_is_raised_here():
    """What fails here fails for the caller, and no helper stays."""
    with pytest.raises(ValueError, match="raises"):
        list(helpers.share([7], Squares, (-1, "raises"), 1))


@pytest.mark.parametrize("starts", [True, False])
def test_work_beside_the_loop_is_done_once(monkeypatch, starts):
    """On a thread of its own; where there is no memory for one, here."""
    where = []

    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    if not starts:
        monkeypatch.setattr(threading.Thread, "start", refuse)
    found = asyncio.run(helpers.beside(lambda: where.append(threading.current_thread()) or 7))

    assert found == 7
    assert [each is threading.main_thread() for each in where] == [not starts]


def test_errors_beside_the_loop_come_back():
    """As if the work had been done here."""
    with pytest.raises(ZeroDivisionError):
        asyncio.run(helpers.beside(lambda: 1 / 0))
