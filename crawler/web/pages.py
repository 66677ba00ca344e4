"""The pages: each asks its questions, and a template shows the answers."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.crawl import run_log
from crawler.report import channels, runs, watch
from crawler.report.table import Row
from crawler.store import requests
from crawler.store.selection import UNDATED
from crawler.web import article_page, query
from crawler.web.rendering import render
from crawler.web.tables import Look, looking

HITS = 20
# With more, the page of coverage shows years first.
MOST_MONTHS = 36


def _show(request: Request, look: Look, template: str, *names: str, **more: Any) -> Response:
    """Fill ``template`` with the named tables and with ``more``."""
    tables = {name: look.table(name) for name in names}
    return render(request, template, ask=look.ask, tables=tables, **more)


def today(request: Request) -> Response:
    """Is every channel alive, is anything garbled, how much came in."""
    with looking(request) as look:
        newest = runs.newest(look.connection)
        last = runs.find(look.connection, newest, look.now) if newest else None
        alerts = watch.alerts(look.connection, state="open", slice_=(12, 0))
        return _show(request, look, "today.html", "today", "days", last=last, alerts=alerts)


def channel(request: Request) -> Response:
    """One channel over the last weeks."""
    with looking(request) as look:
        about = channels.one(look.connection, look.ask.channel, look.now)
        if about["region"] is None and not about["articles"] and about["run"] is None:
            raise HTTPException(404)
        names = ("days", "text-designs", "text-kinds", "reasons", "lists", "alerts", "articles")
        return _show(request, look, "channel.html", *names, about=about)


def all_runs(request: Request) -> Response:
    """Every run, newest first."""
    with looking(request) as look:
        return _show(request, look, "runs.html", "runs")


def run(request: Request) -> Response:
    """One run; it moves while the run does."""
    with looking(request) as look:
        found = progress(look)
        log = run_log.tail(request.app.state.settings.archive, look.ask.run)
        is_here = found["run"]["machine"] == platform.node()
        return _show(
            request,
            look,
            "run.html",
            "run-counters",
            "run-curve",
            **found,
            log=log,
            is_here=is_here,
        )


def progress(look: Look) -> dict[str, Any]:
    """The part of a run's page that moves.

    Raises:
        HTTPException: There is no such run.
    """
    found = runs.find(look.connection, look.ask.run, look.now)
    if found is None:
        raise HTTPException(404)
    speed, queue = runs.speed(look.connection, look.ask.run)
    by_channel = look.table("run-channels")
    return {
        "run": found,
        "speed": speed,
        "queue": queue,
        "by_channel": by_channel,
        "slowest": runs.slowest(by_channel.rows),
        "reasons": runs.reasons(look.connection, look.ask.run),
        "latest": look.table("run-articles"),
    }


def all_articles(request: Request) -> Response:
    """Articles, the last published first."""
    with looking(request) as look:
        return _show(request, look, "articles.html", "articles")


def text_health(request: Request) -> Response:
    """Mis-encodings over time, by kind, host and page design."""
    with looking(request) as look:
        names = ("text-days", "text-kinds", "text-hosts", "text-designs", "charsets")
        return _show(request, look, "text.html", *names)


def search(request: Request) -> Response:
    """Articles that hold all words of a query."""
    with looking(request, query.read(request, HITS)) as look:
        return _show(request, look, "search.html", "search")


def failures(request: Request) -> Response:
    """Pages that gave nothing, by reason; each with its raw bytes if some came."""
    with looking(request) as look:
        found = look.table("failures")
        urls = [row["url"] for row in found.rows]
        tables = {"failures": found, "reasons": look.table("reasons")}
        digests = article_page.digests(request.app.state.settings.archive, urls)
        return render(request, "failures.html", ask=look.ask, tables=tables, bodies=digests)


def queue(request: Request) -> Response:
    """What waits where, what is asked for, and who is there to do it."""
    with looking(request) as look:
        going = runs.going_on(look.connection, look.now)
        present = requests.attending(look.connection, look.now)
        names = ("queue-pages",) if look.ask.waits or look.ask.channel else ()
        return _show(
            request, look, "queue.html", "queue", "requests", *names, going=going, present=present
        )


def coverage(request: Request) -> Response:
    """How many articles of each month are held, and where there are gaps."""
    with looking(request) as look:
        found = look.table("coverage")
        months = sorted({row["month"] for row in found.rows})
        by_year = not look.ask.year and len(months) > MOST_MONTHS
        held = _held(found.rows, look.ask.year, 4 if by_year else 7)
        spans = sorted({span for cells in held.values() for span in cells})
        years = sorted({month[:4] for month in months if month[:4].isdigit()})
        return render(
            request,
            "coverage.html",
            ask=look.ask,
            spans=spans,
            held=held,
            years=years,
            by_year=by_year,
            most=max(
                (cell.articles for cells in held.values() for cell in cells.values()), default=0
            ),
        )


@dataclass(slots=True)
class Cell:
    """A channel in a month or year: how many articles, and how many months without any."""

    articles: int = 0
    gaps: int = 0


def _held(rows: Sequence[Row], year: int, length: int) -> dict[str, dict[str, Cell]]:
    """Cells by channel and span: the first ``length`` characters of a month are its span."""
    held: defaultdict[str, defaultdict[str, Cell]] = defaultdict(lambda: defaultdict(Cell))
    for row in rows:
        month = row["month"]
        if year and month[:4] != str(year):
            continue
        cell = held[row["channel"]][month if month == UNDATED else month[:length]]
        cell.articles += row["articles"]
        cell.gaps += not row["articles"]
    return {channel: dict(cells) for channel, cells in held.items()}


def lists(request: Request) -> Response:
    """List pages: which of them still lead to articles."""
    with looking(request) as look:
        found = look.table("lists")
        counts = Counter(row["state"] for row in found.rows)
        wanted = [row for row in found.rows if look.ask.list in ("", row["state"])]
        return render(request, "lists.html", ask=look.ask, found=found, rows=wanted, counts=counts)


def storage(request: Request) -> Response:
    """How large everything is, how fast it grows, and when a disk will be full."""
    with looking(request) as look:
        return _show(request, look, "storage.html", "storage", "disks", "storage-days")


def alerts(request: Request) -> Response:
    """What is wrong now, and what was."""
    with looking(request) as look:
        return _show(request, look, "alerts.html", "alerts")


def schedule(request: Request) -> Response:
    """What is crawled when, and what became of it."""
    with looking(request) as look:
        return _show(request, look, "schedule.html", "schedule", "schedule-history")
