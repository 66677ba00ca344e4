"""What watches over the crawl and keeps it going: alerts, the schedule, the workers of a fleet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.clock import SHANGHAI
from crawler.report.table import Table, rows_of, table, within
from crawler.store import job_schema
from crawler.store.job_schema import SCHEMA
from crawler.store.requests import attending
from crawler.store.tables import alert, schedule, schedule_run

ALERTS = "id rule subject message value threshold opened_at seen_at closed_at acknowledged_at"
SCHEDULES = "name channels cron jitter_seconds max_seconds options enabled next_at settled_until"
HISTORY = "schedule planned_at started_at ended_at outcome exit_code missed run_id detail"


def alerts(
    connection: Connection,
    *,
    subject: str | None = None,
    rules: Collection[str] | None = None,
    state: str | None = None,
    day: date | None = None,
    slice_: tuple[int, int] = (50, 0),
) -> Table:
    """Alerts: the open ones first, then the closed, each newest first.

    Args:
        connection: Any.
        subject: Only about this, or a part of it: ``sd`` finds ``sd/captions`` too.
        rules: Only of these rules.
        state: ``open`` or ``closed``; ``None`` for both.
        day: Opened on this day.
        slice_: Most rows, and how many come before.
    """
    limit, offset = slice_
    conditions = []
    if subject is not None:
        below = alert.c.subject.startswith(f"{subject}/", autoescape=True)
        conditions.append(sa.or_(alert.c.subject == subject, below))
    if rules is not None:
        conditions.append(alert.c.rule.in_(rules))
    if state:
        is_open = alert.c.closed_at.is_(None)
        conditions.append(is_open if state == "open" else ~is_open)
    if day:
        conditions += within(alert.c.opened_at, day)
    total = connection.scalar(sa.select(sa.func.count()).select_from(alert).where(*conditions))
    columns = (alert.c[name] for name in ALERTS.split())
    query = sa.select(*columns).where(*conditions)
    query = query.order_by(alert.c.closed_at.is_not(None), alert.c.opened_at.desc(), alert.c.id)
    found = connection.execute(query.limit(limit).offset(offset)).mappings()
    return table(ALERTS, rows_of(found), total or 0)


def schedules(connection: Connection) -> Table:
    """What is crawled when, by name.

    ``next_at`` is in no table of the database: whoever knows cron expressions fills it.
    """
    columns = (schedule.c[name] for name in SCHEDULES.split() if name != "next_at")
    found = connection.execute(sa.select(*columns).order_by(schedule.c.name)).mappings()
    return table(SCHEDULES, [row | {"next_at": None} for row in rows_of(found)])


def history(connection: Connection, limit: int = 50, offset: int = 0) -> Table:
    """What became of each planned time, newest first."""
    c = schedule_run.c
    columns = (c[name] for name in HISTORY.split()[1:])
    query = sa.select(schedule.c.name.label("schedule"), *columns)
    query = query.join(schedule, schedule.c.id == c.schedule_id)
    query = query.order_by(c.planned_at.desc(), c.id.desc()).limit(limit).offset(offset)
    total = connection.scalar(sa.select(sa.func.count()).select_from(schedule_run))
    rows = rows_of(connection.execute(query).mappings())
    return table(HISTORY, rows, total or 0)


PROCESS_COLUMNS = ("machine", "process", "seen")
WORKER_COLUMNS = ("worker", "seen", "state", "doing")
JOB_COLUMNS = ("job", "task", "host", "state", "worker", "attempts", "since", "channels")
STATES = ("todo", "doing", "succeeded", "failed", "cancelled", "aborted")


def processes(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Every ``renmin worker`` that is there, and its machine."""
    return [
        {"machine": one["machine"], "process": str(one["pid"]), "seen": one["seen_at"]}
        for one in attending(connection, now)
        if one["kind"] == "worker"
    ]


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


def job_counts(connection: Connection) -> dict[str, int]:
    """How many jobs have which state."""
    if job_schema.found(connection) is None:
        return {}
    return {row["state"]: row["jobs"] for row in _rows(connection, _COUNTS)}


def _rows(connection: Connection, query: sa.TextClause, **values: Any) -> list[dict[str, Any]]:
    rows = rows_of(connection.execute(query, values).mappings())
    return [{name: _in_shanghai(value) for name, value in row.items()} for row in rows]


def _in_shanghai(value: Any) -> Any:
    return value.astimezone(SHANGHAI) if isinstance(value, datetime) else value


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
        job.args->'channels' AS channels
    FROM {SCHEMA}.procrastinate_jobs AS job
    LEFT JOIN {SCHEMA}.procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.lock IS NOT NULL AND job.status::text = ANY(:states)
    ORDER BY job.id DESC LIMIT :most
    """
)
_COUNTS = sa.text(
    f"SELECT status::text AS state, count(*) AS jobs FROM {SCHEMA}.procrastinate_jobs GROUP BY 1"
)
