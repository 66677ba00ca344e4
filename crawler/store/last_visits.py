"""What the last visit to a page, a list and a host said, and when a page is looked at again.

A list is looked at in every run. An article of the last days may still be corrected, an old one
hardly ever: the younger it is, the sooner the next look, and each look that finds nothing doubles
the wait. Of a list it is kept what the last look found, and when one last brought something new; of
a host, what its robots.txt said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.clock import midnight
from crawler.items import Fetch, Visit
from crawler.store.columns import Upsert, insert_for
from crawler.store.tables import host, list_health, page

# Age of an article -> wait until the next look.
WAITS = (
    (timedelta(days=2), timedelta(hours=20)),
    (timedelta(days=7), timedelta(days=2)),
    (timedelta(days=30), timedelta(days=10)),
    (timedelta(days=365), timedelta(days=60)),
)
LONGEST = timedelta(days=180)


def next_check(published: datetime | None, now: datetime, unchanged: int) -> datetime:
    """When an article is looked at again.

    Args:
        published: Its date; an article without one counts as old.
        now: The time of this look.
        unchanged: How many looks in a row, this one included, found nothing new.
    """
    age = max(now - published, timedelta(0)) if published else LONGEST * 4
    wait = next((wait for limit, wait in WAITS if age < limit), LONGEST)
    return now + min(wait * int(2 ** min(unchanged, 10)), LONGEST)


def changed(connection: Connection, fetches: Sequence[tuple[int, Fetch]]) -> None:
    """Record fetches that brought something new, by row of the frontier.

    Of an article of several pages, the first one counts.
    """
    rows = [_row(frontier_id, fetch) for frontier_id, fetch in fetches]
    if rows:
        connection.execute(_on_change(insert_for(connection, page)), rows)


def unchanged(connection: Connection, frontier_id: int, fetch: Fetch) -> int:
    """Record a fetch that brought nothing new.

    Returns:
        How many looks in a row, this one included, found nothing new.
    """
    statement = _on_none(insert_for(connection, page))
    return connection.scalar(statement, _row(frontier_id, fetch)) or 0


def _row(frontier_id: int, fetch: Fetch) -> dict[str, object]:
    return {
        "frontier_id": frontier_id,
        "status": fetch.status,
        "etag": fetch.headers.get("etag"),
        "last_modified": fetch.headers.get("last-modified"),
        "body_sha256": fetch.sha256,
        "fetched_at": fetch.fetched_at,
        "changed_at": fetch.fetched_at,
        "checks": 1,
        "unchanged": 0,
    }


def _on_change(insert: Upsert) -> sa.Insert:
    new = insert.excluded
    values = {name: new[name] for name in ("etag", "last_modified", "body_sha256", "changed_at")}
    return insert.on_conflict_do_update(
        index_elements=["frontier_id"], set_=_again(new) | values | {"unchanged": 0}
    )


def _on_none(
    insert: Upsert,
) -> sa.sql.dml.ReturningInsert[tuple[int]]:
    new = insert.excluded
    # A 304 may carry a fresher validator, or none: then the old one still holds.
    values = {
        "etag": sa.func.coalesce(new.etag, page.c.etag),
        "last_modified": sa.func.coalesce(new.last_modified, page.c.last_modified),
        "unchanged": page.c.unchanged + 1,
    }
    return insert.on_conflict_do_update(
        index_elements=["frontier_id"], set_=_again(new) | values
    ).returning(page.c.unchanged)


def _again(new: Any) -> dict[str, Any]:
    return {"status": new.status, "fetched_at": new.fetched_at, "checks": page.c.checks + 1}


def note_list(connection: Connection, visit: Visit, new: int, now: datetime) -> None:
    """Remember what a visit to a list page found.

    A page that was not even asked for (its host's robots.txt could not be read) leaves what was
    known as it is.

    Args:
        connection: The transaction that holds the rest of the visit.
        visit: Of a list page or sitemap.
        new: How many of its links nobody had seen before.
        now: When.
    """
    if visit.failure is not None and visit.failure.wait:
        return
    seen = _seen(visit, now) | ({"brought_at": now} if new else {})
    row = {"frontier_id": visit.frontier_id, "links": 0, **seen}
    c = list_health.c
    changes: dict[str, Any] = dict(seen)
    if seen.get("failing_since") is not None:
        # It fails since the first of the looks in a row that found nothing.
        changes["failing_since"] = sa.func.coalesce(c.failing_since, seen["failing_since"])
    insert = insert_for(connection, list_health)
    connection.execute(
        insert.values(row).on_conflict_do_update(index_elements=[c.frontier_id], set_=changes)
    )


def _seen(visit: Visit, now: datetime) -> dict[str, Any]:
    """The columns that a look changes."""
    seen: dict[str, Any] = {
        "looked_at": now,
        "status": visit.fetches[0].status if visit.fetches else None,
        "reason": visit.failure.reason[:64] if visit.failure else None,
        "failing_since": now if visit.failure else None,
    }
    if visit.unchanged:
        # It holds what it held: a list without a link goes on failing.
        del seen["failing_since"]
    if visit.failure or visit.unchanged:
        return seen
    articles = [link for link in visit.links if link.kind == "article"]
    newest = max(
        (link for link in articles if link.published),
        key=lambda link: (link.published, link.url),
        default=None,
    )
    return seen | {
        "links": len(visit.links),
        "newest_url": newest.url if newest else None,
        "newest_at": midnight(newest.published) if newest and newest.published else None,
        # A page without a link is there, and yet no list any more.
        "failing_since": None if visit.links else now,
    }


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
