"""What watches over the crawl: alerts and the schedule."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.report.table import Table, rows_of, table, within
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
