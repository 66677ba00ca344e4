"""A run that is still going, by server-sent events.

The run lives in another process, so the server looks at its tables every second and sends what
changed. The number of those who watch is bounded; the stream ends with the run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from crawler.errors import StoreError
from crawler.web.pages import progress
from crawler.web.rendering import render
from crawler.web.tables import looking

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
