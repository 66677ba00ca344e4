"""What a crawl says when it has ended: a few lines that a person can take in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from crawler.crawl.session import CrawlSession
from crawler.report.table import counted
from crawler.store import hosts
from crawler.store.tables import run, run_counter

Totals = Counter[str]


def summary_of(session: CrawlSession) -> str:
    """Sum up the run of ``session``: what came in, what failed, and which channels gave nothing."""
    with session.store.reading.connect() as connection:
        row = connection.execute(sa.select(run).where(run.c.id == session.run_id)).one()
        by_channel: dict[str, Totals] = defaultdict(Counter)
        for counter in connection.execute(
            sa.select(run_counter).where(run_counter.c.run_id == session.run_id)
        ):
            by_channel[counter.channel][counter.name] = counter.value
        closed = hosts.closed(connection, session.all_hosts)
    session.store.close()
    totals: Totals = Counter()
    for counts in by_channel.values():
        totals.update(counts)
    lines = [f"run {row.id} {row.finish_reason or 'lost'}: {_came_in(totals)}"]
    if reasons := _named(totals, "failure"):
        lines.append(f"  failures: {reasons}")
    lines += [f"  {detail}" for _, _, detail in closed]
    lines += [
        f"  {host}: asks to be left alone until {until:%Y-%m-%d %H:%M}"
        for host, until in sorted(session.resting.items())
    ]
    if row.finish_reason in ("shutdown", "stopped"):
        lines.append("  stopped; what was fetched is stored. The same command goes on from here")
    if said := session.outcome.advice(row.finish_reason or ""):
        lines.append(f"  {said}")
    lines += _silent(session.plan.channels, by_channel)
    return "\n".join(lines)


def _came_in(totals: Totals) -> str:
    return (
        f"{counted(_sum(totals, 'page'), 'page')}, {counted(totals['article/new'], 'new article')}, "
        f"{totals['article/changed']:,} changed, {counted(totals['article/duplicate'], 'duplicate')}, "
        f"{totals['article/repaired']} repaired, {_sum(totals, 'failure')} failed"
    )


def _silent(channels: tuple[str, ...], by_channel: Mapping[str, Totals]) -> Iterator[str]:
    """Channels of which not one page could be fetched; that is told, and is no error."""
    for channel in channels:
        counts = by_channel.get(channel, Counter())
        if _sum(counts, "failure") and not _sum(counts, "page"):
            yield f"  {channel}: no page could be fetched ({_named(counts, 'failure')})"


def _sum(counts: Totals, noun: str) -> int:
    return sum(value for name, value in counts.items() if name.startswith(f"{noun}/"))


def _named(counts: Totals, noun: str) -> str:
    """The commonest counters of a noun: ``http_404 5, timeout 1``."""
    found = Counter(
        {
            name.partition("/")[2]: value
            for name, value in counts.items()
            if name.startswith(f"{noun}/")
        }
    )
    return ", ".join(f"{reason} {number}" for reason, number in found.most_common(8))
