"""Who holds a host: the job of procrastinate that has the host's lock.

Processes that share a PostgreSQL database stay polite together because a host belongs to one job
at a time. What such a process writes is written only while its job is still its own: the row of
the job is locked in the transaction that writes (:func:`confirm`), so that taking a job away waits
for the commit, and a commit after that cannot be. With one process (SQLite) there are no jobs.

All functions run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.job_schema import SCHEMA

# The task by which a crawl that somebody started holds a host; a worker's is another.
HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Hold:
    """A host that a job of this process holds.

    Attributes:
        host: Its name, which is the job's lock.
        job: The job.
        worker: procrastinate's number of the process that works on it.
        attempts: How often the job was begun before; a job that was taken over has one more.
    """

    host: str
    job: int
    worker: int
    attempts: int


def confirm(connection: Connection, holds: Iterable[Hold]) -> dict[str, bool]:
    """See which holds are still good, and keep them so until this transaction ends.

    Returns:
        The hosts, each with whether a job waits for it that it could be passed on to. A sweep
        does not make way for another sweep: that one would do the same.
    """
    named = {hold.job: hold for hold in holds}
    if not named:
        return {}
    rows = connection.execute(_CONFIRM, {"jobs": sorted(named)})
    return {
        named[row.id].host: row.wanted
        for row in rows
        if (row.worker_id, row.attempts) == (named[row.id].worker, named[row.id].attempts)
    }


def asked_for(connection: Connection, queue: str) -> set[str]:
    """Hosts for which a job stands in ``queue``, waiting or at work."""
    return set(connection.scalars(_ASKED_FOR, {"queue": queue}))


_CONFIRM = sa.text(
    f"""
    SELECT mine.id, mine.worker_id, mine.attempts, EXISTS (
        SELECT 1 FROM {SCHEMA}.procrastinate_jobs AS other
        WHERE other.lock = mine.lock AND other.status = 'todo' AND other.id <> mine.id
            AND '{HOLD}' IN (mine.task_name, other.task_name)
    ) AS wanted
    FROM {SCHEMA}.procrastinate_jobs AS mine
    WHERE mine.id IN :jobs AND mine.status = 'doing'
    ORDER BY mine.id FOR SHARE OF mine
    """
).bindparams(sa.bindparam("jobs", expanding=True))

_ASKED_FOR = sa.text(
    f"SELECT lock FROM {SCHEMA}.procrastinate_jobs"
    " WHERE queue_name = :queue AND status IN ('todo', 'doing')"
)
