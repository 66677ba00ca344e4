r"""Which page is fetched next: a table, so that nothing is forgotten when the process dies.

::

    PENDING --lease--> LEASED --settle--> DONE      (opened again when it is due)
       ^                  |       \-----> FAILED    (opened again when it is due, if it may pass)
       \--- take back ----/

The key is the canonical URL, so a page that is found twice is one row. All functions run inside
the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from crawler.items import Failure, Link, PageKind
from crawler.store.tables import frontier, page

PENDING, LEASED, DONE, FAILED = "PENDING", "LEASED", "DONE", "FAILED"

# Lists come before any article: they are few, and they know what is new.
LIST_PRIORITY = 1_000_000
# An address that names no day is of the years before 2012 (/GB/.../NNN.html).
UNDATED_PRIORITY = date(2011, 1, 1).toordinal()

# How long a page that failed for a passing reason rests before the next try.
PATIENCE = (timedelta(0), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One page that this run may fetch now.

    Attributes:
        id: The frontier's row.
        etag: For a conditional request; ``None`` if the page was never fetched.
        last_modified: The same.
        body_sha256: Of the body seen last; ``None`` likewise.
    """

    id: int
    url: str
    fetch_url: str
    kind: PageKind
    channel: str
    host: str
    attempts: int
    etag: str | None
    last_modified: str | None
    body_sha256: str | None


def priority(link: Link) -> int:
    """The rank of ``link``: lists first, then articles by day, newest first."""
    if link.kind != "article":
        return LIST_PRIORITY
    return link.published.toordinal() if link.published else UNDATED_PRIORITY


def add(connection: Connection, links: Iterable[Link], now: datetime, found_on: str | None) -> int:
    """Enter ``links`` as PENDING; known ones stay as they are.

    Returns:
        How many of them were new.
    """
    rows = [_row(link, now, found_on) for link in links]
    if not rows:
        return 0
    return len(connection.scalars(_INSERTS[connection.dialect.name], rows).all())


def open_again(
    connection: Connection, urls: Collection[str], settled_before: datetime, now: datetime
) -> int:
    """Make settled pages PENDING again, except those settled since ``settled_before``.

    A page that was settled after ``now`` was settled while the clock was wrong.
    """
    if not urls:
        return 0
    settled = frontier.c.settled_at
    statement = (
        sa.update(frontier)
        .where(frontier.c.url.in_(urls), frontier.c.state.in_((DONE, FAILED)))
        .where(sa.or_(settled < settled_before, settled > now))
        .values(state=PENDING)
    )
    return connection.execute(statement).rowcount


def open_due(connection: Connection, channels: Collection[str], now: datetime) -> int:
    """Make every page of ``channels`` PENDING whose next look is due."""
    statement = (
        sa.update(frontier)
        .where(frontier.c.state.in_((DONE, FAILED)), frontier.c.due_at <= now)
        .where(frontier.c.channel.in_(channels))
        .values(state=PENDING)
    )
    return connection.execute(statement).rowcount


def lease(
    connection: Connection,
    run_id: int,
    hosts: Iterable[str],
    *,
    per_host: int,
    ranks: tuple[int, int],
    until: datetime,
) -> list[Lease]:
    """Take up to ``per_host`` PENDING pages of each of ``hosts``, best first.

    Args:
        connection: Of the writing engine.
        run_id: Who takes them.
        hosts: Host names.
        per_host: At most so many of one host.
        ranks: Lowest and highest priority to take (``--since`` sets the lowest).
        until: When the lease ends, unless it is extended.
    """
    taken: list[int] = []
    floor, ceiling = ranks
    for name in hosts:
        arguments = {"h": name, "n": per_host, "f": floor, "c": ceiling, "r": run_id, "u": until}
        statement = _TAKE_POSTGRES if connection.dialect.name == "postgresql" else _TAKE_SQLITE
        taken.extend(connection.scalars(statement, arguments))
    if not taken:
        return []
    rows = connection.execute(_LEASED, {"ids": taken}).mappings()
    return [Lease(**row) for row in rows]


def settle_done(
    connection: Connection, settled: Sequence[tuple[int, datetime | None]], now: datetime
) -> None:
    """Make pages DONE.

    Args:
        connection: The transaction that also holds what their visits brought.
        settled: Rows, each with the time of the next look; ``None``: not by itself.
        now: When.
    """
    rows = [{"b_id": row, "b_due": due_at, "b_now": now} for row, due_at in settled]
    if rows:
        connection.execute(_SETTLE_DONE, rows)


def settle_failed(
    connection: Connection, frontier_id: int, failure: Failure, now: datetime, retries: int = 5
) -> None:
    """Make a page FAILED; it is due again if the failure may pass.

    Args:
        connection: The transaction.
        frontier_id: The row.
        failure: Why the visit brought nothing.
        now: When.
        retries: After so many failures in a row a page is given up.
    """
    attempts = connection.scalar(_ATTEMPTS, {"b_id": frontier_id}) or 0
    due = now + PATIENCE[min(attempts, len(PATIENCE) - 1)]
    again = failure.retry and attempts + 1 < retries
    connection.execute(
        _SETTLE_FAILED,
        {
            "b_id": frontier_id,
            "b_now": now,
            "b_reason": failure.reason[:64],
            "b_detail": failure.detail[:500],
            "b_due": due if again else None,
        },
    )


