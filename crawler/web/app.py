"""The application: which address shows what, what is shown when that fails, and how it is served."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from crawler.errors import ConfigError, StoreError
from crawler.site import channels
from crawler.store.engine import Reader
from crawler.store.open import BEGIN_HINT
from crawler.watch.alerts import configuration as alerts
from crawler.watch.alerts.configuration import RuleSettings
from crawler.web import actions, article_page, feeds, pages
from crawler.web.guard import HEADERS, DashboardSettings, Guard, checked_settings
from crawler.web.query import Ask
from crawler.web.rendering import environment, render

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"


class _Static(StaticFiles):
    """Our own files; a browser may keep them for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "max-age=3600"
        return response


def not_served(request: Request, error: Exception) -> Response:
    """A page that is not there, or a form that did not come from us."""
    assert isinstance(error, HTTPException)
    plain = error.status_code == 400 or request.url.path.startswith(("/data/", "/raw/", "/static/"))
    if plain:
        return PlainTextResponse(f"{error.detail}\n", error.status_code)
    return render(
        request,
        "error.html",
        error.status_code,
        ask=Ask(),
        code=error.status_code,
        read_only=error.detail == "read-only",
    )


def unavailable(request: Request, error: Exception) -> Response:
    """The database is missing, locked, empty or of another version: say so, and what to do."""
    if request.url.path.startswith(("/data/", "/metrics")):
        return PlainTextResponse(f"{error}\n", 503)
    begin = BEGIN_HINT in str(error)
    return render(request, "unavailable.html", 503, ask=Ask(), message=str(error), begin=begin)


def broken(request: Request, _: Exception) -> Response:
    """Our own fault; the log has the traceback."""
    response = render(request, "error.html", 500, ask=Ask(), code=500, read_only=False)
    # This answer passes by the guard.
    response.headers.update(HEADERS)
    return response


ROUTES = [
    Route("/", pages.today),
    Route("/channel/{channel}", pages.channel),
    Route("/runs", pages.all_runs),
    Route("/run/{run:int}", pages.run),
    Route("/run/{run:int}/live", feeds.watch),
    Route("/articles", pages.all_articles),
    Route("/article/{article:int}", article_page.article),
    Route("/coverage", pages.coverage),
    Route("/lists", pages.lists),
    Route("/storage", pages.storage),
    Route("/text", pages.text_health),
    Route("/search", pages.search),
    Route("/failures", pages.failures),
    Route("/failures/{failure:int}/extract", actions.extract, methods=["POST"]),
    Route("/failures/{failure:int}/retry", actions.retry_one, methods=["POST"]),
    Route("/failures/retry", actions.retry, methods=["POST"]),
    Route("/queue", pages.queue),
    Route("/queue/run", actions.run_now, methods=["POST"]),
    Route("/queue/pause", actions.pause, methods=["POST"]),
    Route("/queue/resume", actions.resume, methods=["POST"]),
    Route("/run/{run:int}/stop", actions.stop, methods=["POST"]),
    Route("/request/{request:int}/cancel", actions.cancel, methods=["POST"]),
    Route("/alerts", pages.alerts),
    Route("/alerts/acknowledge", actions.acknowledge, methods=["POST"]),
    Route("/alerts/silence", actions.silence, methods=["POST"]),
    Route("/schedule", pages.schedule),
    Route("/raw/{sha256}", article_page.raw),
    Route("/data/{name}.csv", feeds.as_csv),
    Route("/data/{name}.json", feeds.as_json),
    Route("/metrics", feeds.metrics),
    Route("/healthz", feeds.healthz),
    Route("/login", actions.login, methods=["GET", "POST"]),
    Route("/preference", actions.prefer, methods=["POST"]),
    Mount("/static", _Static(directory=STATIC)),
]


def _rules() -> Mapping[str, RuleSettings]:
    """The alert rules as the operator has them; as they come if renmin.toml cannot be read."""
    try:
        return alerts.load().rules
    except ConfigError as error:
        # The check says it as well, and does not look until it is mended; pages can be read.
        logger.warning("the rules of alerts are those that come with renmin: %s", error)
        return alerts.default_rules()


def build(settings: DashboardSettings) -> Starlette:
    """Make the application.

    Raises:
        ConfigError: It would be open to a network without a token, or the database's name is bad.
    """
    reader = Reader(checked_settings(settings).database, wait=settings.wait)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # Read once now, so that the first visitor does not wait for it.
        for name in environment.list_templates():
            environment.get_template(name)
        channels.load()
        yield
        reader.close()

    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Guard, settings=settings)],
        exception_handlers={
            HTTPException: not_served,
            StoreError: unavailable,
            Exception: broken,
        },
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.reader = reader
    app.state.watchers = 0
    app.state.rules = _rules()
    return app


# A stop waits so long for answers that are under way; a live page would never end by itself.
GRACE_SECONDS = 2


def serve(settings: DashboardSettings, port: int, ready: Callable[[str], None]) -> None:
    """Listen and answer; returns when the process is told to stop.

    Args:
        settings: What to show, to whom.
        port: 0 takes any that is free.
        ready: Told the address when requests will be answered.

    Raises:
        ConfigError: The address cannot be listened on.
    """
    app = build(settings)
    listening = listen(settings.host, port)
    config = uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
        limit_concurrency=200,
        server_header=False,
        proxy_headers=False,
    )
    with listening:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        ready(f"http://{host}:{listening.getsockname()[1]}/")
        uvicorn.Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        ConfigError: The address is taken, or not this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return _bound(family, address)
    except OSError as error:
        raise ConfigError(
            f"--host {host} --port {port}: cannot be listened on: {error.strerror or error}; "
            "name another --port (0 takes any)"
        ) from error


def _bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    # Named TCP outright: only then does asyncio switch off Nagle's waiting, which otherwise makes
    # every answer 40 ms late.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening
