"""No page is read for ever: a limit in seconds of processor time, the same on a busy machine.

The work is interrupted by a signal between two steps of Python. That suits the reading of pages,
which is pure: what it had begun is forgotten. A step of C that goes on by itself is not
interrupted; a helper is ended for it by the kernel (:mod:`crawler.crawl.reading`).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from crawler.errors import TooDearError

T = TypeVar("T")

# A page of the site takes 5 ms, a garbled one up to a few seconds.
PAGE_SECONDS = 20.0
# What catches the interruption, wrongly, is interrupted again.
_AGAIN = 0.5


class _OverError(BaseException):
    """The time is over. No Exception, so that nobody takes it for a fault of a page."""


def limited(url: str, work: Callable[[], T], seconds: float = PAGE_SECONDS) -> T:
    """Do some work for a page within a limit.

    Only the main thread can be interrupted; on another one there is no limit.

    Args:
        url: Of the page, for the error.
        work: What to do.
        seconds: Of processor time of this process.

    Raises:
        TooDearError: It took longer.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    armed = True

    def interrupt(_signal: int, _frame: Any) -> None:
        if armed:
            raise _OverError

    before = signal.signal(signal.SIGPROF, interrupt)
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
            return work()
        finally:
            armed = False
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
    except _OverError:
        raise too_dear(url, seconds) from None


def too_dear(url: str, seconds: float) -> TooDearError:
    """The error for a page that takes longer than ``seconds``."""
    return TooDearError(
        url, None, "page", f"reading it takes more than {seconds:g} s of a processor"
    )