def put_back(connection: Connection, frontier_ids: Collection[int]) -> None:
    """Give leases back unused: the pages are PENDING again, no attempt is counted."""
    if frontier_ids:
        _free(connection, frontier.c.id.in_(frontier_ids))


def release_run(connection: Connection, run_id: int) -> int:
    """Give back all leases of a run."""
    return _free(connection, frontier.c.leased_by == run_id)


def take_back(connection: Connection, now: datetime | None) -> int:
    """Make leases PENDING that nobody holds any more.

    Args:
        connection: Of the writing engine.
        now: Leases that ended before are taken back; ``None`` takes back all of them, which is
            right where the caller holds the crawl lock of a SQLite file.
    """
    if now is None:
        return _free(connection, sa.true())
    return _free(connection, frontier.c.lease_until < now)


def extend(connection: Connection, run_id: int, until: datetime) -> None:
    """Keep all leases of a run that is alive."""
    connection.execute(
        sa.update(frontier).where(frontier.c.leased_by == run_id).values(lease_until=until)
    )


def hosts_of(connection: Connection, channels: Collection[str]) -> set[str]:
    """Hosts on which pages of ``channels`` wait or are being fetched."""
    statement = (
        sa.select(frontier.c.host)
        .where(frontier.c.state.in_((PENDING, LEASED)), frontier.c.channel.in_(channels))
        .distinct()
    )
    return set(connection.scalars(statement))


def busy_hosts(connection: Connection, run_id: int, hosts: Collection[str]) -> set[str]:
    """Those of ``hosts`` whose pages a run is fetching or is about to fetch."""
    statement = (
        sa.select(frontier.c.host)
        .where(frontier.c.host.in_(hosts), frontier.c.state == LEASED)
        .where(frontier.c.leased_by == run_id)
        .distinct()
    )
    return set(connection.scalars(statement))


def waiting(connection: Connection, hosts: Collection[str], floor: int) -> int:
    """How many pages wait or are being fetched, by anybody, on ``hosts``."""
    # Answered from the index alone, also when a hundred thousand wait.
    statement = (
        sa.select(sa.func.count())
        .select_from(frontier)
        .where(frontier.c.host.in_(hosts), frontier.c.state.in_((PENDING, LEASED)))
        .where(frontier.c.priority >= floor)
    )
    return connection.scalar(statement) or 0


def _row(link: Link, now: datetime, found_on: str | None) -> dict[str, object]:
    return {
        "url": link.url,
        "fetch_url": link.fetch_url,
        "kind": link.kind,
        "channel": link.channel,
        "host": urlsplit(link.fetch_url).hostname or "",
        "state": PENDING,
        "priority": priority(link),
        "attempts": 0,
        "found_at": now,
        "found_on": found_on,
    }


def _free(connection: Connection, which: sa.ColumnElement[bool]) -> int:
    statement = (
        sa.update(frontier)
        .where(frontier.c.state == LEASED, which)
        .values(state=PENDING, leased_by=None, lease_until=None)
    )
    return connection.execute(statement).rowcount


# A row comes back only if it was new.
_INSERTS = {
    "sqlite": sqlite.insert(frontier).on_conflict_do_nothing().returning(frontier.c.id),
    "postgresql": postgresql.insert(frontier).on_conflict_do_nothing().returning(frontier.c.id),
}

_BEST = (
    sa.select(frontier.c.id)
    .where(frontier.c.host == sa.bindparam("h"), frontier.c.state == PENDING)
    .where(frontier.c.priority.between(sa.bindparam("f"), sa.bindparam("c")))
    .order_by(frontier.c.priority.desc(), frontier.c.id)
    .limit(sa.bindparam("n"))
)


def _take(best: sa.Select[tuple[int]]) -> sa.sql.dml.ReturningUpdate[tuple[int]]:
    return (
        sa.update(frontier)
        .where(frontier.c.id.in_(best))
        .values(state=LEASED, leased_by=sa.bindparam("r"), lease_until=sa.bindparam("u"))
        .returning(frontier.c.id)
    )


_TAKE_SQLITE = _take(_BEST)
_TAKE_POSTGRES = _take(_BEST.with_for_update(skip_locked=True))

_LEASED = (
    sa.select(
        frontier.c.id,
        frontier.c.url,
        frontier.c.fetch_url,
        frontier.c.kind,
        frontier.c.channel,
        frontier.c.host,
        frontier.c.attempts,
        page.c.etag,
        page.c.last_modified,
        page.c.body_sha256,
    )
    .select_from(frontier.outerjoin(page, page.c.frontier_id == frontier.c.id))
    .where(frontier.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(frontier.c.priority.desc(), frontier.c.id)
)

_ATTEMPTS = sa.select(frontier.c.attempts).where(frontier.c.id == sa.bindparam("b_id"))
_SETTLED: dict[str, Any] = {
    "due_at": sa.bindparam("b_due"),
    "settled_at": sa.bindparam("b_now"),
    "leased_by": None,
    "lease_until": None,
}
_SETTLE = sa.update(frontier).where(frontier.c.id == sa.bindparam("b_id"))
_SETTLE_DONE = _SETTLE.values(state=DONE, attempts=0, reason=None, detail=None, **_SETTLED)
_SETTLE_FAILED = _SETTLE.values(
    state=FAILED,
    attempts=frontier.c.attempts + 1,
    reason=sa.bindparam("b_reason"),
    detail=sa.bindparam("b_detail"),
    **_SETTLED,
)
