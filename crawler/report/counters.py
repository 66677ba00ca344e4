"""Sums of the runs' counters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.clock import SHANGHAI, midnight
from crawler.store.tables import run, run_counter

Counts = Mapping[str, int]

# The counters behind the columns that most tables share.
NAMES = {
    "pages": ("page/",),
    "articles": ("article/new",),
    "changed": ("article/changed",),
    "duplicates": ("article/duplicate",),
    "repaired": ("article/repaired",),
    "misread": ("article/misread",),
    "bytes": ("bytes/fetched",),
    "failures": ("failure/",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which runs and counters are asked for.

    Attributes:
        names: ``article/new`` is one counter, ``failure/`` all that begin so; empty: all.
        since: Runs that began then or later.
        runs: Only these runs; ``None`` for all.
        channel: Only this channel.
    """

    names: Sequence[str] = ()
    since: datetime | None = None
    runs: Sequence[int] | None = None
    channel: str | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The scope in SQL, without the names."""
        found: list[sa.ColumnElement[bool]] = []
        if self.since:
            # Runs are numbered as they begin: a range, where a list of runs would be long.
            began = sa.select(sa.func.min(run.c.id)).where(run.c.started_at >= self.since)
            found.append(run_counter.c.run_id >= began.scalar_subquery())
        if self.runs is not None:
            found.append(run_counter.c.run_id.in_(self.runs))
        if self.channel is not None:
            found.append(run_counter.c.channel == self.channel)
        return found


def sums(connection: Connection, by: Sequence[str], scope: Scope) -> list[tuple[Any, ...]]:
    """Add up counters.

    Args:
        connection: Any.
        by: Which of ``run_id``, ``channel``, ``name`` to keep apart; ``day`` is the one on which
            the run began, ``2026-11-20``.
        scope: Which ones to add.

    Returns:
        One tuple for each combination: the values of ``by`` in that order, then the sum.
    """
    columns = [_day(connection) if name == "day" else run_counter.c[name] for name in by]
    total = sa.func.sum(run_counter.c.value)
    query = sa.select(*columns, total).where(*scope.conditions()).group_by(*columns)
    if "day" in by:
        query = query.join_from(run_counter, run, run.c.id == run_counter.c.run_id)
    if not scope.names:
        return [_summed(row) for row in connection.execute(query)]
    added: Counter[tuple[Any, ...]] = Counter()
    # A question for each name: each is one stretch of the index by names, which holds the values.
    # Grouped by the name first, as the index is, else SQLite prefers to read the whole table.
    query = query.group_by(None).group_by(run_counter.c.name, *columns)
    for name in scope.names:
        for row in connection.execute(query.where(_named(name))):
            *key, value = _summed(row)
            added[tuple(key)] += value
    return [(*key, value) for key, value in added.items()]


def grouped(
    connection: Connection, by: str, scope: Scope
) -> defaultdict[Any, defaultdict[str, int]]:
    """Counters by the value of one column, each with its sums by name; absent ones are 0."""
    found: defaultdict[Any, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, name, value in sums(connection, (by, "name"), scope):
        found[key][name] += value
    return found


def figures(counts: Counts) -> dict[str, int]:
    """The columns of :data:`NAMES` from counters by name."""
    return {
        column: sum(value for name, value in counts.items() if _covers(wanted, name))
        for column, wanted in NAMES.items()
    }


def wanted_names(*columns: str) -> tuple[str, ...]:
    """The counters that :func:`figures` needs for ``columns``; for all if none is named."""
    return tuple(name for column in columns or NAMES for name in NAMES[column])


def under(counts: Counts, prefix: str) -> dict[str, int]:
    """What follows ``prefix`` in the names, with the sums, largest first."""
    found = {
        name.removeprefix(prefix): value
        for name, value in counts.items()
        if name.startswith(prefix)
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def daily(
    connection: Connection, scope: Scope, days: Sequence[date]
) -> dict[date, defaultdict[str, int]]:
    """Sums by the day on which the run began, for every one of ``days``."""
    first = midnight(days[0])
    # By run, and the days are told apart here: in SQL every counter would be sorted for it.
    began = sa.select(run.c.id, run.c.started_at).where(run.c.started_at >= first)
    day_of = {run_id: at.date() for run_id, at in connection.execute(began)}
    found: dict[date, defaultdict[str, int]] = {day: defaultdict(int) for day in days}
    scope = Scope(names=scope.names, since=first, channel=scope.channel)
    for run_id, name, value in sums(connection, ("run_id", "name"), scope):
        if (day := day_of.get(run_id)) in found:
            found[day][name] += value
    return found


def last_days(now: datetime, count: int) -> list[date]:
    """The last ``count`` days in Shanghai, today last."""
    today = now.astimezone(SHANGHAI).date()
    return [today - timedelta(days=back) for back in range(count - 1, -1, -1)]


def _day(connection: Connection) -> sa.ColumnElement[str]:
    if connection.dialect.name == "postgresql":
        local = sa.func.timezone("Asia/Shanghai", run.c.started_at)
        return sa.func.to_char(local, "YYYY-MM-DD")
    # The text of a time begins with its day.
    return sa.func.substr(sa.cast(run.c.started_at, sa.Text), 1, 10)


def _summed(row: Sequence[Any]) -> tuple[Any, ...]:
    return (*row[:-1], int(row[-1]))


def _named(name: str) -> sa.ColumnElement[bool]:
    column = run_counter.c.name
    if not name.endswith("/"):
        return column == name
    # As a range, which an index answers; "0" follows "/".
    return sa.and_(column >= name, column < name[:-1] + "0")


def _covers(wanted: Iterable[str], name: str) -> bool:
    return any(name.startswith(one) if one.endswith("/") else name == one for one in wanted)
