"""Reading with limits: helper processes that end with their parent, and a limit in processor time.

Helpers are started at once. A forked one begins to work in milliseconds; one that is started anew imports the house first,
half a second of its core. Forking is safe only while no other thread runs and no database file
is open: SQLite keeps a process's locks in memory that the helper would inherit.

No page is read for ever, and the limit is the same on a busy machine. The work is interrupted by a
signal between two steps of Python. That suits the reading of pages, which is pure: what it had begun
is forgotten. A step of C that goes on by itself is not interrupted; a helper is ended for it by the
kernel (:mod:`crawler.crawl.reading`).
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
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


_PARENT_DEATH = 1  # PR_SET_PDEATHSIG of Linux


def pool(
    helpers: int, start: Callable[..., None], arguments: tuple[Any, ...]
) -> ProcessPoolExecutor:
    """A pool of ``helpers``, each of which calls ``start(*arguments)`` first.

    The caller has closed its databases. Helpers are forked when the first work is handed in.
    """
    return ProcessPoolExecutor(helpers, _context(), _begin, (start, arguments))


def start(work: Callable[..., None], arguments: tuple[Any, ...]) -> BaseProcess:
    """Start one process that does ``work(*arguments)`` and ends; see :func:`pool`."""
    process: BaseProcess = _context().Process(target=_begin, args=(work, arguments), daemon=True)
    process.start()
    return process


def pipe() -> tuple[Connection, Connection]:
    """Two ends of a line between a process and its helper."""
    return multiprocessing.Pipe()


def can_fork() -> bool:
    """Whether a helper can be forked now."""
    return threading.active_count() == 1 and sys.platform == "linux"


def end_after(seconds: float) -> None:
    """Let the kernel end this process after so many more seconds of processor time."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    limit = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    if most in (resource.RLIM_INFINITY, -1) or limit < most:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, most))


def _context() -> Any:
    return multiprocessing.get_context("fork" if can_fork() else "spawn")


def _begin(start: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    # A parent's own handlers are none of a helper's business; Ctrl-C is for the parent to obey.
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    start(*arguments)


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        end_with(parent.sentinel)
    os._exit(1)


def end_forks_with_us() -> None:
    """Let what is forked from now on end with this process: libraries start servers that outlive it."""
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        os.register_at_fork(after_in_child=lambda: library.prctl(_PARENT_DEATH, signal.SIGKILL))


def end_with(sentinel: int) -> None:
    """End when another process does, also when that is killed: nobody else would tell.

    Args:
        sentinel: Ready to be read when that process has ended.
    """
    wait([sentinel])
    os._exit(1)
