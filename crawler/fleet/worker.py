"""A worker of procrastinate that goes on when the server comes back, and takes stalled jobs over.

procrastinate's worker ends when the database is away for long; then a new one begins, with a new
number, as soon as it can. Jobs of the old one have stalled and are taken over like those of anybody
who died: by every worker that is there, a few times within the time after which a job has stalled.
(As a periodic job this could stall itself.) A job ends only by its own worker (:class:`OwnJobs`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import psycopg_pool
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker
from sqlalchemy.engine import make_url

from crawler.crawl.holding import Pace
from crawler.store.job_schema import SCHEMA
from crawler.store.leases import HOLD

# A connection that is cut is noticed within so long, instead of after the system's quarter of an
# hour: a query that never ends would stop a worker for good.
CUT_SECONDS = 10


class OwnJobs(JobManager):
    """Ends and takes back a job only for the worker, and the attempt, that the caller knows of.

    procrastinate's own functions go by the number of the job alone. A worker that was stopped and
    comes back would end the job that another worker is at work on by now, and free its lock.
    """

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """End a job, if it still is the one that the caller knows."""
        await self._if_same(
            "procrastinate_finish_job_v1(id, %(status)s, %(delete_job)s)",
            job,
            status=status.value,
            delete_job=delete_job,
        )

    async def retry_job(self, job: Job, *_args: Any, **_kwargs: Any) -> None:
        """Let a job wait again, if it still is the one that the caller knows.

        It has no time to wait for: a job that is meant for later keeps those of its lock waiting.
        """
        await self._if_same("procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL)", job)

    async def _if_same(self, call: str, job: Job, **arguments: Any) -> None:
        await self.connector.execute_query_all_async(
            "WITH same AS (SELECT id FROM procrastinate_jobs WHERE id = %(id)s"
            " AND status IN ('doing', 'failed') AND attempts = %(attempts)s"
            " AND worker_id IS NOT DISTINCT FROM %(worker)s FOR UPDATE) "
            f"SELECT {call} FROM same",
            id=job.id,
            attempts=job.attempts,
            worker=job.worker_id,
            **arguments,
        )


def connection_options(database: str) -> dict[str, Any]:
    """What a connection to ``database`` needs so that unqualified names are procrastinate's."""
    url = make_url(database)
    given = url.query.get("options", "")
    return {
        "options": f"{given if isinstance(given, str) else ''} -c search_path={SCHEMA}".strip(),
        "connect_timeout": CUT_SECONDS,
        "keepalives_idle": CUT_SECONDS // 2,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": CUT_SECONDS * 1000,
        "application_name": "renmin",
    }


def make_app(database: str) -> App:
    """An application for one worker or one question; its tasks are the caller's.

    Args:
        database: SQLAlchemy URL of a PostgreSQL database.
    """
    url = make_url(database).set(drivername="postgresql")
    connector = PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False),
        kwargs=connection_options(database),
        min_size=1,
        max_size=4,
        timeout=3.0 * CUT_SECONDS,
    )
    app = App(connector=connector)
    app.job_manager = OwnJobs(connector)
    return app


AWAY = (ProcrastinateException, psycopg.Error, psycopg_pool.PoolTimeout, OSError)

logger = logging.getLogger(__name__)


class _OneLine(logging.Filter):
    """What went wrong as the end of the line, instead of a traceback below it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is always kept."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.msg, record.args = f"{record.getMessage()}: {_first_line(error)}", ()
            record.exc_info = record.exc_text = None
        return True


def quiet() -> None:
    """Let procrastinate say in a line what went wrong, and nothing of what goes well."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    # A line for each try to reach a server that is away; what it means is said here.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    for name in ("procrastinate.worker", "procrastinate.utils"):
        loud = logging.getLogger(name)
        if not any(isinstance(one, _OneLine) for one in loud.filters):
            loud.addFilter(_OneLine())


