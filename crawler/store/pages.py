"""What is known of a page's last fetch, and when it is looked at again.

A list is looked at in every run. An article of the last days may still be corrected, an old one
hardly ever: the younger it is, the sooner the next look, and each look that finds nothing doubles
the wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from crawler.items import Fetch
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


def seen(connection: Connection, frontier_id: int, fetch: Fetch, *, changed: bool) -> int:
    """Record a fetch of a page (the first of an article of several).

    Returns:
        How many looks in a row, this one included, found nothing new.
    """
    row = {
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
    statements = _POSTGRES if connection.dialect.name == "postgresql" else _SQLITE
    if changed:
        connection.execute(statements[0], row)
        return 0
    return connection.scalar(statements[1], row) or 0


def _upserts(
    insert: sqlite.Insert | postgresql.Insert,
) -> tuple[sa.Insert, sa.sql.dml.ReturningInsert[tuple[int]]]:
    new = insert.excluded
    seen_again = {
        "status": new.status,
        "fetched_at": new.fetched_at,
        "checks": page.c.checks + 1,
    }
    changed = {
        **seen_again,
        "etag": new.etag,
        "last_modified": new.last_modified,
        "body_sha256": new.body_sha256,
        "changed_at": new.changed_at,
        "unchanged": 0,
    }
    # A 304 may carry a fresher validator, or none: then the old one still holds.
    same = {
        **seen_again,
        "etag": sa.func.coalesce(new.etag, page.c.etag),
        "last_modified": sa.func.coalesce(new.last_modified, page.c.last_modified),
        "unchanged": page.c.unchanged + 1,
    }
    return (
        insert.on_conflict_do_update(index_elements=["frontier_id"], set_=changed),
        insert.on_conflict_do_update(index_elements=["frontier_id"], set_=same).returning(
            page.c.unchanged
        ),
    )


_SQLITE = _upserts(sqlite.insert(page))
_POSTGRES = _upserts(postgresql.insert(page))
