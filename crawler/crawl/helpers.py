"""Processes that help with reading: started at once, and ended whenever their parent ends.

A forked helper begins to work in milliseconds; one that is started anew imports the house first,
half a second of its core. Forking is safe only while no other thread runs and no database file
is open: SQLite keeps a process's locks in memory that the helper would inherit.
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
from typing import Any

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
