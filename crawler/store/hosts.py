"""What is known of each host: what its robots.txt says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.columns import insert_for
from crawler.store.tables import host


def note_robots(
    connection: Connection,
    name: str,
    *,
    state: str,
    detail: str = "",
    crawl_delay: float | None = None,
    now: datetime,
) -> None:
    """Remember what a host's robots.txt said.

    Args:
        connection: The transaction.
        name: The host.
        state: ``allowed``, ``forbidden`` or ``unreadable``.
        detail: One sentence for a person.
        crawl_delay: Seconds that it asks for between two requests; ``None`` if it asks for none.
        now: When it was read.
    """
    _ensure(connection, [name])
    connection.execute(
        sa.update(host)
        .where(host.c.host == name)
        .values(robots=state, robots_detail=detail, robots_at=now, crawl_delay=crawl_delay)
    )


def crawl_delays(connection: Connection, names: Collection[str]) -> dict[str, float]:
    """Seconds between two requests that the robots.txt of hosts asked for, where it did."""
    query = sa.select(host.c.host, host.c.crawl_delay).where(
        host.c.host.in_(names), host.c.crawl_delay.is_not(None)
    )
    return {row.host: row.crawl_delay for row in connection.execute(query)}


def closed(connection: Connection, names: Collection[str]) -> list[tuple[str, str, str]]:
    """Those of ``names`` that may not be fetched from: host, state, detail."""
    query = (
        sa.select(host.c.host, host.c.robots, host.c.robots_detail)
        .where(host.c.host.in_(names), host.c.robots.in_(("forbidden", "unreadable")))
        .order_by(host.c.host)
    )
    return [tuple(row) for row in connection.execute(query)]


def _ensure(connection: Connection, names: Sequence[str]) -> None:
    if names:
        insert = insert_for(connection, host).on_conflict_do_nothing()
        connection.execute(insert, [{"host": name} for name in names])
