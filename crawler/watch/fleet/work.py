"""A worker of the fleet from its start to its end: its sweeps, and its part of the duties.

The duties are done by whichever worker comes to them first. Schedules are deferred by a periodic
task of procrastinate, which one worker does each minute; what people ask for on the dashboard is
looked for every few seconds by every worker. Taking and putting into the queue are one transaction:
a worker that dies in between has done nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
from procrastinate import App

from crawler import clock
from crawler.crawl.holding import Pace
from crawler.errors import SchemaError
from crawler.fleet.worker import Working
from crawler.report.watch import job_counts
from crawler.store import requests
from crawler.store.engine import Store
from crawler.store.tables import request, schedule_run
from crawler.watch.fleet import sweeps
from crawler.watch.fleet.sweeps import QUEUE, SWEEP, Sweeper, environ_of
from crawler.watch.schedule import asked, history, schedules
from crawler.watch.schedule.history import BY_WORKERS
from crawler.watch.serve import guarded

logger = logging.getLogger(__name__)


def defer_due(store: Store, now: datetime) -> int:
    """Put the sweeps of every schedule that is due into the queue; how many there were."""
    with store.reading.connect() as connection:
        due = [
            (one, due) for one in schedules.load(connection) if (due := one.due(now)) is not None
        ]
    deferred = 0
    for one, planned in due:
        with store.writing.begin() as connection:
            row_id = history.claim(connection, one, planned, now)
            if row_id is None:
                continue
            history.note(connection, row_id, BY_WORKERS)
            found = sweeps.of_channels(
                connection,
                one.channels,
                options=one.options,
                ends_at=now + one.max_duration,
                schedule_run=row_id,
            )
            deferred += len(sweeps.defer(connection, found))
        logger.info("deferred schedule=%s planned=%s", one.name, planned.planned_at)
    return deferred


def defer_asked(store: Store, now: datetime) -> int:
    """Say that a worker is there, and put what people asked for into the queue."""
    with store.writing.begin() as connection:
        requests.attend(connection, "worker", now)
    deferred = 0
    while _defer_one(store, now):
        deferred += 1
    return deferred


def settle(store: Store, now: datetime) -> None:
    """Say what became of planned times and requests whose last job has ended."""
    with store.writing.begin() as connection:
        for row_id, (going_on, failed) in sweeps.unsettled(connection, "schedule_run").items():
            if not going_on and _is_open(connection, row_id):
                detail = f"{failed} hosts failed: renmin jobs --failed" if failed else None
                outcome = "failed" if failed else "done"
                history.settle(connection, row_id, now, outcome=outcome, detail=detail)
        for row_id, (going_on, failed) in sweeps.unsettled(connection, "request").items():
            query = sa.select(request.c.id).where(
                request.c.id == row_id, request.c.ended_at.is_(None)
            )
            if not going_on and connection.scalar(query) is not None:
                requests.settle(connection, row_id, now, "failed" if failed else "done")


def leave(store: Store) -> None:
    """Say that this worker is there no more."""
    with store.writing.begin() as connection:
        requests.leave(connection)


def _defer_one(store: Store, now: datetime) -> bool:
    with store.writing.begin() as connection:
        wanted = requests.take(connection, requests.RUN, now)
        if wanted is None:
            return False
        found = sweeps.of_channels(
            connection, wanted.channels, ends_at=now + asked.LONGEST, request=wanted.id
        )
        if not sweeps.defer(connection, found):
            requests.settle(connection, wanted.id, now, "done", "every channel rests")
    return True


def _is_open(connection: sa.Connection, row_id: int) -> bool:
    query = sa.select(schedule_run.c.id).where(
        schedule_run.c.id == row_id, schedule_run.c.outcome == "running"
    )
    return connection.scalar(query) is not None


PLAN = "plan"
# How often it is looked whether somebody asked for something, and whether something has ended.
GLANCE_SECONDS = 3.0
# Jobs that have ended are kept so long; those that only plan are not worth it.
KEPT_HOURS, PLANS_KEPT_HOURS = 14 * 24, 1


class FleetWorker:
    """Sweeps hosts until it is told to stop.

    Args:
        store: The database, on a server.
        database: Its URL, with the password.
        proxy: That fetches for us; empty for none.
        pace: When a job has stalled.
        settings: Scrapy's, of the crawls, as typed: ``KEY=VALUE``.
    """

    def __init__(
        self, store: Store, database: str, proxy: str, pace: Pace, settings: Sequence[str]
    ) -> None:
        self._store = store
        self._database = database
        self._pace = pace
        self._sweeper = Sweeper(store, environ_of(database, proxy), pace, list(settings))

    async def work(self, concurrency: int, *, until_idle: bool = False) -> None:
        """Work until SIGTERM, Ctrl-C or the end of the terminal.

        Args:
            concurrency: So many hosts at once.
            until_idle: End also when no sweep waits or is at work any more.

        Raises:
            SchemaError: Somebody has upgraded the database meanwhile; all jobs were given back.
        """
        sweeping = Working(
            self._database, [QUEUE], self._add_sweep, pace=self._pace, concurrency=concurrency
        )
        # A worker of its own: sweeps that take all places must not keep schedules waiting.
        planning = Working(self._database, [PLAN], self._add_plan, pace=self._pace, concurrency=1)

        def stop() -> None:
            sweeping.stop()
            planning.stop()

        self._sweeper.leave = stop
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                loop.add_signal_handler(number, stop)
        glancing = asyncio.create_task(self._glance(stop, until_idle=until_idle))
        try:
            await asyncio.gather(sweeping.run(grace=0), planning.run(grace=5))
        finally:
            glancing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await glancing
            guarded("leave", lambda: leave(self._store))
        if self._sweeper.unfit:
            raise self._sweeper.unfit

    def _add_sweep(self, app: App) -> None:
        app.task(name=SWEEP, pass_context=True)(self._sweeper.sweep)

    def _add_plan(self, app: App) -> None:
        async def plan(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
            if await self._is_outdated():
                return
            await asyncio.to_thread(defer_due, self._store, clock.now())
            manager = app.job_manager
            await manager.delete_old_jobs(nb_hours=PLANS_KEPT_HOURS, queue=PLAN)
            await manager.delete_old_jobs(
                nb_hours=KEPT_HOURS,
                include_failed=True,
                include_cancelled=True,
                include_aborted=True,
            )

        task = app.task(name=PLAN, queue=PLAN, queueing_lock=PLAN)(plan)
        app.periodic(cron="* * * * *")(task)

    async def _glance(self, stop: Callable[[], None], *, until_idle: bool) -> None:
        while not await self._is_outdated():
            await asyncio.to_thread(guarded, "requests", self._look)
            if until_idle and self._is_idle():
                break
            await asyncio.sleep(GLANCE_SECONDS)
        stop()

    async def _is_outdated(self) -> bool:
        try:
            await self._sweeper.see_to_the_schema()
        except SchemaError:
            return True
        except sa.exc.SQLAlchemyError:
            return False  # the database is away: nobody can say
        return False

    def _look(self) -> None:
        now = clock.now()
        defer_asked(self._store, now)
        settle(self._store, now)

    def _is_idle(self) -> bool:
        try:
            with self._store.reading.connect() as connection:
                states = job_counts(connection)
        except sa.exc.SQLAlchemyError:
            return False  # the database is away: nobody can say
        return not states.get("todo") and not states.get("doing")
