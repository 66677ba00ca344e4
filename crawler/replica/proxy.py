"""Serve the stand-in site as an HTTP proxy on loopback, which answers for every host itself.

A crawler that is told to use this proxy asks for ``GET http://sd.people.com.cn/... HTTP/1.1``
and gets the replica's answer: real addresses, real robots.txt, no name resolution, no network.
HTTP/1.1 with connections kept open; one process, one thread, no body read or stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from crawler.replica.answer import NEVER, Response, message
from crawler.replica.site import Site

LOOPBACK = "127.0.0.1"
# A request longer than this is no request of a crawler.
_MAX_HEAD = 65_536
_END = b"\r\n\r\n"
_NO_TUNNEL = "the replica speaks plain http only; use http:// addresses"


@dataclass(frozen=True, slots=True)
class Access:
    """One request that was answered.

    Attributes:
        at: Seconds since the epoch.
        connection: Number of the connection it came on, from 1.
        method: As asked.
        url: As asked.
        status: Of the answer.
        bytes: Of its body.
    """

    at: float
    connection: int
    method: str
    url: str
    status: int
    bytes: int


@dataclass(slots=True)
class Crowd:
    """The open connections, and what is told of every request."""

    log: Callable[[Access], None] | None = None
    open: set[Connection] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


class Connection(asyncio.Protocol):
    """One connection of a visitor: requests are answered in order, one at a time.

    Args:
        site: Answers.
        latency: Seconds before every answer, besides the answer's own delay.
        crowd: The open connections; this one enters and leaves.
    """

    def __init__(self, site: Site, latency: float, crowd: Crowd) -> None:
        self._site = site
        self._number = next(crowd.numbers)
        self._crowd = crowd
        self._latency = latency
        self._unread = b""
        self._waiting: asyncio.TimerHandle | None = None
        self._silenced = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)  # a stream server makes no other
        self._transport = transport
        self._crowd.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's interface)
        """Forget an answer that nobody waits for."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._transport = None
        self._crowd.open.discard(self)

    def hang_up(self) -> None:
        """End the connection without another word."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take in what has arrived, and answer every request that is complete."""
        self._unread += data
        self._answer_next()

    def _answer_next(self) -> None:
        while self._transport is not None and self._waiting is None and not self._silenced:
            head, found, rest = self._unread.partition(_END)
            if not found:
                if len(head) > _MAX_HEAD:
                    self._send(message(431, "the request is too long"), keep=False, body=True)
                return
            self._unread = rest
            self._answer(head.decode("latin-1").split("\r\n"))

    def _answer(self, lines: list[str]) -> None:
        words = lines[0].split(" ")
        headers = _headers(lines[1:])
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            self._send(message(400, "this is no HTTP request"), keep=False, body=True)
            return
        method, target, version = words
        keep = version != "HTTP/1.0" and headers.get("connection", "").lower() != "close"
        # A body would be read as the next request; the replica takes none.
        keep = keep and headers.get("content-length", "0") == "0" and method != "CONNECT"
        response = self._respond(method, target, headers)
        delay = response.delay + self._latency
        if delay == NEVER:
            self._silenced = True
        elif delay:
            loop = asyncio.get_running_loop()
            self._waiting = loop.call_later(delay, self._send_late, response, keep, method)
        else:
            self._send(response, keep=keep, body=method != "HEAD")

    def _respond(self, method: str, target: str, headers: dict[str, str]) -> Response:
        if method == "CONNECT":
            return message(501, _NO_TUNNEL)
        url = target if "://" in target else f"http://{headers.get('host', '')}{target}"
        answer = self._site.respond(method, url, headers)
        if self._crowd.log is not None:
            size = len(answer.body)
            self._crowd.log(Access(time.time(), self._number, method, url, answer.status, size))
        return answer

    def _send_late(self, response: Response, keep: bool, method: str) -> None:
        self._waiting = None
        self._send(response, keep=keep, body=method != "HEAD")
        self._answer_next()

    def _send(self, response: Response, *, keep: bool, body: bool) -> None:
        if self._transport is None:
            return
        fields = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
        fields += (f"{name}: {value}" for name, value in response.headers.items())
        if response.status != 304:
            fields.append(f"Content-Length: {len(response.body)}")
        fields += ("Server: renmin-replica", f"Connection: {'keep-alive' if keep else 'close'}")
        self._transport.write("\r\n".join([*fields, "", ""]).encode("latin-1"))
        if body and response.body:
            self._transport.write(response.body)
        if not keep:
            self._transport.close()
            self._transport = None


class Proxy:
    """The listening end: takes visitors on loopback until it is closed.

    Args:
        site: Answers.
        latency: Seconds before every answer.
        log: Told of every request.
    """

    def __init__(
        self, site: Site, latency: float = 0.0, log: Callable[[Access], None] | None = None
    ) -> None:
        self._site = site
        self._latency = latency
        self._crowd = Crowd(log)
        self._server: asyncio.Server | None = None

    async def open(self, port: int = 0) -> int:
        """Begin to listen and return the port; 0 takes any free one.

        Raises:
            OSError: The port is taken.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._site, self._latency, self._crowd), LOOPBACK, port
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._crowd.open):
            connection.hang_up()
        # The transports tell their protocols in the next round of the loop.
        await asyncio.sleep(0)


async def serve(
    site: Site,
    port: int,
    latency: float,
    announce: Callable[[str], None],
    log: Callable[[Access], None] | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then leave at once; announces its address when it listens.

    Raises:
        OSError: The port is taken.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    proxy = Proxy(site, latency, log)
    announce(f"http://{LOOPBACK}:{await proxy.open(port)}")
    await stop.wait()
    await proxy.close()


@contextlib.contextmanager
def in_thread(
    site: Site, latency: float = 0.0, log: Callable[[Access], None] | None = None
) -> Iterator[int]:
    """Serve from another thread while the block runs; yields the port.

    For tests. A benchmark of a crawl starts ``renmin replica`` as a process of its own instead.
    """
    loop = asyncio.new_event_loop()
    proxy = Proxy(site, latency, log)
    port = loop.run_until_complete(proxy.open())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(proxy.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _headers(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
