"""How large everything is, how fast it grows, and when the disk will be full.

All of it is told from samples that :mod:`crawler.watch.sampling` keeps, one an hour: reading them
costs nothing, wherever the files are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import linear_regression

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.tables import storage_sample

# What is measured, and what it is. A database of a server lies elsewhere, and is counted all the same.
PARTS = {
    "database": "articles, revisions, queue, runs; with the index of words",
    "database_unused": "room inside the database that the next rows take",
    "search_index": "of the database: the index of words",
    "archive": "raw pages",
    "archive_unused": "room inside the archive that the next pages take",
    "logs": "logs of runs",
}
# These add up to all that renmin keeps; the others are inside of them.
WHOLES = ("database", "archive", "logs")
FREE, TOTAL = "free:", "total:"
# Growth is that of the last two weeks, and needs a day at least.
WINDOW, SHORTEST = timedelta(days=14), timedelta(days=1)
# Whoever made so much room has changed the course: what was before says nothing any more.
MADE_ROOM = 0.01

Point = tuple[datetime, int]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """Something that renmin keeps.

    Attributes:
        name: See :data:`PARTS`.
        bytes: Its size.
        a_day: How many bytes it grows a day; ``None`` before there is a day of samples.
    """

    name: str
    bytes: int
    a_day: float | None


@dataclass(frozen=True, slots=True)
class DiskUse:
    """A disk that holds files of ours.

    Attributes:
        machine: Whose.
        path: The file of ours that names it.
        free: Bytes.
        total: Bytes.
        a_day: How many bytes fewer are free each day, whoever takes them; ``None`` as in a part.
        days_left: Until it is full; ``None`` if that is not known or it does not fill.
    """

    machine: str
    path: str
    free: int
    total: int
    a_day: float | None
    days_left: float | None


@dataclass(frozen=True, slots=True)
class Storage:
    """All of it.

    Attributes:
        measured_at: When; ``None`` before the first sample: then everything is empty.
        parts: In the order of :data:`PARTS`; of all machines together.
        disks: One for each disk of each machine.
        history: One point a day and part of the last twelve weeks, oldest first: when, what, bytes.
    """

    measured_at: datetime | None
    parts: tuple[Part, ...] = ()
    disks: tuple[DiskUse, ...] = ()
    history: tuple[tuple[datetime, str, int], ...] = ()


def overview(connection: Connection, now: datetime) -> Storage:
    """Sizes, growth and history, from the samples of the last twelve weeks."""
    s = storage_sample.c
    query = sa.select(s.machine, s.at, s.name, s.bytes).where(s.at > now - timedelta(weeks=12))
    series: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
    for machine, at, name, size in connection.execute(query.order_by(s.at)):
        series[machine, name].append((at, size))
    if not series:
        return Storage(None)
    newest = max(points[-1][0] for points in series.values())
    return Storage(
        newest,
        tuple(_parts(series, now)),
        tuple(_disks(series, now)),
        tuple(_history(series)),
    )


def growth(points: Sequence[Point], now: datetime, whole: int = 0) -> float | None:
    """How many bytes more it is each day, by the least size of each day of the last two weeks.

    The least, since what comes and goes within a day is no growth. What was before somebody made
    room (a fall by more than one hundredth) does not count.

    Args:
        points: Oldest first.
        now: The end of the last day.
        whole: What a hundredth is of; 0 for the size itself.

    Returns:
        ``None`` if the samples do not span a day.

    >>> noon = datetime(2026, 11, 20, 12)
    >>> points = [(noon + n * DAY, 1_000_000 + 1_000 * n) for n in range(5)]
    >>> growth(points, noon + 5 * DAY), growth(points[:1], noon)
    (1000.0, None)
    """
    least: dict[int, Point] = {}
    for at, size in points:
        age = (now - at) // DAY
        if now - at <= WINDOW and size <= least.get(age, (at, size))[1]:
            least[age] = (at, size)
    days = [least[age] for age in sorted(least, reverse=True)]
    for number in range(len(days) - 1, 0, -1):
        if days[number - 1][1] - days[number][1] > MADE_ROOM * (whole or days[number - 1][1]):
            days = days[number:]
            break
    if not days or days[-1][0] - days[0][0] < SHORTEST:
        return None
    return linear_regression([(at - days[0][0]) / DAY for at, _ in days], [n for _, n in days])[0]


def _parts(series: dict[tuple[str, str], list[Point]], now: datetime) -> Iterable[Part]:
    for name in PARTS:
        found = [points for (_, each), points in series.items() if each == name]
        if not found:
            continue
        if name.startswith(("database", "search")):
            # One database, whoever measures it.
            found = [max(found, key=lambda points: points[-1][0])]
        rates = [growth(points, now) for points in found]
        known = [rate for rate in rates if rate is not None]
        size = sum(points[-1][1] for points in found)
        yield Part(name, size, sum(known) if known else None)


def _disks(series: dict[tuple[str, str], list[Point]], now: datetime) -> Iterable[DiskUse]:
    for (machine, name), points in sorted(series.items()):
        if not name.startswith(FREE):
            continue
        path = name.removeprefix(FREE)
        total = series[machine, TOTAL + path][-1][1]
        free = points[-1][1]
        a_day = growth([(at, total - size) for at, size in points], now, whole=total)
        days_left = free / a_day if a_day and a_day > 0 else None
        yield DiskUse(machine, path, free, total, a_day, days_left)


def _history(series: dict[tuple[str, str], list[Point]]) -> list[tuple[datetime, str, int]]:
    last: dict[tuple[str, str, object], Point] = {}
    for (machine, name), points in series.items():
        if name in PARTS:
            last |= {(machine, name, at.date()): (at, size) for at, size in points}
    return sorted((at, name, size) for (_, name, _), (at, size) in last.items())
