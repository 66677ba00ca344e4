"""What programs read: tables as CSV and JSON, figures for Prometheus, a run by server-sent events.

A run that is followed lives in another process, so the server looks at its tables every second and
sends what changed. The number of those who watch is bounded; the stream ends with the run.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from crawler.dataset.formats import defused
from crawler.errors import StoreError
from crawler.report.table import Table
from crawler.watch import metrics as prometheus
from crawler.web import query
from crawler.web.pages import progress
from crawler.web.rendering import render
from crawler.web.tables import ANSWERS, looking


def as_csv(request: Request) -> Response:
    """A table for a spreadsheet."""
    name, found = _answer(request)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(write_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


def as_json(request: Request) -> Response:
    """A table for a program: ``{"total", "rows"}``."""
    _, found = _answer(request)
    body = orjson.dumps(
        {"total": found.total, "columns": found.columns, "rows": found.rows}, default=str
    )
    return Response(body, media_type="application/json")


def metrics(request: Request) -> Response:
    """The figures in Prometheus' text format."""
    with request.app.state.reader.connect() as connection:
        text = prometheus.exposition(connection, request.app.state.settings.clock())
    return Response(text, headers={"content-type": prometheus.CONTENT_TYPE})


def healthz(request: Request) -> Response:
    """Whether the database answers: 200 and how things stand, or 503."""
    try:
        with request.app.state.reader.connect() as connection:
            facts = prometheus.health(connection, request.app.state.settings.clock())
            return Response(orjson.dumps(facts), media_type="application/json")
    except StoreError:
        # Seen without a token, so it does not say where the database is.
        return PlainTextResponse("the database does not answer\n", 503)


def write_csv(found: Table) -> str:
    """The rows with a line of names; cells that could be taken for formulas are defused."""
    out = io.StringIO()
    # Excel reads UTF-8 only behind a byte order mark.
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([defused(column) for column in found.columns])
    writer.writerows([[cell(row.get(column)) for column in found.columns] for row in found.rows])
    return out.getvalue()


def cell(value: Any) -> str | int | float:
    """A value as a cell: numbers as they are, times in ISO 8601, lists parted by blanks."""
    match value:
        case None:
            return ""
        case bool() | int() | float():
            return value
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            value = " ".join(map(str, value))
        case dict():
            value = orjson.dumps(value).decode()
    return defused(str(value))


def _answer(request: Request) -> tuple[str, Table]:
    name = request.path_params["name"]
    if name not in ANSWERS:
        raise HTTPException(404, f"no table {name}; there are: {', '.join(ANSWERS)}")
    with looking(request, query.read(request, query.FILE_SIZE, query.LARGEST_FILE)) as look:
        return name, look.table(name)


SECONDS = 1.5
# What the browser replaces: elements by their id.
PARTS = {"run-head": "run_head.html", "run-body": "run_body.html"}
MOST_WATCHERS = 16
# A browser that has slept asks again by itself after so many milliseconds.
RETRY_MS = 3000


async def watch(request: Request) -> Response:
    """Send the moving part of a run's page whenever it changed."""
    state = request.app.state
    if state.watchers >= MOST_WATCHERS:
        return PlainTextResponse(
            "too many are watching; reload later\n", 503, {"retry-after": "30"}
        )
    first = await run_in_threadpool(_look, request)
    return StreamingResponse(_events(request, first), media_type="text/event-stream")


async def _events(request: Request, look: dict[str, Any]) -> AsyncIterator[bytes]:
    state = request.app.state
    state.watchers += 1
    try:
        yield b"retry: %d\n\n" % RETRY_MS
        sent = b""
        while True:
            body = orjson.dumps(look)
            if body != sent:
                yield b"event: progress\ndata: " + body + b"\n\n"
                sent = body
            if look["state"] != "running":
                yield b"event: end\ndata: {}\n\n"
                return
            await asyncio.sleep(SECONDS)
            # A comment, so that a browser which has gone is noticed.
            yield b": alive\n\n"
            look = await run_in_threadpool(_look, request)
    except (StoreError, HTTPException):
        yield b"event: end\ndata: {}\n\n"
    finally:
        state.watchers -= 1


def _look(request: Request) -> dict[str, Any]:
    with looking(request) as look:
        found = progress(look)
        curve = look.table("run-curve").rows
    parts = {
        part: bytes(render(request, template, ask=look.ask, **found).body).decode()
        for part, template in PARTS.items()
    }
    return {
        "state": found["run"]["state"],
        "parts": parts,
        "curve": [{**row, "at": row["at"].isoformat()} for row in curve],
    }
