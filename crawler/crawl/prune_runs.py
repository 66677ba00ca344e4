"""Thin the curves of old runs: fewer points, the same sums.

A point is the sum since the start of its run, so dropping points loses detail and no figure. The
counters of a run are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.tables import run_tick

# Points older than the first are kept one in each span of the second.
STEPS = (
    (timedelta(days=14), timedelta(minutes=10)),
    (timedelta(days=2), timedelta(minutes=1)),
)
Point = tuple[int, datetime]


def thin(connection: Connection, now: datetime) -> int:
    """Drop points of old curves.

    Args:
        connection: Of a writing transaction.
        now: The moment that ages count from.

    Returns:
        How many were dropped; a second call drops none.
    """
    youngest = now - STEPS[-1][0]
    columns = (run_tick.c.run_id, run_tick.c.at)
    query = sa.select(*columns).where(run_tick.c.at < youngest).order_by(*columns)
    found = [(row.run_id, row.at) for row in connection.execute(query)]
    dropped = superfluous(found, now)
    if dropped:
        statement = sa.delete(run_tick).where(
            run_tick.c.run_id == sa.bindparam("run"), run_tick.c.at == sa.bindparam("moment")
        )
        connection.execute(statement, [{"run": run, "moment": at} for run, at in dropped])
    return len(dropped)


def superfluous(points: Iterable[Point], now: datetime) -> list[Point]:
    """The points to drop: all but the last of each span, which holds the sum up to its end.

    Args:
        points: Run and moment, in order.
        now: The moment that ages count from.
    """
    dropped: list[Point] = []
    before: tuple[int, int, Point] | None = None
    for run_id, at in points:
        span = _span(now - at)
        slot = (run_id, int(at.timestamp() // span.total_seconds()))
        # Two spans never share a slot: the numbers of longer ones are smaller by far.
        if before is not None and before[:2] == slot:
            dropped.append(before[2])
        before = (*slot, (run_id, at))
    return dropped


def _span(age: timedelta) -> timedelta:
    for older_than, span in STEPS:
        if age > older_than:
            return span
    return timedelta(seconds=1)
