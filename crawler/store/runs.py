"""Runs, their heart-beat and their counters.

Counters are written in the transaction of the pages that they count, so that they agree with the
tables whatever ended the run. A run without an end whose heart stands still is *lost*.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler import __version__
from crawler.store.columns import Upsert, insert_for
from crawler.store.tables import run, run_counter, run_tick

# Twelve missed beats.
LOST_AFTER = timedelta(seconds=60)
# A crawl enters itself into the run table soon after it starts; times are kept to the second.
ENTRY_SLACK = timedelta(seconds=2)
# An interrupted crawl that is taken up again within this time goes on with the same sweep.
SWEEP = timedelta(hours=12)
# The finish reason of a run whose process was told to end: it may go on.
SHUTDOWN = "shutdown"

# A run that ended so, or never said how it ended, is gone on with.
INTERRUPTED = frozenset({None, "shutdown", "database", "disk_full", "passed_on", "taken_over"})

# Which counters a run's curve adds up: the whole name, or the noun before the slash.
CURVES = {
    "page": "pages",
    "failure": "failures",
    "article/new": "articles",
    "article/changed": "articles",
    "bytes/fetched": "bytes",
}

Counts = Mapping[tuple[str, str], int]


def start(
    connection: Connection,
    *,
    command: str,
    channels: Sequence[str],
    settings: Mapping[str, Any],
    now: datetime,
) -> int:
    """Enter a new run and return its id."""
    row = {
        "command": command,
        "version": __version__,
        "machine": platform.node(),
        "pid": os.getpid(),
        "channels": list(channels),
        "settings": dict(settings),
        "started_at": now,
        "heartbeat_at": now,
    }
    run_id: int = connection.execute(sa.insert(run).returning(run.c.id), row).scalar_one()
    return run_id


def take_up(connection: Connection, run_id: int, channels: Sequence[str], now: datetime) -> bool:
    """Let a run that was stopped go on in this process, under its number.

    Returns:
        False if it was not stopped, or crawls other channels: then nothing is changed.
    """
    statement = sa.select(run.c.channels, run.c.finish_reason).where(run.c.id == run_id)
    found = connection.execute(statement.with_for_update()).first()
    if found is None or found.finish_reason != SHUTDOWN or list(found.channels) != list(channels):
        return False
    values = {"machine": platform.node(), "pid": os.getpid(), "heartbeat_at": now}
    open_again = dict.fromkeys(("ended_at", "finish_reason", "exit_code"))
    connection.execute(sa.update(run).where(run.c.id == run_id).values(**values, **open_again))
    return True


def to_go_on(connection: Connection, run_id: int | None) -> list[str]:
    """The arguments by which ``renmin crawl`` goes on with a run, if it was told to end; or none."""
    query = sa.select(run.c.finish_reason).where(run.c.id == run_id)
    if run_id is None or connection.scalar(query) != SHUTDOWN:
        return []
    return ["--continue-run", str(run_id)]


def of_process(connection: Connection, pid: int, since: datetime) -> int | None:
    """The run that a process of this machine entered since then; ``None`` before it has."""
    found: int | None = connection.scalar(
        sa.select(sa.func.max(run.c.id))
        .where(run.c.pid == pid, run.c.machine == platform.node())
        .where(run.c.started_at >= since - ENTRY_SLACK)
    )
    return found


def counted(connection: Connection, run_id: int, name: str) -> int:
    """What a run has counted so far under one name, over all channels."""
    statement = sa.select(sa.func.sum(run_counter.c.value)).where(run_counter.c.run_id == run_id)
    return int(connection.scalar(statement.where(run_counter.c.name == name)) or 0)


def beat(connection: Connection, run_id: int, now: datetime) -> None:
    """Say that the run is alive."""
    connection.execute(sa.update(run).where(run.c.id == run_id).values(heartbeat_at=now))


def finish(
    connection: Connection, run_id: int, *, reason: str, exit_code: int, now: datetime
) -> None:
    """Say how the run ended."""
    connection.execute(
        sa.update(run)
        .where(run.c.id == run_id)
        .values(ended_at=now, heartbeat_at=now, finish_reason=reason, exit_code=exit_code)
    )


def count(connection: Connection, run_id: int, counts: Counts) -> None:
    """Add ``counts``, keyed by (channel, name), to the run's counters."""
    rows = [
        {"run_id": run_id, "channel": channel, "name": name[:128], "value": value}
        for (channel, name), value in counts.items()
        if value
    ]
    if rows:
        connection.execute(_adding(insert_for(connection, run_counter)), rows)


def tick(connection: Connection, run_id: int, now: datetime, queue: int) -> None:
    """Add a point to the run's curve: what it has counted so far, and how many pages wait."""
    rows = connection.execute(
        sa.select(run_counter.c.name, sa.func.sum(run_counter.c.value))
        .where(run_counter.c.run_id == run_id)
        .group_by(run_counter.c.name)
    )
    sums = dict.fromkeys(("pages", "articles", "failures", "bytes"), 0)
    for name, value in rows:
        if curve := CURVES.get(name) or CURVES.get(name.partition("/")[0]):
            sums[curve] += int(value)
    row = {"run_id": run_id, "at": now, "queue": queue, **sums}
    connection.execute(insert_for(connection, run_tick).on_conflict_do_nothing(), row)


def sweep_start(connection: Connection, channels: Sequence[str], now: datetime) -> datetime:
    """When the crawl began that this run is part of: ``now``, or an interrupted one's start.

    Going on after an interruption, lists that were read since then need not be read again.
    """
    statement = (
        sa.select(run.c.channels, run.c.started_at, run.c.finish_reason)
        .where(run.c.started_at > now - SWEEP)
        .order_by(run.c.id.desc())
    )
    began = now
    for earlier, started_at, reason in connection.execute(statement):
        if not set(channels) <= set(earlier):
            continue
        if reason not in INTERRUPTED | {"stopped"}:
            break
        began = min(began, started_at)
    return began


def lost(connection: Connection, now: datetime) -> list[int]:
    """Ids of the runs that never said how they ended."""
    statement = sa.select(run.c.id).where(
        run.c.ended_at.is_(None), run.c.heartbeat_at < now - LOST_AFTER
    )
    return list(connection.scalars(statement.order_by(run.c.id)))


def _adding(insert: Upsert) -> sa.Insert:
    return insert.on_conflict_do_update(
        index_elements=["run_id", "channel", "name"],
        set_={"value": run_counter.c.value + insert.excluded.value},
    )
