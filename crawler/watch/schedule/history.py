"""What became of planned times: ``schedule_run`` holds one row for each that was settled.

===========  ===================================================================
running      its crawl is going on
interrupted  the runner was told to end in the middle: the next one goes on with it
done         the crawl ended with exit code 0
failed       it ended otherwise, or could not be started
timeout      it took longer than the schedule allows and was stopped
overlap      it was not started, since the one before, or another crawl, was going on
lost         the runner died, and the crawl with it: nobody saw the end
===========  ===================================================================

The functions run inside the caller's transaction.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.crawl.run import PASSING
from crawler.store import runs
from crawler.store.tables import run, schedule, schedule_run
from crawler.watch.schedule.planning import Due
from crawler.watch.schedule.schedules import Schedule

# A run that could not reach the site is made up for so much later, and later, and later.
TRY_AGAIN = (timedelta(minutes=10), timedelta(minutes=30), timedelta(minutes=60))
# Several machines: so long another runner may need to settle what it started.
RUNNER_GRACE = timedelta(minutes=10)
# A crawl that was started has entered its run by then.
SOON = timedelta(seconds=60)

INTERRUPTED_DETAIL = "its runner was told to end; the next one goes on with it"

# Of a planned time whose hosts are jobs of the workers, which settle it themselves.
BY_WORKERS = "its hosts are swept by the workers: renmin jobs"

HasProcess = Callable[[int], bool]


def claim(connection: Connection, one: Schedule, due: Due, now: datetime) -> int | None:
    """Take a due run, so that no other process takes it.

    Returns:
        The row of the run that may start; ``None`` if somebody else has settled this planned
        time, or if the schedule's last run is still going on: then an overlap is recorded.
    """
    # FOR UPDATE on PostgreSQL; on SQLite the transaction holds the write lock already.
    statement = sa.select(schedule.c.settled_until, schedule.c.enabled).where(
        schedule.c.id == one.id
    )
    kept = connection.execute(statement.with_for_update()).first()
    if kept is None or not kept.enabled or kept.settled_until >= due.planned_at:
        return None
    if going_on(connection, one.id):
        refuse(connection, one, due, now, "the run before was still going on")
        return None
    return _enter(connection, one, due, {"outcome": "running", "started_at": now})


def interrupted(connection: Connection) -> list[tuple[int, Due, int]]:
    """Runs whose runner was told to end, the oldest first: schedule, what was due, and row.

    One after which another planned time of its schedule was run has nothing left to do.
    """
    c, later = schedule_run.c, schedule_run.alias().c
    newer = sa.exists().where(later.schedule_id == c.schedule_id, later.planned_at > c.planned_at)
    query = sa.select(c.schedule_id, c.planned_at, c.missed, c.id).order_by(c.ended_at, c.id)
    rows = connection.execute(query.where(c.outcome == "interrupted", ~newer))
    return [(row.schedule_id, Due(row.planned_at, row.missed), row.id) for row in rows]


def take_up(connection: Connection, row_id: int) -> bool:
    """Go on with an interrupted run; false if another runner was quicker."""
    c = schedule_run.c
    taken = connection.execute(
        sa.update(schedule_run)
        .where(c.id == row_id, c.outcome == "interrupted")
        .values(outcome="running", ended_at=None, exit_code=None, detail=None)
    )
    return taken.rowcount > 0


def run_of(connection: Connection, row_id: int) -> int | None:
    """The run of a planned time; ``None`` if it has entered none."""
    query = sa.select(schedule_run.c.run_id).where(schedule_run.c.id == row_id)
    found: int | None = connection.scalar(query)
    return found


def refuse(connection: Connection, one: Schedule, due: Due, now: datetime, why: str) -> None:
    """Record that a planned time came while another crawl was going on."""
    _enter(connection, one, due, {"outcome": "overlap", "ended_at": now, "detail": why})


def try_again(connection: Connection, one: Schedule, now: datetime) -> Due | None:
    """The next try after a run that could not reach the site, or read none of its lists.

    Planned times of a schedule are full minutes; that of another try never is, which tells them
    apart.

    Returns:
        What has to run now; ``None`` if nothing, also after the third try.
    """
    statement = (
        sa.select(schedule_run.c.planned_at, schedule_run.c.ended_at, run.c.finish_reason)
        .select_from(schedule_run.outerjoin(run, schedule_run.c.run_id == run.c.id))
        .where(schedule_run.c.schedule_id == one.id, schedule_run.c.outcome != "overlap")
        .order_by(schedule_run.c.planned_at.desc())
        .limit(len(TRY_AGAIN) + 1)
    )
    rows = connection.execute(statement).all()
    tries = next((n for n, row in enumerate(rows) if row.planned_at.second == 0), len(rows))
    if not one.enabled or not rows or tries >= len(TRY_AGAIN):
        return None
    if rows[0].ended_at is None or rows[0].finish_reason not in PASSING:
        return None
    at = (rows[0].ended_at + TRY_AGAIN[tries]).replace(microsecond=0)
    at += timedelta(seconds=at.second == 0)
    return Due(at, 0) if at <= now else None


def passing(connection: Connection, row_id: int) -> str | None:
    """The finish reason of a run that will be tried again soon; ``None`` for any other."""
    reason = connection.scalar(
        sa.select(run.c.finish_reason)
        .join(schedule_run, schedule_run.c.run_id == run.c.id)
        .where(schedule_run.c.id == row_id)
    )
    return reason if reason in PASSING else None


def going_on(connection: Connection, schedule_id: int) -> bool:
    """Whether a run of this schedule has not ended yet."""
    statement = sa.select(schedule_run.c.id).where(
        schedule_run.c.schedule_id == schedule_id, schedule_run.c.outcome == "running"
    )
    return connection.execute(statement).first() is not None


def latest(connection: Connection, schedule_id: int, count: int) -> list[dict[str, Any]]:
    """The last ``count`` planned times that were settled, the latest first."""
    names = "planned_at outcome started_at ended_at exit_code missed run_id detail"
    statement = (
        sa.select(*(schedule_run.c[name] for name in names.split()))
        .where(schedule_run.c.schedule_id == schedule_id)
        .order_by(schedule_run.c.planned_at.desc())
        .limit(count)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def settle(connection: Connection, row_id: int, now: datetime, **values: Any) -> None:
    """Say how a run ended: ``outcome``, ``exit_code``, ``detail``."""
    connection.execute(
        sa.update(schedule_run).where(schedule_run.c.id == row_id).values(ended_at=now, **values)
    )


def note(connection: Connection, row_id: int, detail: str) -> None:
    """Say more of a run that goes on."""
    connection.execute(
        sa.update(schedule_run).where(schedule_run.c.id == row_id).values(detail=detail)
    )


def link(connection: Connection, row_id: int, pid: int) -> bool:
    """Find the run that process ``pid`` entered, and note it.

    Returns:
        False if it has not entered any yet.
    """
    started_at: datetime = connection.execute(
        sa.select(schedule_run.c.started_at).where(schedule_run.c.id == row_id)
    ).scalar_one()
    run_id = runs.of_process(connection, pid, started_at)
    if run_id is None:
        return False
    connection.execute(
        sa.update(schedule_run).where(schedule_run.c.id == row_id).values(run_id=run_id)
    )
    return True


def settle_abandoned(
    connection: Connection, now: datetime, *, alone: bool, has_process: HasProcess
) -> int:
    """Settle the runs whose runner died.

    A crawl may outlive its runner: then it goes on, and is settled when it has ended.

    Args:
        connection: Of a writing transaction.
        now: The time of asking.
        alone: No other runner can be alive (we hold the lock of a SQLite file).
        has_process: Whether this machine has a process of that number.

    Returns:
        How many were settled.
    """
    # Elsewhere a runner may be alive, which knows its own crawl by its process.
    _find_their_runs(connection, now if alone else now - RUNNER_GRACE)
    statement = (
        sa.select(schedule_run.c.id, schedule_run.c.started_at, schedule_run.c.run_id)
        .add_columns(*(run.c[name] for name in ("ended_at", "exit_code", "finish_reason")))
        .add_columns(run.c.machine, run.c.pid, run.c.heartbeat_at)
        .select_from(schedule_run.outerjoin(run, schedule_run.c.run_id == run.c.id))
        .where(schedule_run.c.outcome == "running")
        .where(schedule_run.c.detail.is_distinct_from(BY_WORKERS))
    )
    settled = 0
    for row in connection.execute(statement).all():
        values = _fate(row, now, has_process)
        last_seen = max(filter(None, (row.started_at, row.ended_at)))
        if values is None or now < last_seen + _grace(row, alone=alone):
            continue
        ended_at = row.ended_at or row.heartbeat_at or now
        settle(connection, row.id, ended_at, **values)
        settled += 1
    return settled


def _grace(row: Any, *, alone: bool) -> timedelta:
    """How long after its start or end a run is left to its runner, which may be alive."""
    if alone:
        return SOON if row.run_id is None else timedelta(0)
    if row.run_id is None or row.ended_at is not None:
        return RUNNER_GRACE
    return timedelta(0)


def _find_their_runs(connection: Connection, before: datetime) -> None:
    """Enter the run of a crawl whose runner was killed before it could note the number.

    It is the first that this machine began soon after, and that belongs to no planned time.
    """
    waiting = sa.select(schedule_run.c.id, schedule_run.c.started_at).where(
        schedule_run.c.outcome == "running",
        schedule_run.c.run_id.is_(None),
        schedule_run.c.started_at <= before,
        schedule_run.c.detail.is_distinct_from(BY_WORKERS),
    )
    known = sa.select(schedule_run.c.run_id).where(schedule_run.c.run_id.is_not(None))
    for row_id, began in connection.execute(waiting.order_by(schedule_run.c.started_at)).all():
        soon = (run.c.started_at >= began - runs.ENTRY_SLACK, run.c.started_at < began + SOON)
        mine = run.c.machine == platform.node()
        first = sa.select(run.c.id).where(mine, *soon, run.c.id.not_in(known)).order_by(run.c.id)
        if (run_id := connection.scalar(first.limit(1))) is not None:
            here = schedule_run.c.id == row_id
            connection.execute(sa.update(schedule_run).where(here).values(run_id=run_id))


def _fate(row: Any, now: datetime, has_process: HasProcess) -> dict[str, Any] | None:
    """How an abandoned run ended; ``None`` while it goes on."""
    if row.run_id is None:
        return {"outcome": "lost", "detail": "its runner was killed before the crawl began"}
    if row.ended_at is not None:
        if row.finish_reason == runs.SHUTDOWN:
            return {
                "outcome": "interrupted",
                "exit_code": row.exit_code,
                "detail": INTERRUPTED_DETAIL,
            }
        detail = "its runner was killed; the crawl ended by itself"
        if row.finish_reason:
            detail += f": {row.finish_reason}"
        outcome = "done" if row.exit_code == 0 else "failed"
        return {"outcome": outcome, "exit_code": row.exit_code, "detail": detail}
    here = row.machine == platform.node()
    beating = row.heartbeat_at >= now - runs.LOST_AFTER
    if beating and (not here or has_process(row.pid)):
        return None
    return {"outcome": "lost", "detail": "its runner was killed, and the crawl with it"}


def _enter(connection: Connection, one: Schedule, due: Due, values: dict[str, Any]) -> int:
    row = {
        "schedule_id": one.id,
        "planned_at": due.planned_at,
        "missed": due.missed,
        **values,
    }
    connection.execute(
        sa.update(schedule).where(schedule.c.id == one.id).values(settled_until=due.planned_at)
    )
    insert = sa.insert(schedule_run).returning(schedule_run.c.id)
    row_id: int = connection.execute(insert, row).scalar_one()
    return row_id
