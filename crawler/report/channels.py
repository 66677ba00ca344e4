"""Channels: all of them this morning, one over the last weeks, and how their list pages do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from crawler.clock import midnight
from crawler.report import counters, stats
from crawler.report.counters import Scope, last_days
from crawler.report.runs import state
from crawler.report.table import Row, Table, table
from crawler.site import channels
from crawler.site.urls import classify
from crawler.store.tables import alert, frontier, list_health, run

# Channels that have not been crawled within so many runs have no "last run".
RUNS_BACK = 500
DAYS = 30

TODAY = (
    "channel name region host run state run_at newest hours articles new_today daily "
    "failures alerts"
)


def today(connection: Connection, now: datetime) -> Table:
    """Every channel with its last run, freshness, articles held, curve and open alerts.

    Known channels come in the order of their table, then hosts that are none of them. ``daily``
    is the number of new articles on each of the last 30 days, today last; ``hours`` is the age
    of the newest article; ``failures`` those of the last run.
    """
    days = last_days(now, DAYS)
    holding = stats.held_counts(connection)
    last = _last_runs(connection)
    curves = _curves(connection, days)
    parts: Mapping[str, Mapping[str, Any]] = {
        "articles": {
            row["channel"]: row["articles"] for row in stats.held_by("channel", holding).rows
        },
        "newest": stats.newest_held(connection),
        "alerts": _open_alerts(connection),
        "failures": _failures(connection, last),
    }
    known = channels.load()
    names = [*known, *sorted({*parts["articles"], *last} - known.keys())]
    rows = [
        _about(name)
        | _last(last.get(name), now)
        | _curve(curves.get(name, {}), days)
        | {
            "newest": parts["newest"].get(name),
            "hours": age(parts["newest"].get(name), now),
            "articles": parts["articles"].get(name, 0),
            "failures": parts["failures"].get(name, 0),
            "alerts": parts["alerts"].get(name, 0),
        }
        for name in names
    ]
    return table(TODAY, rows, held=stats.held_total(holding))


def one(connection: Connection, channel: str, now: datetime) -> Row:
    """A channel's figures as they are now: name, host, last run, freshness, articles held."""
    holding = stats.held_by("channel", stats.held_counts(connection), channel).rows
    newest = stats.newest_held(connection).get(channel)
    figures = holding[0] if holding else {"channel": channel} | stats.held_figures({})
    about = _about(channel) | _last(_last_runs(connection).get(channel), now)
    return about | figures | {"newest": newest, "hours": age(newest, now)}


def daily(connection: Connection, now: datetime, channel: str | None = None) -> Table:
    """What the runs of each of the last 30 days did, newest first."""
    scope = Scope(names=counters.wanted_names(), channel=channel)
    found = counters.daily(connection, scope, last_days(now, DAYS))
    rows = [{"day": day} | counters.figures(counts) for day, counts in found.items()]
    return table(f"day {' '.join(counters.NAMES)}", rows[::-1])


def age(moment: datetime | None, now: datetime) -> float | None:
    """Hours from ``moment`` to ``now``, to one decimal; ``None`` if there is no moment."""
    return round((now - moment).total_seconds() / 3600, 1) if moment else None


def _about(channel: str) -> Row:
    known = channels.load().get(channel)
    return {
        "channel": channel,
        "name": known.name if known else channel,
        "region": known.region if known else None,
        "host": known.host if known else channel,
    }


def _last_runs(connection: Connection) -> dict[str, RowMapping]:
    c = run.c
    query = sa.select(
        c.id, c.channels, c.started_at, c.ended_at, c.heartbeat_at, c.finish_reason
    ).order_by(c.id.desc())
    last: dict[str, RowMapping] = {}
    for row in connection.execute(query.limit(RUNS_BACK)).mappings():
        for channel in row["channels"]:
            last.setdefault(channel, row)
    return last


def _last(row: RowMapping | None, now: datetime) -> Row:
    if row is None:
        return {"run": None, "state": None, "run_at": None}
    return {"run": row["id"], "state": state(row, now), "run_at": row["started_at"]}


def _curves(connection: Connection, days: Sequence[date]) -> dict[str, dict[str, int]]:
    """New articles by channel and day."""
    scope = Scope(names=("article/new",), since=midnight(days[0]))
    curves: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for channel, day, value in counters.sums(connection, ("channel", "day"), scope):
        curves[channel][day] = value
    return curves


def _curve(counts: Mapping[str, int], days: Sequence[date]) -> Row:
    values = [counts.get(day.isoformat(), 0) for day in days]
    return {"new_today": values[-1], "daily": values}


def _open_alerts(connection: Connection) -> Counter[str]:
    """Open alerts by the channel that they are about: ``sd`` also for ``sd/captions``."""
    subjects = connection.scalars(sa.select(alert.c.subject).where(alert.c.closed_at.is_(None)))
    return Counter(subject.partition("/")[0] for subject in subjects)


def _failures(connection: Connection, last: Mapping[str, RowMapping]) -> dict[str, int]:
    scope = Scope(names=("failure/",), runs=sorted({row["id"] for row in last.values()}))
    found = counters.sums(connection, ("run_id", "channel"), scope)
    return {
        channel: value
        for run_id, channel, value in found
        if channel in last and last[channel]["id"] == run_id
    }


LIST_COLUMNS = (
    "channel label url state status reason links newest_at newest_url brought_at looked_at"
)
# A column that brought nothing new for so long is quiet: most bring something every day.
QUIET_AFTER = timedelta(days=30)


def list_pages(connection: Connection, now: datetime, channel: str | None = None) -> Table:
    """Every list page that a crawl starts from, in the order of the table of channels.

    ``state`` is ``unseen`` before the first look, ``failing`` if the last look found no article,
    ``quiet`` if it brought nothing new for 30 days, else ``good``. ``failing_since`` is in the
    rows and no column.
    """
    known = channels.load()
    names = [name for name in known if not channel or name == channel]
    seen = _seen(connection, names)
    rows = [_row(seen, page, name, now) for name, page in _pages(names)]
    return table(LIST_COLUMNS, rows)


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
    names = (*LIST_COLUMNS.split(), "failing_since", "found_at")
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
