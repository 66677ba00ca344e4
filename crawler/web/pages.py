"""The pages: each asks its questions, and a template shows the answers."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.report import channels, runs, watch
from crawler.store import requests
from crawler.web import bodies, query
from crawler.web.rendering import render
from crawler.web.tables import Look, looking

HITS = 20


def _show(request: Request, look: Look, template: str, *names: str, **more: Any) -> Response:
    """Fill ``template`` with the named tables and with ``more``."""
    tables = {name: look.table(name) for name in names}
    return render(request, template, ask=look.ask, tables=tables, **more)


def today(request: Request) -> Response:
    """Is every channel alive, is anything garbled, how much came in."""
    with looking(request) as look:
        newest = runs.newest(look.connection)
        last = runs.find(look.connection, newest, look.now) if newest else None
        alerts = watch.alerts(look.connection, open_only=True, limit=12)
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
        return _show(request, look, "run.html", "run-counters", "run-curve", **progress(look))


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
        digests = bodies.digests(request.app.state.settings.archive, urls)
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


def alerts(request: Request) -> Response:
    """What is wrong now, and what was."""
    with looking(request) as look:
        return _show(request, look, "alerts.html", "alerts")


def schedule(request: Request) -> Response:
    """What is crawled when, and what became of it."""
    with looking(request) as look:
        return _show(request, look, "schedule.html", "schedule", "schedule-history")
