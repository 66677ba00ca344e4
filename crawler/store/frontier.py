r"""Which page is fetched next, and which never again: nothing is forgotten when the process dies.

::

    PENDING --lease--> LEASED --settle--> DONE      (opened again when it is due)
       ^                  |       \-----> FAILED    (opened again when it is due, if it may pass)
       \--- take back ----/

The key is the canonical URL, so a page that is found twice is one row. All functions run inside
the caller's transaction.

Of what was removed for good only digests of addresses are kept, and nothing else of what stood there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.items import Failure, Link
from crawler.store.columns import insert_for
from crawler.store.tables import frontier, tombstone

PENDING, LEASED, DONE, FAILED = "PENDING", "LEASED", "DONE", "FAILED"

# Lists come before any article: they are few, and they know what is new.
LIST_PRIORITY = 1_000_000
# An address that names no day is of the years before 2012 (/GB/.../NNN.html).
UNDATED_PRIORITY = date(2011, 1, 1).toordinal()

# Begins the detail of a page whose host asked for a rest: the host rests until the page is due.
RESTING = "the host asks for a rest"

# How long a page that failed for a passing reason rests before the next try.
PATIENCE = (timedelta(0), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


def priority(link: Link) -> int:
    """The rank of ``link``: lists first, then articles by day, newest first."""
    if link.kind != "article":
        return LIST_PRIORITY
    return link.published.toordinal() if link.published else UNDATED_PRIORITY


def add(connection: Connection, links: Iterable[Link], now: datetime, found_on: str | None) -> int:
    """Enter ``links`` as PENDING; known ones stay as they are, removed ones stay away.

    Returns:
        How many of them were new.
    """
    links = list(links)
    gone = removed_among(connection, (link.url for link in links))
    rows = [_row(link, now, found_on) for link in links if link.url not in gone]
    if not rows:
        return 0
    return len(
        connection.scalars(
            insert_for(connection, frontier).on_conflict_do_nothing().returning(frontier.c.id), rows
        ).all()
    )


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


def retry(connection: Connection, *, reason: str | None, channel: str | None) -> int:
    """Make failed pages PENDING as if they had never been tried, also those that were given up.

    Args:
        connection: The transaction.
        reason: Only these; with ``*`` at its end all that begin so.
        channel: Only of this channel.

    Returns:
        How many there were.
    """
    statement = sa.update(frontier).where(frontier.c.state == FAILED)
    if reason and reason.endswith("*"):
        statement = statement.where(frontier.c.reason.startswith(reason[:-1], autoescape=True))
    elif reason:
        statement = statement.where(frontier.c.reason == reason)
    if channel:
        statement = statement.where(frontier.c.channel == channel)
    return connection.execute(statement.values(state=PENDING, attempts=0, due_at=None)).rowcount


def retry_one(connection: Connection, frontier_id: int) -> bool:
    """Make one failed page PENDING as if it had never been tried; whether it had failed."""
    statement = sa.update(frontier).where(frontier.c.id == frontier_id, frontier.c.state == FAILED)
    statement = statement.values(state=PENDING, attempts=0, due_at=None)
    return connection.execute(statement).rowcount > 0


def read_at_last(connection: Connection, url: str, due_at: datetime) -> None:
    """Make a failed page DONE whose archived answer could be read after all."""
    connection.execute(
        sa.update(frontier)
        .where(frontier.c.url == url, frontier.c.state == FAILED)
        .values(state=DONE, attempts=0, reason=None, detail=None, due_at=due_at)
    )


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
    due, tried, detail = now + PATIENCE[min(attempts, len(PATIENCE) - 1)], 1, failure.detail
    if failure.rest is not None:
        due, tried, detail = now + failure.rest, 0, f"{RESTING} ({failure.detail})"
    again = failure.retry and attempts + tried < retries
    connection.execute(
        _SETTLE_FAILED,
        {
            "b_id": frontier_id,
            "b_now": now,
            "b_reason": failure.reason[:64],
            "b_detail": detail[:500],
            "b_tried": tried,
            "b_due": due if again else None,
        },
    )


def resting(
    connection: Connection, channels: Collection[str], now: datetime
) -> dict[str, datetime]:
    """Hosts of ``channels`` that asked to be left alone, and until when."""
    statement = (
        sa.select(frontier.c.host, sa.func.max(frontier.c.due_at).label("until"))
        .where(frontier.c.state == FAILED, frontier.c.due_at > now)
        .where(frontier.c.detail.startswith(RESTING), frontier.c.channel.in_(channels))
        .group_by(frontier.c.host)
    )
    return {row.host: row.until for row in connection.execute(statement)}


def hosts_of(connection: Connection, channels: Collection[str]) -> set[str]:
    """Hosts on which pages of ``channels`` wait or are being fetched."""
    statement = (
        sa.select(frontier.c.host)
        .where(frontier.c.state.in_((PENDING, LEASED)), frontier.c.channel.in_(channels))
        .distinct()
    )
    return set(connection.scalars(statement))


def hosts_waiting(
    connection: Connection, hosts: Collection[str], days: tuple[int, int]
) -> set[str]:
    """Those of ``hosts`` on which pages wait, or are being fetched by somebody."""
    statement = (
        sa.select(frontier.c.host)
        .where(frontier.c.host.in_(hosts), frontier.c.state.in_((PENDING, LEASED)))
        .where(_wanted(days))
        .distinct()
    )
    return set(connection.scalars(statement))


def waiting(connection: Connection, hosts: Collection[str], days: tuple[int, int]) -> int:
    """How many pages wait or are being fetched, by anybody, on ``hosts``."""
    # Answered from the index alone, also when a hundred thousand wait.
    statement = (
        sa.select(sa.func.count())
        .select_from(frontier)
        .where(frontier.c.host.in_(hosts), frontier.c.state.in_((PENDING, LEASED)))
        .where(_wanted(days))
    )
    return connection.scalar(statement) or 0


def _wanted(days: tuple[int, int]) -> sa.ColumnElement[bool]:
    """Lists, and articles of such priorities."""
    rank = frontier.c.priority
    return sa.or_(rank.between(*days), rank == LIST_PRIORITY)


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


# A row comes back only if it was new.

_ATTEMPTS = sa.select(frontier.c.attempts).where(frontier.c.id == sa.bindparam("b_id"))
_SETTLED: dict[str, Any] = {
    "due_at": sa.bindparam("b_due"),
    "settled_at": sa.bindparam("b_now"),
    "leased_by": None,
}
_SETTLE = sa.update(frontier).where(frontier.c.id == sa.bindparam("b_id"))
_SETTLE_DONE = _SETTLE.values(state=DONE, attempts=0, reason=None, detail=None, **_SETTLED)
_SETTLE_FAILED = _SETTLE.values(
    state=FAILED,
    attempts=frontier.c.attempts + sa.bindparam("b_tried"),
    reason=sa.bindparam("b_reason"),
    detail=sa.bindparam("b_detail"),
    **_SETTLED,
)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A removal.

    Attributes:
        url_hash: SHA-256 of the canonical address, hexadecimal.
        reason: As whoever asked for it put it.
        removed_at: When.
    """

    url_hash: str
    reason: str
    removed_at: datetime


