"""What is known of each host: what its robots.txt says, and which process fetches from it now.

Several processes on one database stay polite together because a host belongs to one of them at a
time. With one process (SQLite) nobody claims anything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.columns import insert_for
from crawler.store.tables import host


def claim(
    connection: Connection,
    run_id: int,
    names: Sequence[str],
    *,
    most: int,
    until: datetime,
    now: datetime,
) -> list[str]:
    """Claim hosts for a run.

    Args:
        connection: Of the writing engine.
        run_id: Who claims.
        names: Hosts that it could use.
        most: How many it may hold in all.
        until: When the claim ends, unless it is extended.
        now: The time.

    Returns:
        Those of ``names`` that it holds now and may go on with. If it holds more than ``most``,
        the others are for :func:`let_go` as soon as nothing is fetched from them.
    """
    _ensure(connection, names)
    among = host.c.host.in_(names)
    held = set(connection.scalars(sa.select(host.c.host).where(host.c.leased_by == run_id)))
    kept = sorted(held.intersection(names))
    if len(held) > most:
        return kept[: max(0, len(kept) - (len(held) - most))]
    free = sa.or_(host.c.leased_by.is_(None), host.c.lease_until < now)
    wanted = (
        sa.select(host.c.host)
        .where(among, free)
        .order_by(host.c.host)
        .limit(most - len(held))
        .with_for_update(skip_locked=True)
    )
    new = list(connection.scalars(wanted))
    if new:
        connection.execute(
            sa.update(host).where(host.c.host.in_(new)).values(leased_by=run_id, lease_until=until)
        )
    return kept + new


def let_go(connection: Connection, run_id: int, names: Collection[str]) -> None:
    """Let other processes have those of ``names`` that a run holds."""
    if names:
        _let_go(connection, host.c.leased_by == run_id, host.c.host.in_(names))


def release_run(connection: Connection, run_id: int) -> None:
    """Let other processes have all hosts of a run."""
    _let_go(connection, host.c.leased_by == run_id)


def free_all(connection: Connection) -> None:
    """Forget all claims: right where the caller holds the crawl lock of a SQLite file."""
    _let_go(connection, host.c.leased_by.is_not(None))


def extend(connection: Connection, run_id: int, until: datetime) -> None:
    """Keep the hosts of a run that is alive."""
    connection.execute(sa.update(host).where(host.c.leased_by == run_id).values(lease_until=until))


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


def _let_go(connection: Connection, *which: sa.ColumnElement[bool]) -> None:
    connection.execute(sa.update(host).where(*which).values(leased_by=None, lease_until=None))
