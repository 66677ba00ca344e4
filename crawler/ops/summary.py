"""What a crawl says when it has ended: a few lines that a person can take in."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from crawler.ops.session import CrawlSession
from crawler.store import hosts
from crawler.store.tables import run, run_counter


def summary_of(session: CrawlSession) -> str:
    """Sum up the run of ``session``: what came in, and what stands out."""
    store = session.store
    with store.reading.connect() as connection:
        row = connection.execute(sa.select(run).where(run.c.id == session.run_id)).one()
        counters = connection.execute(
            sa.select(run_counter).where(run_counter.c.run_id == session.run_id)
        ).all()
        closed = hosts.closed(connection, session.hosts)
    store.close()
    totals: Counter[str] = Counter()
    for counter in counters:
        totals[counter.name] += counter.value
    lines = [_headline(row, totals), *_failures(totals)]
    lines += [f"  {detail}" for _, _, detail in closed]
    return "\n".join(lines)


def _headline(row: sa.Row[tuple[object, ...]], totals: Counter[str]) -> str:
    pages = sum(value for name, value in totals.items() if name.startswith("page/"))
    failed = sum(value for name, value in totals.items() if name.startswith("failure/"))
    return (
        f"run {row.id} {row.finish_reason or 'lost'}: {pages} pages, "
        f"{totals['article/new']} new articles, {totals['article/changed']} changed, "
        f"{totals['article/duplicate']} duplicates, {totals['article/repaired']} repaired, "
        f"{failed} failed"
    )


def _failures(totals: Counter[str]) -> list[str]:
    reasons = {
        name.partition("/")[2]: value
        for name, value in totals.items()
        if name.startswith("failure/")
    }
    if not reasons:
        return []
    named = ", ".join(f"{reason} {n}" for reason, n in Counter(reasons).most_common(8))
    return [f"  failures: {named}"]
