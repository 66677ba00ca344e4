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
from crawler.store.troubles import explain

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


def _fail(jobs: list[_Job[Any]], error: Exception) -> None:
    for job in jobs:
        job.future.set_exception(error)


def first_that_fits(engine: Engine, *works: Callable[[Connection], object]) -> None:
    """Do the first of these that can be committed, after writing has ended: all of it, or less.

    On a full disk, what was written and taken back has left room in the log of the database.
    """
    for work in works:
        try:
            with engine.begin() as connection:
                work(connection)
        except sa.exc.DBAPIError:
            continue
        return
