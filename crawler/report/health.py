"""Text health: which mis-encodings came in, when, from where, and in which page design."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from crawler.report import counters, stats
from crawler.report.counters import Scope, last_days
from crawler.report.table import Row, Table, table

TEXT = ("damage/", "article/new", "article/changed", "article/repaired", "doubt/count", "text/fffd")


def over_time(
    connection: Connection, now: datetime, days: int = 30, channel: str | None = None
) -> Table:
    """For each day, articles stored and how many of them showed each kind; newest first.

    The kinds are columns, most frequent first: ``notes["kinds"]``.
    """
    scope = Scope(names=TEXT, channel=channel)
    found = counters.daily(connection, scope, last_days(now, days))
    sums: dict[str, int] = {}
    for counts in found.values():
        for kind, value in counters.under(counts, "damage/").items():
            sums[kind] = sums.get(kind, 0) + value
    kinds = sorted(sums, key=lambda kind: (-sums[kind], kind))
    rows: list[Row] = []
    for day, counts in found.items():
        row: Row = {
            "day": day,
            "articles": counts["article/new"] + counts["article/changed"],
            "repaired": counts["article/repaired"],
            "doubts": counts["doubt/count"],
            "fffd": counts["text/fffd"],
        }
        rows.append(row | {kind: counts[f"damage/{kind}"] for kind in kinds})
    columns = ("day", "articles", "repaired", "doubts", "fffd", *kinds)
    return Table(columns, rows[::-1], len(rows), {"kinds": kinds})


def kinds(found: Table) -> Table:
    """Articles held that show each kind of mis-encoding, from :func:`held.damage`."""
    sums: dict[str, int] = {}
    for row in found.rows:
        sums[row["kind"]] = sums.get(row["kind"], 0) + row["articles"]
    rows = [{"kind": kind, "articles": count} for kind, count in sums.items()]
    rows.sort(key=lambda row: (-sums[str(row["kind"])], str(row["kind"])))
    return table("kind articles", list(rows))


def by(connection: Connection, part: str, channel: str | None = None) -> Table:
    """Articles held by ``channel`` or ``design``, largest share of damaged ones first."""
    found = stats.held_by(part, stats.held_counts(connection), channel)
    found.rows.sort(key=lambda row: (-row["share"], -row["articles"], row[part]))
    return found


def charsets(
    connection: Connection, now: datetime, days: int = 30, channel: str | None = None
) -> Table:
    """Which charsets were decided in the last ``days`` days, and how often against the page."""
    scope = Scope(names=("charset/",), since=now - timedelta(days=days), channel=channel)
    found = counters.sums(connection, ("name",), scope)
    rows = [{"charset": name.removeprefix("charset/"), "pages": value} for name, value in found]
    rows.sort(key=lambda row: (-row["pages"], row["charset"]))
    return table("charset pages", rows)
