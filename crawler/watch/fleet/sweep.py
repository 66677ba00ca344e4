"""Doing one sweep: ``renmin crawl`` of one host as a process of its own, watched and stopped.

A process of its own: a crawl that breaks, or that has to be ended, takes nothing else with it, and
each has its run, its log and its summary like any other. What that costs: benchmarks/fleet.py.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from procrastinate import JobContext
from procrastinate.job_context import AbortReason

from crawler import clock
from crawler.crawl.holding import Pace
from crawler.crawl.outcome import PASSING
from crawler.errors import RenminError
from crawler.hooks.crawling import LEAVE_SECONDS, STALLED_SETTING
from crawler.hooks.holding import text_of
from crawler.store.engine import Store
from crawler.store.holds import Hold
from crawler.store.tables import run
from crawler.watch.fleet import sweeps
from crawler.watch.fleet.sweeps import Sweep
from crawler.watch.schedule.history import TRY_AGAIN
from crawler.watch.schedule.process import renmin_command

# A crawl leaves by itself within LEAVE_SECONDS; then it is ended.
STOP_SECONDS = LEAVE_SECONDS + 4.0

logger = logging.getLogger(__name__)


class SweepFailedError(RenminError):
    """A sweep did not end well; its run and its log say why."""


class Sweeper:
    """Does sweeps for one worker.

    Args:
        store: The database; given back by the caller.
        environ: Of the crawls: where the database is, and the proxy.
        pace: When a job has stalled.
        options: Scrapy settings of the crawls, as typed: ``-s KEY=VALUE``.
    """

    def __init__(
        self, store: Store, environ: Mapping[str, str], pace: Pace, options: list[str]
    ) -> None:
        self._store = store
        self._environ = dict(environ)
        self._pace = pace
        self._options = options

    async def sweep(self, context: JobContext, /, **arguments: object) -> None:
        """The task: crawl the host of a job to the end.

        Raises:
            SweepFailedError: The crawl did not end well.
        """
        sweep, job = Sweep.of(arguments), context.job
        if job.id is None or job.worker_id is None:
            return
        hold = Hold(sweep.host, job.id, job.worker_id, job.attempts)
        try:
            await self._to_the_end(sweep, hold)
        except asyncio.CancelledError:
            if context.abort_reason() is AbortReason.SHUTDOWN:
                # Not by its own worker, which is leaving: the next who comes goes on.
                await context.app.job_manager.retry_job(job)
            raise

    async def _to_the_end(self, sweep: Sweep, hold: Hold) -> None:
        """Crawl, and again later while the site cannot be reached; the host stays ours."""
        for pause in (*TRY_AGAIN, None):
            code, reason = await self._crawl(sweep, hold)
            if reason not in PASSING or pause is None or not _has_time(sweep, pause):
                break
            logger.info("tries host=%s again in %s: %s", sweep.host, pause, reason)
            await asyncio.sleep(pause.total_seconds())
        await asyncio.to_thread(self._follow, sweep, reason)
        if code != 0 and reason != "taken_over":
            raise SweepFailedError(f"{sweep.host}: {reason or f'exit code {code}'}")

    async def _crawl(self, sweep: Sweep, hold: Hold) -> tuple[int, str | None]:
        """One crawl to its end: the exit code and the finish reason of its run."""
        began = clock.now()
        command = [*renmin_command(), *self._arguments(sweep, hold)]
        logger.info("start host=%s job=%d", sweep.host, hold.job)
        # A session of its own: Ctrl-C reaches the worker alone, which passes it on once.
        child = await asyncio.create_subprocess_exec(
            *command, env=self._environ, start_new_session=True, stdin=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(_seconds_left(sweep)):
                code = await child.wait()
        except TimeoutError:
            await _end(child)
            raise SweepFailedError(f"{sweep.host}: stopped: it took too long") from None
        except asyncio.CancelledError:
            await _end(child)
            raise
        reason = await asyncio.to_thread(self._reason, child.pid, began)
        logger.info("end host=%s job=%d exit=%d reason=%s", sweep.host, hold.job, code, reason)
        return code, reason

    def _arguments(self, sweep: Sweep, hold: Hold) -> list[str]:
        options = [part for key, value in sweep.options.items() for part in (f"--{key}", value)]
        return [
            *("crawl", *sweep.channels, *options),
            *("--hold", text_of(hold)),
            *("-s", f"{STALLED_SETTING}={self._pace.stalled}"),
            *(part for option in self._options for part in ("-s", option)),
        ]

    def _reason(self, pid: int, began: datetime) -> str | None:
        query = (
            sa.select(run.c.finish_reason)
            .where(run.c.pid == pid, run.c.machine == platform.node())
            .where(run.c.started_at >= began - timedelta(seconds=2))
            .order_by(run.c.id.desc())
        )
        with self._store.reading.connect() as connection:
            return connection.scalar(query.limit(1))

    def _follow(self, sweep: Sweep, reason: str | None) -> None:
        """Put into the queue what this sweep has left: its own host's rest, and other hosts."""
        with self._store.writing.begin() as connection:
            left = [sweep] if reason == "passed_on" else []
            if sweep.is_first:
                values = sweep.as_arguments | {"is_first": False}
                others = sweeps.others_waiting(connection, sweep.channels, [sweep.host])
                left += [Sweep.of(values | {"host": host}) for host in sorted(others)]
            sweeps.defer(connection, left)


async def _end(child: asyncio.subprocess.Process) -> None:
    """End a crawl, in order if it can."""
    if child.returncode is not None:
        return
    child.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(child.wait(), STOP_SECONDS)
    except TimeoutError:
        child.kill()
        await child.wait()


def _seconds_left(sweep: Sweep) -> float | None:
    if sweep.ends_at is None:
        return None
    return max(0.0, (sweep.ends_at - clock.now()).total_seconds())


def _has_time(sweep: Sweep, pause: timedelta) -> bool:
    return sweep.ends_at is None or clock.now() + pause < sweep.ends_at


def environ_of(database: str, proxy: str) -> dict[str, str]:
    """The environment of the crawls: a password stays out of what ``ps`` shows."""
    environ = {**os.environ, "RENMIN_DATABASE": database}
    if proxy:
        environ["RENMIN_PROXY"] = proxy
    return environ
