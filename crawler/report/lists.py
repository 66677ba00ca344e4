"""List pages: does each still lead to articles, and when did it last bring something new?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.report.table import Row, Table, table
from crawler.site import channels
from crawler.site.urls import classify
from crawler.store.tables import frontier, list_health

COLUMNS = "channel label url state status reason links newest_at newest_url brought_at looked_at"
# A column that brought nothing new for so long is quiet: most bring something every day.
QUIET_AFTER = timedelta(days=30)


def listed(connection: Connection, now: datetime, channel: str | None = None) -> Table:
    """Every list page that a crawl starts from, in the order of the table of channels.

    ``state`` is ``unseen`` before the first look, ``failing`` if the last look found no article,
    ``quiet`` if it brought nothing new for 30 days, else ``good``. ``failing_since`` is in the
    rows and no column.
    """
    known = channels.load()
    names = [name for name in known if not channel or name == channel]
    seen = _seen(connection, names)
    rows = [_row(seen, page, name, now) for name, page in _pages(names)]
    return table(COLUMNS, rows)


def _pages(names: Collection[str]) -> Iterator[tuple[str, channels.ListPage]]:
    known = channels.load()
    for name in names:
        for page in known[name].lists:
            yield name, page


def _seen(connection: Connection, names: Collection[str]) -> dict[str, dict[str, Any]]:
    h = list_health.c
    query = (
        sa.select(frontier.c.url, frontier.c.found_at, *(c for c in h if c.name != "frontier_id"))
        .join(list_health, h.frontier_id == frontier.c.id)
        .where(frontier.c.channel.in_(names))
    )
    return {row["url"]: dict(row) for row in connection.execute(query).mappings()}


def _row(
    seen: dict[str, dict[str, Any]], page: channels.ListPage, channel: str, now: datetime
) -> Row:
    url = classify(page.url).canonical
    found = seen.get(url, {})
    names = (*COLUMNS.split(), "failing_since", "found_at")
    row = {name: found.get(name) for name in names}
    return row | {
        "channel": channel,
        "label": page.label,
        "url": url,
        "state": _state(found, now),
        "links": found.get("links") or 0,
    }


def _state(found: dict[str, Any], now: datetime) -> str:
    if not found:
        return "unseen"
    if found["failing_since"] is not None:
        return "failing"
    return "quiet" if (found["brought_at"] or found["found_at"]) < now - QUIET_AFTER else "good"
