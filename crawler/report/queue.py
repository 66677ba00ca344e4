"""What waits to be fetched, what is due when, who holds it, and all that is known of one address."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.report.table import Row, Table, rows_of, table
from crawler.site.urls import classify
from crawler.store.tables import article, frontier, host, page

STATES = ("PENDING", "LEASED", "DONE", "FAILED")
COLUMNS = "state kind channel url attempts reason due_at held_by"
_SUMMARY = "channel state kind reason pages due first_due_at"


def summary(connection: Connection, now: datetime, **which: str | None) -> Table:
    """How many pages are in which state, why, how many of them are due, and when the first is.

    Args:
        connection: To the database.
        now: What is due by then.
        which: ``channel``, ``state`` and ``reason``, see :func:`listed`.
    """
    c = frontier.c
    ripe = sa.or_(c.state == "PENDING", c.due_at <= now)
    query = (
        sa.select(
            c.channel,
            c.state,
            c.kind,
            c.reason,
            sa.func.count().label("pages"),
            sa.func.sum(sa.case((ripe, 1), else_=0)).label("due"),
            sa.func.min(c.due_at, type_=c.due_at.type).label("first_due_at"),
        )
        .where(*_conditions(which))
        .group_by(c.channel, c.state, c.kind, c.reason)
        .order_by(c.channel, c.state, sa.desc("pages"), c.kind, c.reason)
    )
    return table(_SUMMARY, rows_of(connection.execute(query).mappings()))


def listed(connection: Connection, limit: int, **which: str | None) -> Table:
    """The pages themselves: those in hand first, then as they would be fetched.

    Args:
        connection: To the database.
        limit: So many at most; ``total`` says how many there are.
        which: ``channel``; ``state``, one of :data:`STATES`; ``reason``, with ``*`` at its end
            for all that begin so. What is ``None`` chooses nothing.
    """
    c = frontier.c
    conditions = _conditions(which)
    columns = [c[name] for name in COLUMNS.split() if name != "held_by"]
    query = (
        sa.select(*columns, c.leased_by.label("held_by"))
        .where(*conditions)
        .order_by(c.leased_by.is_(None), c.due_at.is_(None), c.due_at, c.priority.desc(), c.id)
        .limit(limit)
    )
    total = connection.scalar(sa.select(sa.func.count()).select_from(frontier).where(*conditions))
    return table(COLUMNS, rows_of(connection.execute(query).mappings()), total or 0)


def about(connection: Connection, url: str) -> Row | None:
    """All that the database knows of one address, in any spelling; ``None`` if nothing.

    Returns:
        The row of the frontier; ``status``, ``fetched_at``, ``changed_at``, ``checks`` of its last
        good answer; ``robots`` and ``robots_detail`` of its host; ``article_id``, ``title`` and
        ``revision`` if it is stored. Absent facts are ``None``.
    """
    c = frontier.c
    query = (
        sa.select(
            frontier,
            page.c.status,
            page.c.fetched_at,
            page.c.changed_at,
            page.c.checks,
            host.c.robots,
            host.c.robots_detail,
            host.c.crawl_delay,
            article.c.id.label("article_id"),
            article.c.title,
            article.c.revision,
        )
        .outerjoin(page, page.c.frontier_id == c.id)
        .outerjoin(host, host.c.host == c.host)
        .outerjoin(article, article.c.url == c.url)
        .where(c.url.in_({url, classify(url).canonical}))
    )
    found = rows_of(connection.execute(query.limit(1)).mappings())
    return found[0] if found else None


def _conditions(which: dict[str, str | None]) -> list[sa.ColumnElement[bool]]:
    c = frontier.c
    chosen = [c[name] == which[name] for name in ("channel", "state") if which.get(name)]
    reason = which.get("reason")
    if reason and reason.endswith("*"):
        return [*chosen, c.reason.startswith(reason[:-1], autoescape=True)]
    return [*chosen, c.reason == reason] if reason else chosen