class Working:
    """Works through the jobs of some queues until it is told to stop.

    Args:
        database: SQLAlchemy URL of a PostgreSQL database.
        queues: Whose jobs.
        add_tasks: Adds the tasks to an application.
        pace: When a job has stalled.
        concurrency: So many jobs at once.

    Attributes:
        app: The application of the worker that is at work; ``None`` while the database is away.
        worker_id: Its number, likewise.
    """

    def __init__(
        self,
        database: str,
        queues: Sequence[str],
        add_tasks: Callable[[App], None],
        *,
        pace: Pace,
        concurrency: int,
    ) -> None:
        self.app: App | None = None
        self._database = database
        self._queues = list(queues)
        self._add_tasks = add_tasks
        self._pace = pace
        self._concurrency = concurrency
        self._worker: Worker | None = None
        self._stopping = asyncio.Event()

    @property
    def worker_id(self) -> int | None:
        """Procrastinate's number of the worker that is at work."""
        return self._worker.worker_id if self._worker else None

    async def run(self, grace: float) -> None:
        """Work until :meth:`stop`; jobs that go on so many seconds later are cancelled.

        Args:
            grace: Seconds.
        """
        quiet()
        wait = 1.0
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._work(grace)
            except AWAY as error:
                logger.warning("waiting for the database: %s", _first_line(error))
            if asyncio.get_running_loop().time() - began > 60:
                wait = 1.0
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
            wait = min(2 * wait, 30.0)

    def stop(self) -> None:
        """Take no more jobs; :meth:`run` ends when those at work have ended."""
        self._stopping.set()
        if self._worker:
            self._worker.stop()  # type: ignore[no-untyped-call]

    async def _work(self, grace: float) -> None:
        app = make_app(self._database)
        self._add_tasks(app)
        async with app.open_async():
            if self._stopping.is_set():
                return  # told to stop while the database was waited for
            self.app, self._worker = app, self._make(app, grace)
            taking = asyncio.create_task(self._take_over(app))
            try:
                await self._worker.run()  # type: ignore[no-untyped-call]
            finally:
                taking.cancel()
                self.app = self._worker = None

    def _make(self, app: App, grace: float) -> Worker:
        pace = self._pace
        return Worker(
            app,
            name=None,  # it logs as "procrastinate.worker" then
            queues=self._queues,
            concurrency=self._concurrency,
            fetch_job_polling_interval=pace.poll,
            abort_job_polling_interval=pace.poll,
            update_heartbeat_interval=pace.beat,
            stalled_worker_timeout=pace.stalled,
            shutdown_graceful_timeout=grace,
            install_signal_handlers=False,
        )

    async def _take_over(self, app: App) -> None:
        # Asked each time: a cancellation while a connection is awaited may be lost in the pool.
        while self.app is app:
            await asyncio.sleep(self._pace.beat)
            try:
                await take_over(app, self._pace)
            except AWAY as error:
                logger.warning("stalled jobs could not be looked for: %s", _first_line(error))


async def take_over(app: App, pace: Pace) -> None:
    """Let the jobs of workers that died be done by others.

    A sweep waits again; the hold of a crawl that died is ended, since only that crawl had a use for
    it, and what it was waiting for is cancelled.
    """
    if not await _has_been_up(app, pace):
        return
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=pace.stalled):
        logger.warning("takes over host=%s job=%s of a dead worker", job.lock, job.id)
        if job.task_name == HOLD:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            await manager.retry_job(job)
    for row in await _ask(app, _ORPHANS, stalled=pace.stalled, hold=HOLD):
        await manager.cancel_job_by_id_async(row["id"], delete_job=True)


async def _has_been_up(app: App, pace: Pace) -> bool:
    """Whether the server is up for so long that whoever is alive could have said so."""
    rows = await _ask(app, _UP, stalled=pace.stalled)
    return bool(rows[0]["up"])


async def _ask(app: App, query: str, **arguments: Any) -> list[dict[str, Any]]:
    return await app.connector.execute_query_all_async(query, **arguments)


def _first_line(error: BaseException) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {str(cause).strip().partition(chr(10))[0]}"


_UP = "SELECT pg_postmaster_start_time() < now() - make_interval(secs => %(stalled)s) AS up"
_ORPHANS = """
    SELECT job.id FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = (job.args->>'worker')::bigint
    WHERE job.task_name = %(hold)s AND job.status = 'todo' AND (
        worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(stalled)s)
    )
"""
