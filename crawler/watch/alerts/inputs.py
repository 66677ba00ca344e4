"""The queries that fill :class:`~crawler.watch.alerts.facts.Facts`."""

from __future__ import annotations

import platform
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.report import counters, storage
from crawler.report.channels import list_pages
from crawler.report.counters import Scope
from crawler.site.urls import classify
from crawler.store.runs import SWEEP
from crawler.store.tables import article, backfill, host, run, schedule, schedule_run
from crawler.watch.alerts.facts import (
    ORDERLY,
    STOPPED,
    ChannelRun,
    Disk,
    Facts,
    Host,
    ListFacts,
    Planned,
    Range,
    Run,
)

# Ten runs of one weekday, if there is one a day, and two weeks to spare.
HISTORY = timedelta(weeks=12)
# A channel that was not crawled for so long is nobody's concern any more.
RECENT = timedelta(days=14)
# The newest five make the sample, the ten before them are usual; some hold no article.
LAST_RUNS = 20
SAME_WEEKDAY = 20
BAD = ("failed", "timeout", "lost", "overlap")
# A date in the future is a slip of the pen, and would hide that nothing new comes in.
SLIP = timedelta(days=1)


def gather(connection: Connection, now: datetime, files: Iterable[Path] = ()) -> Facts:
    """Read all that the rules look at.

    Args:
        connection: Any.
        now: The moment of asking.
        files: Whose disks are looked at; they need not exist yet.
    """
    runs = _runs(connection, now)
    last, earlier = _chosen(runs, now)
    channels = _last_runs(connection, last)
    return Facts(
        now=now,
        runs=runs,
        channels=channels,
        earlier=_earlier_runs(connection, earlier),
        newest={channel: _newest(connection, channel, now) for channel in channels},
        schedules=_schedules(connection),
        backfills=_backfills(connection),
        hosts=_hosts(connection),
        lists=_lists(connection, now),
        disks=tuple(_with_growth(connection, disks(files), now)),
    )


def _runs(connection: Connection, now: datetime) -> tuple[Run, ...]:
    names = "id channels started_at heartbeat_at ended_at finish_reason"
    partial = run.c.command.contains(" --until ").label("partial")
    query = sa.select(*(run.c[name] for name in names.split()), partial)
    query = query.where(run.c.started_at >= now - HISTORY).order_by(run.c.id.desc())
    return tuple(
        Run(
            id=row.id,
            channels=tuple(row.channels),
            started_at=row.started_at,
            heartbeat_at=row.heartbeat_at,
            ended_at=row.ended_at,
            reason=row.finish_reason,
            partial=bool(row.partial),
        )
        for row in connection.execute(query)
    )


Chosen = Mapping[str, Sequence[tuple[Run, bool]]]


def _chosen(runs: Sequence[Run], now: datetime) -> tuple[Chosen, Chosen]:
    """Choose for each channel its last runs, and before those the ones of the same weekday.

    Each comes with whether its number of articles can be compared.
    """
    over: defaultdict[str, list[Run]] = defaultdict(list)
    for one in runs:
        for channel in one.channels if one.is_over(now) and not one.partial else ():
            over[channel].append(one)
    last, earlier = {}, {}
    for channel, found in over.items():
        if found[0].started_at < now - RECENT:
            continue
        marked = [(one, _is_whole(found, index)) for index, one in enumerate(found)]
        last[channel] = marked[:LAST_RUNS]
        day = found[0].started_at.weekday()
        earlier[channel] = [
            (one, whole)
            for one, whole in marked[LAST_RUNS:]
            if whole and one.started_at.weekday() == day
        ][:SAME_WEEKDAY]
    return last, earlier


def _is_whole(found: Sequence[Run], index: int) -> bool:
    """Whether the run did all of its work, and only its own."""
    if found[index].reason not in ORDERLY:
        return False
    if index + 1 == len(found):
        return True
    before = found[index + 1]
    taken_up = found[index].started_at - before.started_at < SWEEP
    return before.reason in ORDERLY | (STOPPED - {"shutdown", "stopped"}) or not taken_up


def _last_runs(connection: Connection, chosen: Chosen) -> dict[str, tuple[ChannelRun, ...]]:
    counts = _counts(connection, chosen, ())
    found = {channel: list(_with_counts(channel, runs, counts)) for channel, runs in chosen.items()}
    # Pages of mirrors are counted under the mirror's host, which nobody asks for by name.
    asked = {one.id: (one, whole) for runs in chosen.values() for one, whole in runs}
    for run_id, channel in sorted(counts, reverse=True):
        if channel and channel not in chosen and run_id in asked:
            found.setdefault(channel, []).extend(_with_counts(channel, [asked[run_id]], counts))
    return {channel: tuple(runs) for channel, runs in found.items()}


def _earlier_runs(connection: Connection, chosen: Chosen) -> dict[str, tuple[ChannelRun, ...]]:
    counts = _counts(connection, chosen, ("article/new",))
    return {channel: tuple(_with_counts(channel, runs, counts)) for channel, runs in chosen.items()}


