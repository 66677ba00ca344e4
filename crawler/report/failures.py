"""Pages that gave nothing: grouped by reason, and one by one."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.report.table import Table, rows_of, table
from crawler.store.tables import frontier

COLUMNS = "id reason channel host kind url detail attempts state settled_at due_at"

# As the view "failures": what is still waiting after a failure counts until it goes well.
OPEN = sa.and_(frontier.c.reason.is_not(None), frontier.c.state.in_(("FAILED", "PENDING")))
# Not looked at again by itself; see: renmin queue retry.
GIVEN_UP = sa.and_(frontier.c.state == "FAILED", frontier.c.due_at.is_(None))


def by_reason(connection: Connection, channel: str | None = None) -> Table:
    """How many pages fail for each reason, in how many channels, and when last."""
    c = frontier.c
    last = sa.func.max(c.settled_at, type_=c.settled_at.type).label("last_at")
    query = sa.select(
        c.reason,
        sa.func.count().label("pages"),
        sa.func.count(sa.distinct(c.channel)).label("channels"),
        sa.func.sum(sa.case((GIVEN_UP, 1), else_=0)).label("given_up"),
        last,
    ).where(OPEN)
    if channel:
        query = query.where(c.channel == channel)
    query = query.group_by(c.reason).order_by(sa.desc("pages"), c.reason)
    rows = rows_of(connection.execute(query).mappings())
    return table("reason pages channels given_up last_at", rows)


def listed(
    connection: Connection,
    *,
    reason: str | None = None,
    channel: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Table:
    """The pages that fail, the last tried first."""
    conditions = [OPEN]
    if reason:
        conditions.append(frontier.c.reason == reason)
    if channel:
        conditions.append(frontier.c.channel == channel)
    total = connection.scalar(sa.select(sa.func.count()).where(*conditions)) or 0
    columns = (frontier.c[name] for name in COLUMNS.split())
    query = sa.select(*columns).where(*conditions)
    query = query.order_by(frontier.c.settled_at.desc(), frontier.c.id.desc())
    found = connection.execute(query.limit(limit).offset(offset)).mappings()
    return table(COLUMNS, rows_of(found), total)


def url_of(connection: Connection, frontier_id: int) -> str | None:
    """The canonical address of a row of the frontier."""
    return connection.scalar(sa.select(frontier.c.url).where(frontier.c.id == frontier_id))
