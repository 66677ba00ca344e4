"""Runs: the list, one run as a whole, and one that is still going."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from crawler.report import counters
from crawler.report.counters import Scope
from crawler.report.table import Row, Table, rows_of, table, within
from crawler.store.runs import LOST_AFTER
from crawler.store.tables import article, run, run_tick

FIGURES = "pages articles changed duplicates repaired misread failures bytes"
COLUMNS = f"run state channels command started_at ended_at seconds exit_code {FIGURES} per_minute"
# The curve on the page has about so many points, whatever the run's length.
POINTS = 240


def state(row: RowMapping, now: datetime) -> str:
    """How a run stands: ``running``, ``lost``, or the reason for which it ended.

    A run without an end whose heart has stood still for a minute is lost.
    """
    if row["ended_at"] is not None:
        return str(row["finish_reason"] or "finished")
    return "lost" if now - row["heartbeat_at"] > LOST_AFTER else "running"


def listed(
    connection: Connection,
    now: datetime,
    *,
    channel: str | None = None,
    state: str | None = None,
    day: date | None = None,
    slice_: tuple[int, int] = (50, 0),
) -> Table:
    """Runs with their figures, newest first.

    Args:
        connection: Any.
        now: Tells a run that is going on from one that is lost.
        channel: Only runs that were asked to crawl this channel.
        state: ``running``, ``well`` or ``badly`` (lost ones too); ``None`` for all.
        day: Begun on this day.
        slice_: Most rows, and how many come before.
    """
    conditions = within(run.c.started_at, day) if day else []
    if channel:
        # An id stands between quotes in the list, on either database.
        named = sa.cast(run.c.channels, sa.Text).contains(f'"{channel}"', autoescape=True)
        conditions.append(named)
    if state:
        conditions.append(_standing(now)[state])
    query = sa.select(run).where(*conditions).order_by(run.c.id.desc())
    found = connection.execute(query.limit(slice_[0]).offset(slice_[1])).mappings().all()
    total = connection.scalar(sa.select(sa.func.count()).select_from(run).where(*conditions)) or 0
    return table(COLUMNS, _rows(connection, found, now), total)


def _standing(now: datetime) -> dict[str, sa.ColumnElement[bool]]:
    ended, alive = run.c.ended_at.is_not(None), run.c.heartbeat_at >= now - LOST_AFTER
    return {
        "running": sa.and_(~ended, alive),
        "well": sa.and_(ended, run.c.exit_code == 0),
        "badly": sa.or_(sa.and_(~ended, ~alive), sa.and_(ended, run.c.exit_code != 0)),
    }


def find(connection: Connection, run_id: int, now: datetime) -> Row | None:
    """One run: its row, how it stands, its figures; ``None`` if there is none."""
    found = connection.execute(sa.select(run).where(run.c.id == run_id)).mappings().first()
    if found is None:
        return None
    return rows_of([found])[0] | _rows(connection, [found], now)[0]


def going_on(connection: Connection, now: datetime) -> list[Row]:
    """The runs that are crawling now, the last begun first: their rows."""
    query = sa.select(run).where(run.c.ended_at.is_(None), run.c.heartbeat_at >= now - LOST_AFTER)
    return rows_of(connection.execute(query.order_by(run.c.id.desc())).mappings())


def newest(connection: Connection) -> int | None:
    """The id of the last run; ``None`` before the first."""
    found: int | None = connection.scalar(sa.select(sa.func.max(run.c.id)))
    return found


def by_channel(connection: Connection, run_id: int) -> Table:
    """What the run did in each channel, most pages first, with the mean time of a download."""
    found = counters.grouped(connection, "channel", Scope(runs=[run_id]))
    rows: list[Row] = []
    for channel, counts in found.items():
        figures = counters.figures(counts)
        answers = sum(counters.under(counts, "status/").values())
        mean = round(counts["time/download_ms"] / answers) if answers else None
        rows.append({"channel": channel} | figures | {"mean_ms": mean})
    rows.sort(key=lambda row: (-row["pages"], row["channel"]))
    return table(f"channel {FIGURES} mean_ms", rows)


def slowest(rows: Sequence[Row], limit: int = 8) -> list[Row]:
    """The rows of :func:`by_channel` whose downloads took longest."""
    timed = [row for row in rows if row["channel"] and row["mean_ms"]]
    return sorted(timed, key=lambda row: -row["mean_ms"])[:limit]


def reasons(connection: Connection, run_id: int) -> dict[str, int]:
    """How many visits failed in the run for each reason, most first."""
    found = counters.sums(connection, ("name",), Scope(names=("failure/",), runs=[run_id]))
    return counters.under(dict(found), "failure/")


def counted(connection: Connection, run_id: int) -> Table:
    """Every counter of the run, all channels together, by name."""
    found = counters.sums(connection, ("name",), Scope(runs=[run_id]))
    return table("name value", [{"name": name, "value": value} for name, value in sorted(found)])


def curve(connection: Connection, run_id: int) -> Table:
    """The run over time: sums since its start, the queue, and pages per minute at each point."""
    query = sa.select(run_tick).where(run_tick.c.run_id == run_id).order_by(run_tick.c.at)
    points = connection.execute(query).mappings().all()
    step = max(1, len(points) // POINTS)
    kept = [*points[::-step][::-1]]
    rows: list[Row] = []
    for index, point in enumerate(kept):
        row = {name: point[name] for name in ("at", "pages", "articles", "failures", "queue")}
        rows.append(row | {"per_minute": _speed(kept[max(0, index - 1)], point)})
    return table("at pages articles failures queue per_minute", rows)


def speed(connection: Connection, run_id: int) -> tuple[float, int | None]:
    """Pages per minute over the last minute of ticks, and the queue at the last one."""
    query = sa.select(run_tick).where(run_tick.c.run_id == run_id)
    query = query.order_by(run_tick.c.at.desc()).limit(30)
    points = connection.execute(query).mappings().all()
    if not points:
        return 0.0, None
    last = points[0]
    recent = [point for point in points if last["at"] - point["at"] <= timedelta(seconds=60)]
    # The tick before the minute, if the run writes fewer than one a minute.
    first = recent[-1] if len(recent) > 1 else points[min(1, len(points) - 1)]
    return _speed(first, last), last["queue"]


def latest_articles(connection: Connection, run_id: int, limit: int = 10) -> Table:
    """The articles that the run stored last, newest first."""
    c = article.c
    query = sa.select(c.id, c.channel, c.title, c.published_at).where(c.run_id == run_id)
    query = query.order_by(c.id.desc()).limit(limit)
    rows = rows_of(connection.execute(query).mappings())
    return table("id channel title published_at", rows)


def _rows(connection: Connection, found: Sequence[RowMapping], now: datetime) -> list[Row]:
    scope = Scope(names=counters.wanted_names(), runs=[row["id"] for row in found])
    counts = counters.grouped(connection, "run_id", scope)
    return [_row(row, counts[row["id"]], now) for row in found]


def _row(row: RowMapping, counts: counters.Counts, now: datetime) -> Row:
    how = state(row, now)
    end = row["ended_at"] or (now if how == "running" else row["heartbeat_at"])
    seconds = max(0, int((end - row["started_at"]).total_seconds()))
    figures = counters.figures(counts)
    return {
        "run": row["id"],
        "state": how,
        "channels": row["channels"],
        "command": row["command"],
        "started_at": row["started_at"],
        "ended_at": row["ended_at"],
        "seconds": seconds,
        "exit_code": row["exit_code"],
        **figures,
        "per_minute": per_minute(figures["pages"], seconds),
    }


def per_minute(pages: int, seconds: float) -> float | None:
    """Pages per minute to one decimal; ``None`` for a run of no length."""
    return round(pages * 60 / seconds, 1) if seconds else None


def _speed(first: Any, last: Any) -> float:
    seconds = (last["at"] - first["at"]).total_seconds()
    return max(0.0, round((last["pages"] - first["pages"]) * 60 / seconds, 1)) if seconds else 0.0
