"""How a crawl comes by the hosts that it asks.

================  ================================================================================
on SQLite         all hosts are its own: it is the only process
on PostgreSQL     it asks for hosts by jobs and lets them go again (:class:`SharedHosts`)
for a worker      it was started for one host, whose job the worker has (:class:`GivenHost`)
================  ================================================================================
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Protocol

from scrapy.crawler import Crawler
from scrapy.utils.misc import load_object

from crawler.crawl.holding import HeldHosts, begin
from crawler.crawl.session import CrawlSession, Refill
from crawler.errors import ConfigError
from crawler.store.leases import Hold

if TYPE_CHECKING:
    from crawler.fleet.hosts import HostJobs


class Holding(Protocol):
    """What the crawl's extension and its scheduler ask of it."""

    # Ends the crawl with this finish reason instead of "finished".
    reason: str | None

    def begin(self) -> None:
        """The crawl begins."""

    def follow(self, refill: Refill) -> None:
        """Ask for hosts, or let some go."""

    def lost(self, host: str) -> None:
        """A host was taken away."""

    async def end(self) -> None:
        """The crawl has ended, and nothing is under way."""


class SharedHosts:
    """Hosts by jobs of this crawl's own; see :mod:`crawler.fleet.hosts`.

    Args:
        crawler: Scrapy's.
        session: The crawl's dealings with the store.
        held: What it holds.
        database: SQLAlchemy URL.
    """

    reason: str | None = None

    def __init__(
        self, crawler: Crawler, session: CrawlSession, held: HeldHosts, database: str
    ) -> None:
        # procrastinate is an extra that only PostgreSQL needs.
        jobs = load_object("crawler.fleet.hosts.HostJobs")
        self._jobs: HostJobs = jobs(session, held, database, lambda host: _delay(crawler, host))

    def begin(self) -> None:
        """Begin to work on the jobs."""
        self._jobs.begin()

    def follow(self, refill: Refill) -> None:
        """Ask for hosts that have pages; let those go that have none, or have had their turn."""
        self._jobs.let_go(refill.done)
        self._jobs.want(refill.wanted)

    def lost(self, host: str) -> None:
        """Wait for the host anew."""
        self._jobs.lost(host)

    async def end(self) -> None:
        """Let all hosts go."""
        await self._jobs.end()


class GivenHost:
    """The one host that a worker has started this crawl for.

    Args:
        crawler: Scrapy's.
        session: The crawl's dealings with the store.
        held: What it holds.
        hold: The worker's job.
    """

    def __init__(
        self, crawler: Crawler, session: CrawlSession, held: HeldHosts, hold: Hold
    ) -> None:
        self.reason: str | None = None
        self._crawler = crawler
        self._session = session
        self._held = held
        self._hold = hold

    def begin(self) -> None:
        """Begin to ask the host, as soon as nobody else can still be asking it."""
        self._beginning = asyncio.ensure_future(self._begin())

    def follow(self, refill: Refill) -> None:
        """End the crawl when the host has had its turn and others wait for it."""
        if refill.done and refill.elsewhere:
            self._leave("passed_on")

    def lost(self, host: str) -> None:  # noqa: ARG002 - there is only one
        """End the crawl: the host is another process's by now."""
        self._leave("taken_over")

    async def end(self) -> None:
        """Nothing: the worker ends its job."""

    async def _begin(self) -> None:
        delay = _delay(self._crawler, self._hold.host)
        if not await begin(self._session, self._held, self._hold, delay):
            self._leave("taken_over")

    def _leave(self, reason: str) -> None:
        self.reason = reason
        self._session.leave_host(self._hold.host)
        self._session.on_pages(frozenset())


def hold_of(text: str) -> Hold:
    """Read what a worker hands to the crawl that it starts.

    Raises:
        ConfigError: It is nothing of the kind.
    """
    try:
        host, job, worker, attempts = json.loads(text)
        return Hold(str(host), int(job), int(worker), int(attempts))
    except (ValueError, TypeError):
        raise ConfigError("--hold: it is written by renmin worker alone") from None


def text_of(hold: Hold) -> str:
    """Write what :func:`hold_of` reads."""
    return json.dumps([hold.host, hold.job, hold.worker, hold.attempts])


def _delay(crawler: Crawler, host: str) -> float:
    own = crawler.engine.downloader.per_slot_settings.get(host, {})
    return float(own.get("delay", crawler.settings.getfloat("DOWNLOAD_DELAY")))
