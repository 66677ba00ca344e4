"""Serving the dashboard until somebody stops it."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from crawler.errors import ConfigError
from crawler.web.app import build
from crawler.web.settings import Settings

# A stop waits so long for answers that are under way; a live page would never end by itself.
GRACE_SECONDS = 2


def serve(settings: Settings, port: int, ready: Callable[[str], None]) -> None:
    """Listen and answer; returns when the process is told to stop.

    Args:
        settings: What to show, to whom.
        port: 0 takes any that is free.
        ready: Told the address when requests will be answered.

    Raises:
        ConfigError: The address cannot be listened on.
    """
    app = build(settings)
    listening = _listen(settings.host, port)
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


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        raise ConfigError(
            f"--host {host} --port {port}: cannot be listened on: {error.strerror or error}; "
            "name another --port (0 takes any)"
        ) from error
