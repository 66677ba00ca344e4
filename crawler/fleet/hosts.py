"""The jobs by which a crawl holds hosts.

A crawl puts a job into a queue of its own for each host that has pages; the host is the job's lock.
While the job is at work the crawl asks the host, and ends the job when nothing is left there, or
when it has had its turn and others wait. So several crawls, and the workers of a fleet, go on with
a host one after the other, and never two at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any

from procrastinate import App, JobContext
from procrastinate.exceptions import AlreadyEnqueued

from crawler.crawl.holding import HeldHosts, begin
from crawler.crawl.session import CrawlSession
from crawler.fleet.worker import AWAY, Working
from crawler.store.leases import HOLD, Hold

# There are 37 hosts and a few mirrors; each is a task that waits.
MOST_HOSTS = 64
# So long the last jobs of a crawl may take to be ended.
GRACE = 5.0

logger = logging.getLogger(__name__)


class HostJobs:
    """Asks for hosts, and lets them go; lives on the crawl's event loop.

    Args:
        session: Of the crawl.
        held: What it holds.
        database: SQLAlchemy URL.
        delay_of: Seconds between two requests to a host.
    """

    def __init__(
        self,
        session: CrawlSession,
        held: HeldHosts,
        database: str,
        delay_of: Callable[[str], float],
    ) -> None:
        self._session = session
        self._held = held
        self._delay_of = delay_of
        self._ends: dict[str, asyncio.Event] = {}
        self._asking: set[asyncio.Task[None]] = set()
        self._working = Working(
            database,
            [session.queue_name],
            self._add_tasks,
            pace=held.pace,
            concurrency=MOST_HOSTS,
        )

    def begin(self) -> None:
        """Begin to work on the jobs of this crawl."""
        self._run = asyncio.ensure_future(self._working.run(grace=GRACE))

    async def end(self) -> None:
        """Let every host go; called when nothing is under way any more."""
        self.let_go([hold.host for hold in self._held.all()])
        self._working.stop()
        await asyncio.wait([self._run], timeout=GRACE)
        self._run.cancel()

    def want(self, hosts: Iterable[str]) -> None:
        """Ask for hosts; each comes when nobody else holds it."""
        app, worker = self._working.app, self._working.worker_id
        if app is not None and worker is not None and (wanted := sorted(hosts)):
            task = asyncio.ensure_future(self._defer(app, wanted, worker))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    def let_go(self, hosts: Iterable[str]) -> None:
        """End the jobs of hosts of which nothing is under way."""
        for host in hosts:
            self._held.drop(host)
            if end := self._ends.get(host):
                end.set()

    def lost(self, host: str) -> None:
        """End the task of a job that was taken away; the job itself is not ours to end."""
        if end := self._ends.get(host):
            end.set()

    def _add_tasks(self, app: App) -> None:
        app.task(name=HOLD, pass_context=True)(self._hold)

    async def _defer(self, app: App, hosts: list[str], worker: int) -> None:
        queue = self._session.queue_name
        for host in hosts:
            job = app.configure_task(
                HOLD, queue=queue, lock=host, queueing_lock=f"{queue} {host}", priority=1
            )
            try:
                await job.defer_async(host=host, worker=worker)
            except AlreadyEnqueued:
                continue
            except AWAY as error:  # asked again with the next pages that are looked for
                logger.warning("no job could be made for host=%s: %s", host, error)
                return

    async def _hold(self, context: JobContext, /, host: str, **_given: Any) -> None:
        job = context.job
        if job.id is None or job.worker_id is None:
            return
        hold = Hold(host, job.id, job.worker_id, job.attempts)
        end = self._ends[host] = asyncio.Event()
        try:
            if await begin(self._session, self._held, hold, self._delay_of(host)):
                await end.wait()
        finally:
            # Cancelled: what is under way is given up; whoever comes next waits for it.
            self._held.lose(hold)
            if self._ends.get(host) is end:
                del self._ends[host]
            self._session.on_pages(frozenset({host}))
