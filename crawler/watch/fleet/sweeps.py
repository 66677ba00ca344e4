"""Sweeps of hosts: how one is put into the fleet's queue, and how it is done.

A sweep is a crawl of one host. The host is its lock: while one sweep of a host is at work, further
ones wait, whoever wanted them. A job never waits for a time: one that is meant for later would keep
those of its host waiting. What is to be tried again later is tried again inside the sweep.

It is done by ``renmin crawl`` of the host as a process of its own, watched and stopped: a crawl
that breaks, or that has to be ended, takes nothing else with it, and each has its run, its log and
its summary like any other. What that costs: benchmarks/fleet.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import platform
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from procrastinate import JobContext
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from sqlalchemy import Connection

from crawler import clock
from crawler.crawl.holding import Pace
from crawler.crawl.run import PASSING
from crawler.errors import DiskFullError, RenminError, SchemaError
from crawler.hooks.crawling import LEAVE_SECONDS, LEAVE_SETTING, STALLED_SETTING
from crawler.hooks.holding import text_of
from crawler.site.channels import find
from crawler.site.channels import load as load_channels
from crawler.store import frontier, requests
from crawler.store.engine import Store
from crawler.store.frontier import LIST_PRIORITY
from crawler.store.job_schema import SCHEMA
from crawler.store.leases import Hold
from crawler.store.migrations import require_today
from crawler.store.tables import run
from crawler.watch.schedule.history import TRY_AGAIN
from crawler.watch.schedule.process import renmin_command

SWEEP, QUEUE = "sweep", "sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One host to be crawled.

    Attributes:
        host: Its name.
        channels: Whose pages.
        options: As of a schedule: ``since``, ``until``, ``limit``.
        is_first: Whether it reads the list pages of the channels; others only take pages that wait.
        ends_at: It is stopped then; ``None`` for never.
        schedule_run: The row of the planned time that it belongs to.
        request: What a person asked for that it belongs to.
    """

    host: str
    channels: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    is_first: bool = True
    ends_at: datetime | None = None
    schedule_run: int | None = None
    request: int | None = None

    @property
    def as_arguments(self) -> dict[str, Any]:
        """As the arguments of a job."""
        values = asdict(self)
        values["channels"] = list(self.channels)
        values["ends_at"] = self.ends_at.isoformat() if self.ends_at else None
        return values

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Sweep:
        """Read :attr:`as_arguments`."""
        values = dict(arguments)
        values["channels"] = tuple(values["channels"])
        ends_at = values.get("ends_at")
        values["ends_at"] = datetime.fromisoformat(ends_at) if ends_at else None
        return cls(**values)

    @property
    def name(self) -> str:
        """No two jobs that say the same wait at once."""
        of = self.schedule_run, self.request, self.is_first
        return f"{self.host} {' '.join(self.channels)} {of} {sorted(self.options.items())}"


def of_channels(connection: Connection, names: Sequence[str], **given: Any) -> list[Sweep]:
    """The sweeps that crawl channels: of their own hosts, and of others where their pages wait.

    Args:
        connection: A transaction.
        names: Channel ids, or ``all``; those that rest are left out.
        given: What else a :class:`Sweep` says; ``except`` among its options is taken out.
    """
    options = dict(given.pop("options", {}))
    left_out = {find(name).id for name in options.pop("except", "").split(",") if name.strip()}
    known = load_channels()
    ids = list(known) if "all" in names else [find(name).id for name in names]
    resting = left_out | requests.paused(connection).keys()
    chosen = [name for name in ids if known[name].enabled and name not in resting]
    sweeps = [
        Sweep(host=known[name].host, channels=(name,), options=options, **given) for name in chosen
    ]
    own = {sweep.host for sweep in sweeps}
    for name in chosen:
        others = others_waiting(connection, (name,), own)
        sweeps += [
            Sweep(host=host, channels=(name,), options=options, is_first=False, **given)
            for host in sorted(others)
        ]
    return sweeps


def others_waiting(
    connection: Connection, channels: Sequence[str], but: Iterable[str]
) -> frozenset[str]:
    """Other hosts on which pages of channels wait."""
    hosts = frontier.hosts_of(connection, channels) - set(but)
    return frozenset(frontier.hosts_waiting(connection, hosts, (0, LIST_PRIORITY - 1)))


def defer(connection: Connection, sweeps: Iterable[Sweep]) -> list[int]:
    """Put sweeps into the queue, inside the caller's transaction.

    Returns:
        The numbers of their jobs; one that waits there already is not put there again.
    """
    numbers = []
    with _manager(connection) as (manager, driver):
        for sweep in sweeps:
            job = Job(
                id=None,
                queue=QUEUE,
                lock=sweep.host,
                queueing_lock=sweep.name,
                task_name=SWEEP,
                task_kwargs=sweep.as_arguments,
            )
            try:
                with connection.begin_nested():
                    (deferred,) = manager.batch_defer_jobs([job], connection=driver)
            except AlreadyEnqueued:
                continue
            if deferred.id is not None:
                numbers.append(deferred.id)
    return numbers


def stop(connection: Connection, number: int) -> bool:
    """Take a job back that waits, or ask for the end of one that is at work; whether there is one."""
    with _manager(connection) as (manager, driver):
        return manager.cancel_job_by_id(number, abort=True, connection=driver)


