"""Reading with limits: helper processes that end with their parent, and a limit in processor time.

Helpers are started at once. A forked one begins to work in milliseconds; one that is started anew
imports the house first, half a second of its core. Forking is safe only while no other thread runs
and no database file is open: SQLite keeps a process's locks in memory that the helper would
inherit.

No page is read for ever, and the limit is the same on a busy machine. The work is interrupted by a
signal between two steps of Python. That suits the reading of pages, which is pure: what it had begun
is forgotten. A step of C that goes on by itself is not interrupted; a helper is ended for it by the
kernel (:mod:`crawler.crawl.reading`).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import math
import multiprocessing
import os
import resource
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol, TypeVar

from crawler.errors import TooDearError

T = TypeVar("T")
Chunk = TypeVar("Chunk", contravariant=True)
Result = TypeVar("Result", covariant=True)

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
# Results that may wait for the one who asked; the kernel's own 64 KiB are a chunk or two.
_RESULT_BYTES = 1 << 20
_NUMBER = struct.Struct("<I")


class Work(Protocol[Chunk, Result]):
    """Does one chunk of some work after the other, and lets go of what it has opened."""

    def __call__(self, chunk: Chunk, /) -> Result:
        """Do one chunk."""

    def close(self) -> None:
        """Let go."""


def pool(
    helpers: int, start: Callable[..., None], arguments: tuple[Any, ...]
) -> ProcessPoolExecutor:
    """A pool of ``helpers``, each of which calls ``start(*arguments)`` first.

    The caller has closed its databases. Helpers are forked when the first work is handed in.
    """
    return ProcessPoolExecutor(helpers, _context(), _begin, (start, arguments))


def start_process(work: Callable[..., None], arguments: tuple[Any, ...]) -> BaseProcess:
    """Start one process that does ``work(*arguments)`` and ends; see :func:`pool`."""
    process: BaseProcess = _context().Process(target=_begin, args=(work, arguments), daemon=True)
    process.start()
    return process


def pipe() -> tuple[Connection, Connection]:
    """Two ends of a line between a process and its helper."""
    return multiprocessing.Pipe()


async def beside(work: Callable[..., T], *arguments: Any) -> T:
    """Do some work on a thread of its own, so that the event loop goes on; here if none can start."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work(*arguments))
        except BaseException as error:  # whatever it is, the one who asked must know
            done.set_exception(error)

    try:
        threading.Thread(target=run, daemon=True).start()
    except RuntimeError:  # too little memory
        run()
    return await asyncio.wrap_future(done)


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


def share(
    chunks: Sequence[Chunk],
    start: Callable[..., Work[Chunk, Result]],
    arguments: tuple[Any, ...],
    helpers: int,
) -> Iterator[Result]:
    """Do every chunk of some work, here and in ``helpers``.

    Whoever has done a chunk takes the next one himself, so nobody waits to be told. What a helper
    did not finish, because it was killed or raised an error, is done here at the end.

    Args:
        chunks: Known to all.
        start: Gives what does the work, in every process; the caller has closed its databases.
        arguments: Of ``start``.
        helpers: Processes beside this one; 0 for none.

    Returns:
        The results, in no order.
    """
    undone = set(range(len(chunks)))
    with contextlib.ExitStack() as stack:
        crew = stack.enter_context(_Crew(chunks, start, arguments, helpers))
        work = stack.enter_context(contextlib.closing(start(*arguments)))
        # Each helper that ended may have taken one chunk with it.
        while len(undone) > crew.ended:
            number = crew.take()
            if number is not None:
                undone.discard(number)
                yield work(chunks[number])
            for done, result in crew.results(wait_for_one=number is None):
                if done in undone:
                    undone.discard(done)
                    yield result
        for number in sorted(undone):
            yield work(chunks[number])


class _Crew:
    """Helpers that take the numbers of chunks out of one pipe, as the one who asked does too."""

    def __init__(
        self,
        chunks: Sequence[Any],
        start: Callable[..., Any],
        arguments: tuple[Any, ...],
        count: int,
    ) -> None:
        self.ended = 0
        self._most = len(chunks)
        self._next = 0
        self._numbers, self._in = multiprocessing.Pipe(duplex=False)
        # Who looks must not be kept by another who was quicker.
        os.set_blocking(self._numbers.fileno(), False)
        os.set_blocking(self._in.fileno(), False)
        self._fill()
        self._processes: list[BaseProcess] = []
        self._lines: list[Connection] = []
        for _ in range(count):
            line, theirs = multiprocessing.Pipe(duplex=False)
            with contextlib.suppress(AttributeError, OSError):  # as long as the system likes
                fcntl.fcntl(theirs.fileno(), fcntl.F_SETPIPE_SZ, _RESULT_BYTES)
            work = (self._numbers, theirs, chunks, start, arguments)
            self._processes.append(start_process(_help, work))
            theirs.close()
            self._lines.append(line)

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.join()
        for line in (*self._lines, self._numbers, self._in):
            line.close()

    def take(self) -> int | None:
        """The number of a chunk that nobody has taken; ``None`` if there is none."""
        self._fill()
        return _taken(self._numbers)

    def results(self, *, wait_for_one: bool) -> Iterator[tuple[int, Any]]:
        """What helpers have done, each with its number; notes who has ended."""
        ready = wait(self._lines, None if wait_for_one else 0)
        for line in [line for line in self._lines if line in ready]:
            try:
                yield line.recv()
            except (EOFError, OSError):
                self._lines.remove(line)
                line.close()
                self.ended += 1

    def _fill(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._next < self._most:
                os.write(self._in.fileno(), _NUMBER.pack(self._next))
                self._next += 1


def _taken(numbers: Connection) -> int | None:
    try:
        return int(_NUMBER.unpack(os.read(numbers.fileno(), _NUMBER.size))[0])
    except BlockingIOError:
        return None


def _help(
    numbers: Connection,
    line: Connection,
    chunks: Sequence[Any],
    start: Callable[..., Work[Any, Any]],
    arguments: tuple[Any, ...],
) -> None:
    """In a helper: take chunks until it is ended. An error is met again where all is known."""
    with contextlib.suppress(Exception), contextlib.closing(start(*arguments)) as work:
        while wait([numbers]):
            number = _taken(numbers)
            if number is not None:
                line.send((number, work(chunks[number])))