Counts = Mapping[tuple[int, str], dict[str, int]]


def _counts(connection: Connection, chosen: Chosen, names: Sequence[str]) -> Counts:
    ids = sorted({one.id for runs in chosen.values() for one, _ in runs})
    found: defaultdict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    if not ids:
        return found
    scope = Scope(names=names, runs=ids)
    for run_id, channel, name, value in counters.sums(
        connection, ("run_id", "channel", "name"), scope
    ):
        found[run_id, channel][name] = value
    return found


def _with_counts(
    channel: str, runs: Iterable[tuple[Run, bool]], counts: Counts
) -> Iterable[ChannelRun]:
    for one, whole in runs:
        yield ChannelRun(
            run_id=one.id,
            channel=channel,
            started_at=one.started_at,
            whole=whole,
            counts=counts.get((one.id, channel), {}),
        )


def _newest(connection: Connection, channel: str, now: datetime) -> datetime | None:
    query = sa.select(sa.func.max(article.c.published_at, type_=article.c.published_at.type))
    found: datetime | None = connection.scalar(
        query.where(article.c.channel == channel, article.c.published_at < now + SLIP)
    )
    return found


def _schedules(connection: Connection) -> tuple[Planned, ...]:
    query = sa.select(schedule).where(schedule.c.enabled).order_by(schedule.c.name)
    return tuple(_planned(connection, row) for row in connection.execute(query).all())


def _planned(connection: Connection, row: sa.Row[tuple[object, ...]]) -> Planned:
    c = schedule_run.c
    query = sa.select(c.planned_at, c.started_at, c.outcome, c.detail, c.run_id)
    query = query.where(c.schedule_id == row.id).order_by(c.planned_at.desc()).limit(100)
    settled = connection.execute(query).all()
    bad: list[str] = []
    for one in settled:
        if one.outcome in ("running", "interrupted"):
            continue
        if one.outcome in ("failed", "lost") and one.run_id is not None:
            break  # its run has an alert of its own
        if one.outcome not in BAD:
            break
        bad.append(one.outcome)
    starts = [one.started_at for one in settled if one.started_at]
    if row.settled_until not in {one.planned_at for one in settled}:
        # Nothing was settled then: it was made, enabled or given a new expression.
        starts.append(row.settled_until)
    return Planned(
        name=row.name,
        cron=row.cron,
        since=max(starts, default=row.created_at),
        bad_outcomes=tuple(bad),
        detail=next((one.detail for one in settled if one.outcome in BAD), None),
    )


def _backfills(connection: Connection) -> tuple[Range, ...]:
    c = backfill.c
    query = sa.select(c.name, c.failures, c.detail).where(c.state == "active").order_by(c.name)
    return tuple(
        Range(name=row.name, failures=row.failures, detail=row.detail)
        for row in connection.execute(query)
    )


def _hosts(connection: Connection) -> tuple[Host, ...]:
    c = host.c
    query = sa.select(c.host, c.robots, c.robots_detail, c.robots_at)
    query = query.where(c.robots.is_not(None), c.robots_at.is_not(None)).order_by(c.host)
    return tuple(
        Host(name=row.host, robots=row.robots, detail=row.robots_detail, at=row.robots_at)
        for row in connection.execute(query)
    )


def _lists(connection: Connection, now: datetime) -> tuple[ListFacts, ...]:
    return tuple(
        ListFacts(
            channel=row["channel"],
            node_id=classify(row["url"]).node_id or "",
            label=row["label"],
            url=row["url"],
            status=row["status"],
            reason=row["reason"],
            links=row["links"],
            newest_at=row["newest_at"],
            looked_at=row["looked_at"],
            brought_at=row["brought_at"] or row["found_at"],
            failing_since=row["failing_since"],
        )
        for row in list_pages(connection, now).rows
        if row["looked_at"] is not None
    )


def _with_growth(connection: Connection, found: Sequence[Disk], now: datetime) -> Iterable[Disk]:
    """The disks as they are now, with how fast they were seen to fill on this machine."""
    here = platform.node()
    known = storage.overview(connection, now).disks if found else ()
    rates = {disk.path: disk.a_day for disk in known if disk.machine == here}
    for disk in found:
        a_day = rates.get(disk.path)
        days_left = disk.free / a_day if a_day and a_day > 0 else None
        yield replace(disk, a_day=a_day, days_left=days_left)


def disks(files: Iterable[Path]) -> tuple[Disk, ...]:
    """The disks that hold ``files``, each once, under the first of them."""
    found: dict[int, Disk] = {}
    for file in files:
        path = file.absolute()
        while not path.exists():
            path = path.parent
        usage = shutil.disk_usage(path)
        found.setdefault(
            path.stat().st_dev, Disk(path=str(file), free=usage.free, total=usage.total)
        )
    return tuple(found.values())