def retry(connection: Connection, number: int) -> bool:
    """Put a sweep that failed or was stopped into the queue again; whether there is one."""
    arguments = connection.scalar(_ENDED, {"number": number, "task": SWEEP})
    if arguments is None:
        return False
    values = arguments | {"ends_at": None, "schedule_run": None, "request": None}
    defer(connection, [Sweep.of(values)])
    return True


def unsettled(connection: Connection, kind: str) -> dict[int, tuple[int, int]]:
    """Planned times or requests with jobs: how many of them go on, and how many failed.

    Args:
        connection: A transaction.
        kind: ``schedule_run`` or ``request``.
    """
    rows = connection.execute(_STATES, {"kind": kind, "task": SWEEP})
    return {row.id: (row.going_on, row.failed) for row in rows}


@contextlib.contextmanager
def _manager(connection: Connection) -> Iterator[tuple[JobManager, Any]]:
    """Procrastinate on the connection of a transaction of ours."""
    before = connection.scalar(sa.text("SHOW search_path"))
    _set_path(connection, f"{before}, {SCHEMA}")
    yield JobManager(SyncPsycopgConnector()), connection.connection.driver_connection
    _set_path(connection, str(before))


def _set_path(connection: Connection, path: str) -> None:
    connection.execute(sa.text("SELECT set_config('search_path', :path, true)"), {"path": path})


_STATES = sa.text(
    f"""
    SELECT CAST(args->>:kind AS bigint) AS id,
        count(*) FILTER (WHERE status IN ('todo', 'doing')) AS going_on,
        count(*) FILTER (WHERE status IN ('failed', 'aborted')) AS failed
    FROM {SCHEMA}.procrastinate_jobs
    WHERE task_name = :task AND args->>:kind IS NOT NULL GROUP BY 1
    """
)
_ENDED = sa.text(
    f"SELECT args FROM {SCHEMA}.procrastinate_jobs WHERE id = :number AND task_name = :task"
    " AND status IN ('failed', 'aborted', 'cancelled')"
)


# A crawl leaves by itself in time (LEAVE_SECONDS); so much later it is ended.
GRACE_SECONDS = 4.0
# The finish reason of a crawl that could not write.
DISK_FULL = "disk_full"

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

    Attributes:
        unfit: Why this worker can do no more: the database was upgraded meanwhile, or a disk is full.
        leave: Called then, so that the worker takes no further job; may be called again.
    """

    def __init__(
        self, store: Store, environ: Mapping[str, str], pace: Pace, options: list[str]
    ) -> None:
        self.unfit: SchemaError | DiskFullError | None = None
        self.leave: Callable[[], None] = lambda: None
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
            await self.see_to_the_schema()
            await self._to_the_end(sweep, hold)
        except (SchemaError, DiskFullError):
            # Another one may be able to. In this order: leaving cancels the sweeps that are at work, this one too.
            await context.app.job_manager.retry_job(job)
            self.leave()
        except asyncio.CancelledError:
            if context.abort_reason() is AbortReason.SHUTDOWN:
                # Not by its own worker, which is leaving: the next who comes goes on.
                await context.app.job_manager.retry_job(job)
            raise

    async def _to_the_end(self, sweep: Sweep, hold: Hold) -> None:
        """Crawl, and again later while the site cannot be reached; the host stays ours.

        Raises:
            SweepFailedError: The crawl did not end well.
            DiskFullError: It found a disk full: every other sweep here would too.
        """
        for pause in (*TRY_AGAIN, None):
            code, reason = await self._crawl(sweep, hold)
            if reason not in PASSING or pause is None or not _has_time(sweep, pause):
                break
            logger.info("tries host=%s again in %s: %s", sweep.host, pause, reason)
            await asyncio.sleep(pause.total_seconds())
        await self.see_to_the_schema()
        if reason == DISK_FULL:
            message = f"{platform.node()}: a disk is full; its worker ends, and others go on"
            self.unfit = DiskFullError(f"{message}; make room and start it again")
            raise self.unfit
        await asyncio.to_thread(self._follow, sweep, reason)
        if code != 0 and reason != "taken_over":
            raise SweepFailedError(f"{sweep.host}: {reason or f'exit code {code}'}")

    async def see_to_the_schema(self) -> None:
        """See that nobody has upgraded the database under this worker.

        Raises:
            SchemaError: Somebody has; what says so at a worker's start.
        """
        try:
            await asyncio.to_thread(self._require_today)
        except SchemaError as error:
            self.unfit = error
            raise

    def _require_today(self) -> None:
        with self._store.reading.connect() as connection:
            require_today(connection, self._store.url)

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
            await self._end(child)
            raise SweepFailedError(f"{sweep.host}: stopped: it took too long") from None
        except asyncio.CancelledError:
            await self._end(child)
            raise
        reason = await asyncio.to_thread(self._reason, child.pid, began)
        logger.info("end host=%s job=%d exit=%d reason=%s", sweep.host, hold.job, code, reason)
        return code, reason

    async def _end(self, child: asyncio.subprocess.Process) -> None:
        """End a crawl, in order if it can."""
        if child.returncode is not None:
            return
        given = dict(option.partition("=")[::2] for option in self._options)
        patience = float(given.get(LEAVE_SETTING, LEAVE_SECONDS)) + GRACE_SECONDS
        child.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(child.wait(), patience)
        except TimeoutError:
            child.kill()
            await child.wait()

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
                others = others_waiting(connection, sweep.channels, [sweep.host])
                left += [Sweep.of(values | {"host": host}) for host in sorted(others)]
            defer(connection, left)


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
