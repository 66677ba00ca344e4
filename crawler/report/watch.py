"""What watches over the crawl: alerts and the schedule."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.report.table import Table, rows_of, table
from crawler.store.tables import alert, schedule, schedule_run

ALERTS = "id rule subject message value threshold opened_at seen_at closed_at"
SCHEDULES = "name channels cron jitter_seconds max_seconds enabled settled_until"
HISTORY = "schedule planned_at started_at ended_at outcome exit_code missed run_id detail"


def alerts(
    connection: Connection,
    *,
    subject: str | None = None,
    open_only: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> Table:
    """Alerts: the open ones first, then the closed, each newest first.

    Args:
        connection: Any.
        subject: Only about this, or a part of it: ``sd`` finds ``sd/captions`` too.
        open_only: Leave out the closed ones.
        limit: Most rows.
        offset: How many come before.
    """
    conditions = []
    if subject is not None:
        below = alert.c.subject.startswith(f"{subject}/", autoescape=True)
        conditions.append(sa.or_(alert.c.subject == subject, below))
    if open_only:
        conditions.append(alert.c.closed_at.is_(None))
    total = connection.scalar(sa.select(sa.func.count()).select_from(alert).where(*conditions))
    columns = (alert.c[name] for name in ALERTS.split())
    query = sa.select(*columns).where(*conditions)
    query = query.order_by(alert.c.closed_at.is_not(None), alert.c.opened_at.desc(), alert.c.id)
    found = connection.execute(query.limit(limit).offset(offset)).mappings()
    return table(ALERTS, rows_of(found), total or 0)


def schedules(connection: Connection) -> Table:
    """What is crawled when, by name."""
    columns = (schedule.c[name] for name in SCHEDULES.split())
    found = connection.execute(sa.select(*columns).order_by(schedule.c.name)).mappings()
    return table(SCHEDULES, rows_of(found))


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
