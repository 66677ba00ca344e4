"""A worker of the fleet from its start to its end: its sweeps, and its part of the duties."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from procrastinate import App

from crawler import clock
from crawler.crawl.holding import Pace
from crawler.fleet.worker import Working
from crawler.report.jobs import counts
from crawler.store.engine import Store
from crawler.watch.fleet import duties
from crawler.watch.fleet.sweep import Sweeper, environ_of
from crawler.watch.fleet.sweeps import QUEUE, SWEEP
from crawler.watch.serve import guarded

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
        """Work until SIGTERM or Ctrl-C.

        Args:
            concurrency: So many hosts at once.
            until_idle: End also when no sweep waits or is at work any more.
        """
        sweeping = Working(
            self._database, [QUEUE], self._add_sweep, pace=self._pace, concurrency=concurrency
        )
        # A worker of its own: sweeps that take all places must not keep schedules waiting.
        planning = Working(self._database, [PLAN], self._add_plan, pace=self._pace, concurrency=1)

        def stop() -> None:
            sweeping.stop()
            planning.stop()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        glancing = asyncio.create_task(self._glance(stop if until_idle else None))
        try:
            await asyncio.gather(sweeping.run(grace=0), planning.run(grace=5))
        finally:
            glancing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await glancing
            guarded("leave", lambda: duties.leave(self._store))

    def _add_sweep(self, app: App) -> None:
        app.task(name=SWEEP, pass_context=True)(self._sweeper.sweep)

    def _add_plan(self, app: App) -> None:
        async def plan(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
            await asyncio.to_thread(duties.defer_due, self._store, clock.now())
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

    async def _glance(self, when_idle: Callable[[], None] | None) -> None:
        while True:
            await asyncio.to_thread(guarded, "requests", self._look)
            if when_idle is not None and self._is_idle():
                when_idle()
                return
            await asyncio.sleep(GLANCE_SECONDS)

    def _look(self) -> None:
        now = clock.now()
        duties.defer_asked(self._store, now)
        duties.settle(self._store, now)

    def _is_idle(self) -> bool:
        try:
            with self._store.reading.connect() as connection:
                states = counts(connection)
        except sa.exc.SQLAlchemyError:
            return False  # the database is away: nobody can say
        return not states.get("todo") and not states.get("doing")
