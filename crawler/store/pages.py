"""What is known of a page's last fetch, and when it is looked at again.

A list is looked at in every run. An article of the last days may still be corrected, an old one
hardly ever: the younger it is, the sooner the next look, and each look that finds nothing doubles
the wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.items import Fetch
from crawler.store.columns import Upsert, insert_for
from crawler.store.tables import page

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
