"""The one thread that writes.

Work comes as functions that take the connection of the current transaction. Up to ``BATCH`` of
them, or what came within ``SECONDS``, share one transaction: a commit costs the same for one page
as for fifty. What a function did is promised only when its future is done.

When a batch fails because of one job in it, the jobs are tried again one by one, so that one bad
row costs only itself. When it fails because the server went away, it is tried again until the
server is back or ``PATIENCE`` is over. When the disk is full, nothing more is accepted and
``on_fatal`` is told once.
"""

from __future__ import annotations

import errno
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from crawler.errors import BusyError, DiskFullError, StoreError

logger = logging.getLogger(__name__)

T = TypeVar("T")

BATCH = 50
SECONDS = 1.0
PATIENCE = 120.0
# So many jobs may wait before submit() blocks.
BACKLOG = 500


@dataclass(slots=True)
class _Job(Generic[T]):
    work: Callable[[Connection], T]
    future: Future[T]
    urgent: bool


class Writer:
    """Runs jobs in batches on a thread of its own.

    Args:
        engine: The writing engine of a store.
        before_commit: Called in the transaction with its connection and the jobs' results.
        on_fatal: Called once, on the writer's thread, with the error that ended all writing.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        before_commit: Callable[[Connection, list[Any]], None] | None = None,
        on_fatal: Callable[[StoreError], None] | None = None,
    ) -> None:
        self._engine = engine
        self._before_commit = before_commit
        self._on_fatal = on_fatal
        self._queue: queue.Queue[_Job[Any] | None] = queue.Queue(BACKLOG)
        self._fatal: StoreError | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> Writer:
        """Begin to work."""
        self._thread.start()
        return self

    def submit(self, work: Callable[[Connection], T], *, urgent: bool = False) -> Future[T]:
        """Hand in a job.

        Args:
            work: Runs inside a transaction, perhaps more than once; it must not commit.
            urgent: Commit as soon as this job is reached instead of waiting for more.

        Returns:
            A future that is done when the job is committed, or has failed.
        """
        future: Future[T] = Future()
        # Whoever waits for it may stop waiting, but what was handed in is done.
        future.set_running_or_notify_cancel()
        if self._fatal:
            future.set_exception(self._fatal)
        else:
            self._queue.put(_Job(work, future, urgent))
        return future

    @property
    def backlog(self) -> int:
        """Jobs that wait."""
        return self._queue.qsize()

    def stop(self, timeout: float | None = None) -> bool:
        """Commit what was handed in, then end the thread.

        Returns:
            Whether it ended within ``timeout`` seconds.
        """
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        going = True
        while going:
            jobs, going = self._next_batch()
            if jobs:
                self._write(jobs)

    def _next_batch(self) -> tuple[list[_Job[Any]], bool]:
        job = self._queue.get()
        if job is None:
            return [], False
        jobs = [job]
        deadline = time.monotonic() + SECONDS
        while len(jobs) < BATCH and not jobs[-1].urgent:
            try:
                job = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if job is None:
                return jobs, False
            jobs.append(job)
        return jobs, True

    def _write(self, jobs: list[_Job[Any]]) -> None:
        if self._fatal:
            _fail(jobs, self._fatal)
            return
        try:
            results = self._commit(jobs)
        except StoreError as error:
            self._give_up(jobs, error)
        except Exception as error:  # any job may raise anything
            self._isolate(jobs, error)
        else:
            for job, result in zip(jobs, results, strict=True):
                job.future.set_result(result)

    def _isolate(self, jobs: list[_Job[Any]], error: Exception) -> None:
        if len(jobs) == 1:
            _fail(jobs, error)
            return
        for job in jobs:
            self._write([job])

    def _give_up(self, jobs: list[_Job[Any]], error: StoreError) -> None:
        self._fatal = error
        logger.error("writing ended: %s", error)
        _fail(jobs, error)
        if self._on_fatal:
            self._on_fatal(error)

    def _commit(self, jobs: list[_Job[Any]]) -> list[Any]:
        """Run ``jobs`` in one transaction, again and again while the database is away."""
        deadline = time.monotonic() + PATIENCE
        wait = 0.2
        while True:
            try:
                return self._transaction(jobs)
            except (sa.exc.DBAPIError, OSError, BusyError) as error:
                problem = explain(error, str(self._engine.url.database))
                if problem is None:
                    raise
                if isinstance(problem, DiskFullError) or time.monotonic() > deadline:
                    raise problem from error
                logger.warning("waiting for the database: %s", problem)
                time.sleep(wait)
                wait = min(wait * 2, 5.0)

    def _transaction(self, jobs: list[_Job[Any]]) -> list[Any]:
        with self._engine.begin() as connection:
            results = [job.work(connection) for job in jobs]
            if self._before_commit:
                self._before_commit(connection, results)
        return results


def explain(error: Exception, where: str) -> StoreError | None:
    """Name the trouble with the database or the disk; ``None`` if the statement is to blame.

    Args:
        error: From SQLAlchemy, sqlite3 or the operating system.
        where: The file or the database's name.
    """
    if isinstance(error, StoreError):
        return error
    text = str(getattr(error, "orig", error)).partition("\n")[0]
    if getattr(error, "errno", None) == errno.ENOSPC:
        return DiskFullError(f"{where}: {_TROUBLES['disk is full'][1]} ({text})")
    for sign, (kind, what) in _TROUBLES.items():
        if sign in text:
            return kind(f"{where}: {what} ({text})")
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return StoreError(f"{where}: the connection was lost ({text})")
    return None


_FULL = "cannot be written; make room and run the crawl again"
_AWAY = "cannot be reached"
# What SQLite and PostgreSQL say when it is not the statement's fault.
_TROUBLES: dict[str, tuple[type[StoreError], str]] = {
    "disk is full": (DiskFullError, _FULL),
    "disk I/O error": (DiskFullError, _FULL),
    "No space left": (DiskFullError, _FULL),
    "readonly database": (DiskFullError, "cannot be written"),
    # Two processes entered the same links in another order; the loser tries again.
    "deadlock detected": (BusyError, "two writers got in each other's way"),
    "is locked": (BusyError, "held by another program"),
    "connection failed": (StoreError, _AWAY),
    "connection refused": (StoreError, _AWAY),
    "the database system is": (StoreError, _AWAY),
    "terminating connection": (StoreError, _AWAY),
    "server closed the connection": (StoreError, _AWAY),
    "connection is closed": (StoreError, _AWAY),
}


def _fail(jobs: list[_Job[Any]], error: Exception) -> None:
    for job in jobs:
        job.future.set_exception(error)
