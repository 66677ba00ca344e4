"""procrastinate's application on our database."""

from __future__ import annotations

from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from sqlalchemy.engine import make_url

from crawler.store.job_schema import SCHEMA

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
