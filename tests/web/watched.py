"""Alerts, open and closed, and a schedule with its history."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from crawler.store import tables
from tests.report.sample import NOW


def watch(connection: sa.Connection, lost: int) -> None:
    hours = timedelta(hours=1)
    alert = {"value": None, "threshold": None, "seen_at": NOW, "closed_at": None}
    connection.execute(
        sa.insert(tables.alert),
        [
            alert
            | {
                "rule": "run_lost",
                "subject": f"run {lost}",
                "opened_at": NOW - 6 * hours,
                "message": "killed after 11-20 03:30; the next crawl of xj goes on where it stopped",
            },
            alert
            | {
                "rule": "source_stale",
                "subject": "xj",
                "opened_at": NOW - 3 * hours,
                "value": 41.5,
                "threshold": 36.0,
                "message": "the newest article is of 11-18 16:00, 42 hours ago",
            },
            alert
            | {
                "rule": "requests_refused",
                "subject": "bj",
                "opened_at": NOW - 30 * hours,
                "closed_at": NOW - 20 * hours,
                "message": "12 of 300 responses were 403 or 429; raise the delay, and see whether the "
                "site still wants to be crawled",
                "value": 0.04,
                "threshold": 0.02,
            },
        ],
    )
    schedule_id = connection.execute(
        sa.insert(tables.schedule).returning(tables.schedule.c.id),
        {
            "name": "morning",
            "channels": ["sd", "bj"],
            "cron": "30 6 * * *",
            "jitter_seconds": 300,
            "max_seconds": 7200,
            "options": {},
            "enabled": True,
            "created_at": NOW - 100 * hours,
            "settled_until": NOW - 3 * hours,
        },
    ).scalar_one()
    planned = {"schedule_id": schedule_id, "missed": 0, "run_id": None, "detail": None}
    connection.execute(
        sa.insert(tables.schedule_run),
        [
            planned
            | {
                "planned_at": NOW - 51 * hours,
                "started_at": NOW - 51 * hours,
                "ended_at": NOW - 50 * hours,
                "outcome": "done",
                "exit_code": 0,
            },
            planned
            | {
                "planned_at": NOW - 27 * hours,
                "started_at": None,
                "ended_at": None,
                "outcome": "overlap",
                "exit_code": None,
                "detail": "the run before was still going on",
            },
        ],
    )
