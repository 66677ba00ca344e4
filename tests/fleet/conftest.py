"""Jobs as another process of the fleet would make and work on them, written by hand."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from crawler.store.job_schema import SCHEMA
from crawler.store.leases import Hold

HOST = "sd.people.com.cn"


class Jobs:
    """The tables of procrastinate, as a test arranges them."""

    def __init__(self, store) -> None:
        self.store = store

    def worker(self, silent: float = 0.0) -> int:
        """A worker that was last heard of so many seconds ago."""
        return self._scalar(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            f" VALUES (now() - interval '{silent} seconds') RETURNING id"
        )

    def hold(self, at_work: int, host: str = HOST, task: str = "sweep", **args: int) -> Hold:
        """A job that a worker is at work on."""
        job = self.waiting(host, task, **args)
        self._scalar(
            f"UPDATE procrastinate_jobs SET status = 'doing', worker_id = {at_work}"
            f" WHERE id = {job} RETURNING id"
        )
        return Hold(host, job, at_work, 0)

    def waiting(self, host: str = HOST, task: str = "sweep", queue: str = "q", **args: int) -> int:
        """A job that waits."""
        with self.store.writing.begin() as connection:
            connection.execute(sa.text(f"SET LOCAL search_path TO {SCHEMA}"))
            insert = sa.text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)"
                " VALUES (:queue, :task, :host, CAST(:args AS jsonb)) RETURNING id"
            )
            text = str(args).replace("'", '"')
            values = {"queue": queue, "task": task, "host": host, "args": text}
            return connection.scalar(insert, values)

    def state(self, job: int) -> tuple:
        """Its status, worker and attempts; empty if it is gone."""
        with self.store.reading.connect() as connection:
            row = connection.execute(
                sa.text(
                    "SELECT status::text, worker_id, attempts"
                    f" FROM {SCHEMA}.procrastinate_jobs WHERE id = {job}"
                )
            ).first()
        return tuple(row or ())

    def take_over(self, hold: Hold) -> None:
        """Let a job wait again, as whoever takes it over does."""
        self._scalar(f"SELECT procrastinate_retry_job_v2({hold.job}, NULL, NULL, NULL, NULL)")

    def _scalar(self, statement: str):
        with self.store.writing.begin() as connection:
            connection.execute(sa.text(f"SET LOCAL search_path TO {SCHEMA}"))
            return connection.scalar(sa.text(statement))


@pytest.fixture
def jobs(server):
    """An empty database on the server, with the tables of procrastinate."""
    return Jobs(server)