def address_digest(url: str) -> str:
    """The name under which a removed address is remembered."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def is_removed(connection: Connection, url: str) -> bool:
    """Whether the article at this canonical address was removed for good."""
    return connection.scalar(_FIND, {"key": address_digest(url)}) is not None


def removed_among(connection: Connection, urls: Iterable[str]) -> frozenset[str]:
    """Those of these canonical addresses that were removed for good."""
    # There are none in most databases: one look settles it for all links of a page.
    if connection.scalar(_ANY) is None:
        return frozenset()
    return frozenset(url for url in urls if is_removed(connection, url))


def removed_digests(connection: Connection) -> frozenset[str]:
    """The digests of all that was removed."""
    return frozenset(connection.scalars(sa.select(tombstone.c.url_hash)))


def remove_for_good(connection: Connection, url: str, reason: str, now: datetime) -> None:
    """Remember that the article at this canonical address is not to come back."""
    row = {"url_hash": address_digest(url), "reason": reason, "removed_at": now}
    connection.execute(insert_for(connection, tombstone).on_conflict_do_nothing(), row)


def find_removed(connection: Connection, url: str) -> Tombstone | None:
    """The removal of this canonical address; ``None`` if there was none."""
    query = sa.select(tombstone).where(tombstone.c.url_hash == address_digest(url))
    row = connection.execute(query).mappings().first()
    return Tombstone(**row) if row else None


def removed_since(connection: Connection, moment: datetime) -> list[Tombstone]:
    """The removals from ``moment`` on, by digest."""
    query = sa.select(tombstone).where(tombstone.c.removed_at >= moment)
    rows = connection.execute(query.order_by(tombstone.c.url_hash)).mappings()
    return [Tombstone(**row) for row in rows]


_FIND = sa.select(tombstone.c.url_hash).where(tombstone.c.url_hash == sa.bindparam("key"))
_ANY = sa.select(tombstone.c.url_hash).limit(1)
