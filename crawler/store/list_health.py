"""How each list page does: what its last look found, and when one last brought something new."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.clock import midnight
from crawler.items import Visit
from crawler.store.columns import insert_for
from crawler.store.tables import list_health


def note(connection: Connection, visit: Visit, new: int, now: datetime) -> None:
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
