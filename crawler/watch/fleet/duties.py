"""What the workers of a fleet do together, whichever of them comes to it first.

Schedules are deferred by a periodic task of procrastinate, which one worker does each minute; what
people ask for on the dashboard is looked for every few seconds by every worker. Taking and putting
into the queue are one transaction: a worker that dies in between has done nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime

import sqlalchemy as sa

from crawler.store import requests
from crawler.store.engine import Store
from crawler.store.tables import request, schedule_run
from crawler.watch.fleet import sweeps
from crawler.watch.schedule import asked, history, schedules
from crawler.watch.schedule.history import BY_WORKERS

logger = logging.getLogger(__name__)


def defer_due(store: Store, now: datetime) -> int:
    """Put the sweeps of every schedule that is due into the queue; how many there were."""
    with store.reading.connect() as connection:
        due = [
            (one, due) for one in schedules.load(connection) if (due := one.due(now)) is not None
        ]
    deferred = 0
    for one, planned in due:
        with store.writing.begin() as connection:
            row_id = history.claim(connection, one, planned, now)
            if row_id is None:
                continue
            history.note(connection, row_id, BY_WORKERS)
            found = sweeps.of_channels(
                connection,
                one.channels,
                options=one.options,
                ends_at=now + one.max_duration,
                schedule_run=row_id,
            )
            deferred += len(sweeps.defer(connection, found))
        logger.info("deferred schedule=%s planned=%s", one.name, planned.planned_at)
    return deferred


def defer_asked(store: Store, now: datetime) -> int:
    """Say that a worker is there, and put what people asked for into the queue."""
    with store.writing.begin() as connection:
        requests.attend(connection, "worker", now)
    deferred = 0
    while _defer_one(store, now):
        deferred += 1
    return deferred


def settle(store: Store, now: datetime) -> None:
    """Say what became of planned times and requests whose last job has ended."""
    with store.writing.begin() as connection:
        for row_id, (going_on, failed) in sweeps.unsettled(connection, "schedule_run").items():
            if not going_on and _is_open(connection, row_id):
                detail = f"{failed} hosts failed: renmin jobs --failed" if failed else None
                outcome = "failed" if failed else "done"
                history.settle(connection, row_id, now, outcome=outcome, detail=detail)
        for row_id, (going_on, failed) in sweeps.unsettled(connection, "request").items():
            query = sa.select(request.c.id).where(
                request.c.id == row_id, request.c.ended_at.is_(None)
            )
            if not going_on and connection.scalar(query) is not None:
                requests.settle(connection, row_id, now, "failed" if failed else "done")


def leave(store: Store) -> None:
    """Say that this worker is there no more."""
    with store.writing.begin() as connection:
        requests.leave(connection)


def _defer_one(store: Store, now: datetime) -> bool:
    with store.writing.begin() as connection:
        wanted = requests.take(connection, requests.RUN, now)
        if wanted is None:
            return False
        found = sweeps.of_channels(
            connection, wanted.channels, ends_at=now + asked.LONGEST, request=wanted.id
        )
        if not sweeps.defer(connection, found):
            requests.settle(connection, wanted.id, now, "done", "every channel rests")
    return True


def _is_open(connection: sa.Connection, row_id: int) -> bool:
    query = sa.select(schedule_run.c.id).where(
        schedule_run.c.id == row_id, schedule_run.c.outcome == "running"
    )
    return connection.scalar(query) is not None
