"""The workers of a fleet and their jobs, as procrastinate's tables say."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store import job_schema
from crawler.store.job_schema import SCHEMA

WORKER_COLUMNS = ("worker", "seen", "state", "doing")
JOB_COLUMNS = ("job", "task", "host", "state", "worker", "attempts", "since", "channels")
STATES = ("todo", "doing", "succeeded", "failed", "cancelled", "aborted")


def workers(connection: Connection, stalled: float) -> list[dict[str, Any]]:
    """Every worker: when it was last heard of, and how many jobs it is at work on.

    Args:
        connection: To a server; empty for a file, which has no workers.
        stalled: Silent for so many seconds, a worker has ``stalled``.
    """
    if job_schema.found(connection) is None:
        return []
    return _rows(connection, _WORKERS, stalled=stalled)


def jobs(
    connection: Connection, stalled: float, states: tuple[str, ...], most: int
) -> list[dict[str, Any]]:
    """Jobs, the latest first; those at work of a worker that is silent have ``stalled``."""
    if job_schema.found(connection) is None:
        return []
    return _rows(connection, _JOBS, stalled=stalled, states=list(states), most=most)


def counts(connection: Connection) -> dict[str, int]:
    """How many jobs have which state."""
    if job_schema.found(connection) is None:
        return {}
    return {row["state"]: row["jobs"] for row in _rows(connection, _COUNTS)}


def _rows(connection: Connection, query: sa.TextClause, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query, values).mappings()]


_SILENT = "now() - make_interval(secs => :stalled)"
_WORKERS = sa.text(
    f"""
    SELECT worker.id AS worker, date_trunc('second', worker.last_heartbeat) AS seen,
        CASE WHEN worker.last_heartbeat < {_SILENT} THEN 'stalled' ELSE 'alive' END AS state,
        (SELECT count(*) FROM {SCHEMA}.procrastinate_jobs AS job
            WHERE job.worker_id = worker.id AND job.status = 'doing') AS doing
    FROM {SCHEMA}.procrastinate_workers AS worker ORDER BY worker.id
    """
)
_JOBS = sa.text(
    f"""
    SELECT job.id AS job, job.task_name AS task, job.lock AS host,
        CASE WHEN job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < {_SILENT})
            THEN 'stalled' ELSE job.status::text END AS state,
        job.worker_id AS worker, job.attempts AS attempts,
        date_trunc('second', (SELECT max(event.at) FROM {SCHEMA}.procrastinate_events AS event
            WHERE event.job_id = job.id)) AS since,
        job.args->>'channels' AS channels
    FROM {SCHEMA}.procrastinate_jobs AS job
    LEFT JOIN {SCHEMA}.procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.lock IS NOT NULL AND job.status::text = ANY(:states)
    ORDER BY job.id DESC LIMIT :most
    """
)
_COUNTS = sa.text(
    f"SELECT status::text AS state, count(*) AS jobs FROM {SCHEMA}.procrastinate_jobs GROUP BY 1"
)
