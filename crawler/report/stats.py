"""What ``renmin stats`` prints: per channel, what the runs of the last days did."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.report import counters, leases
from crawler.report.counters import Scope
from crawler.report.runs import per_minute, state
from crawler.report.table import Row, Table, table
from crawler.store.tables import run

FIGURES = "pages articles changed duplicates repaired misread failures bytes per_minute"


COUNTED = (*counters.wanted_names(), "template/")


def stats(connection: Connection, now: datetime, days: int = 7) -> Table:
    """Figures per channel, most failures a page first.

    ``by_design`` and ``by_reason`` are counts by name. ``notes`` hold the number of ``runs``,
    the same figures over all channels as ``everything``, and what the database holds now as ``held``.
    """
    since = now - timedelta(days=days)
    minutes, count = _minutes(connection, since, now)
    found = counters.grouped(connection, "channel", Scope(names=COUNTED, since=since))
    rows = [_row(channel, counts, minutes[channel]) for channel, counts in found.items()]
    rows.sort(key=lambda row: (-row["failures"] / max(1, row["pages"]), -row["pages"]))
    everything: defaultdict[str, int] = defaultdict(int)
    for counts in found.values():
        for name, value in counts.items():
            everything[name] += value
    return table(
        f"channel {FIGURES} by_design by_reason",
        rows,
        runs=count,
        days=days,
        everything=_row("", everything, minutes[""]),
        held=leases.total(leases.counts(connection)),
    )


def _row(channel: str, counts: counters.Counts, minutes: float) -> Row:
    figures = counters.figures(counts)
    return {
        "channel": channel,
        **figures,
        "per_minute": per_minute(figures["pages"], minutes * 60),
        "by_design": counters.under(counts, "template/"),
        "by_reason": counters.under(counts, "failure/"),
    }


def _minutes(
    connection: Connection, since: datetime, now: datetime
) -> tuple[defaultdict[str, float], int]:
    """How long the runs took that crawled each channel, under "" all of them; and their number."""
    minutes: defaultdict[str, float] = defaultdict(float)
    found = connection.execute(sa.select(run).where(run.c.started_at >= since)).mappings().all()
    for row in found:
        end = row["ended_at"] or (now if state(row, now) == "running" else row["heartbeat_at"])
        for channel in ("", *row["channels"]):
            minutes[channel] += (end - row["started_at"]).total_seconds() / 60
    return minutes, len(found)
