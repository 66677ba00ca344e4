"""Statistics: what the database holds, what the last days brought, and how healthy the texts are.

Each count of what is held is answered from one index: the dashboard's migration keeps small ones
for the few articles that something was done to, so that no question reads the texts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.report import counters
from crawler.report.counters import Scope, last_days
from crawler.report.runs import per_minute, state
from crawler.report.table import Row, Table, table
from crawler.store.tables import article, run

# Written as in the indexes, else they are not used.
KINDS: Mapping[str, str | None] = {
    "articles": None,
    "duplicates": "duplicate_of_id IS NOT NULL",
    "changed": "revision > 1",
    "repaired": "repairs <> '[]'",
    "damaged": "damage <> '[]'",
    "doubtful": "doubts <> '[]'",
}
HELD = " ".join(KINDS)


def held_counts(connection: Connection) -> dict[tuple[str, str], Counter[str]]:
    """The figures of :data:`KINDS` by (channel, page design)."""
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for kind, condition in KINDS.items():
        query = sa.select(article.c.channel, article.c.template, sa.func.count())
        if condition:
            query = query.where(sa.text(condition))
        query = query.group_by(article.c.channel, article.c.template)
        for channel, design, count in connection.execute(query):
            found[channel, design][kind] = count
    return found


def held_by(
    part: str, found: Mapping[tuple[str, str], Counter[str]], channel: str | None = None
) -> Table:
    """The figures by ``channel`` or by ``design``, most articles first.

    Args:
        part: The column to keep.
        found: From :func:`held_counts`.
        channel: Only of this channel.
    """
    index = ("channel", "design").index(part)
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for key, figures in found.items():
        if channel in (None, key[0]):
            sums[key[index]].update(figures)
    ordered = sorted(sums.items(), key=lambda item: (-item[1]["articles"], item[0]))
    rows: list[Row] = [{part: key} | held_figures(figures) for key, figures in ordered]
    return table(f"{part} {HELD} share", rows)


def held_figures(figures: Mapping[str, int]) -> Row:
    """Every figure of :data:`KINDS`, and the share of articles that are damaged, 0.0 to 1.0."""
    row: Row = {kind: figures.get(kind, 0) for kind in KINDS}
    row["share"] = row["damaged"] / row["articles"] if row["articles"] else 0.0
    return row


def held_total(found: Mapping[tuple[str, str], Counter[str]]) -> Row:
    """The figures of the whole database."""
    sums: Counter[str] = Counter()
    for figures in found.values():
        sums.update(figures)
    return held_figures(sums)


def newest_held(connection: Connection) -> dict[str, datetime]:
    """The latest date of publication by channel."""
    latest = sa.func.max(article.c.published_at, type_=article.c.published_at.type)
    query = sa.select(article.c.channel, latest).group_by(article.c.channel)
    return {channel: moment for channel, moment in connection.execute(query) if moment}


def held_damage(connection: Connection, channel: str | None = None) -> Table:
    """How many articles show each kind of mis-encoding, by kind, channel and page design."""
    c = article.c
    text = sa.cast(c.damage, sa.Text).label("kinds")
    query = sa.select(text, c.channel, c.template, sa.func.count()).where(sa.text("damage <> '[]'"))
    if channel:
        query = query.where(c.channel == channel)
    query = query.group_by(text, c.channel, c.template)
    sums: Counter[tuple[str, str, str]] = Counter()
    for kinds, where, design, count in connection.execute(query):
        for kind in orjson.loads(kinds):
            sums[kind, where, design] += count
    rows = [
        {"kind": kind, "channel": where, "design": design, "articles": count}
        for (kind, where, design), count in sorted(sums.items(), key=lambda i: (-i[1], i[0]))
    ]
    return table("kind channel design articles", rows)


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
        held=held_total(held_counts(connection)),
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


TEXT = ("damage/", "article/new", "article/changed", "article/repaired", "doubt/count", "text/fffd")


def health_over_time(
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
    damage_kinds = sorted(sums, key=lambda kind: (-sums[kind], kind))
    rows: list[Row] = []
    for day, counts in found.items():
        row: Row = {
            "day": day,
            "articles": counts["article/new"] + counts["article/changed"],
            "repaired": counts["article/repaired"],
            "doubts": counts["doubt/count"],
            "fffd": counts["text/fffd"],
        }
        rows.append(row | {kind: counts[f"damage/{kind}"] for kind in damage_kinds})
    columns = ("day", "articles", "repaired", "doubts", "fffd", *damage_kinds)
    return Table(columns, rows[::-1], len(rows), {"kinds": damage_kinds})


def damage_kinds(found: Table) -> Table:
    """Articles held that show each kind of mis-encoding, from :func:`held.damage`."""
    sums: dict[str, int] = {}
    for row in found.rows:
        sums[row["kind"]] = sums.get(row["kind"], 0) + row["articles"]
    rows = [{"kind": kind, "articles": count} for kind, count in sums.items()]
    rows.sort(key=lambda row: (-sums[str(row["kind"])], str(row["kind"])))
    return table("kind articles", list(rows))


def health_by(connection: Connection, part: str, channel: str | None = None) -> Table:
    """Articles held by ``channel`` or ``design``, largest share of damaged ones first."""
    found = held_by(part, held_counts(connection), channel)
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
