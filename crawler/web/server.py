"""Serving the dashboard until somebody stops it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

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
