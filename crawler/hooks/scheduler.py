"""The frontier as Scrapy's scheduler, and the rests of hosts that ask for one.

Pages are leased from the database in batches, a few of each host, and handed to the downloader
host by host, so that a host with ten thousand pages does not keep the others waiting. The lease
job runs on the writer's thread: the event loop never waits for the disk.

A host that says it has had enough is left alone, and its pages go back:
==============================  ===============================================================
answer                          what follows
==============================  ===============================================================
``Retry-After`` up to 30 s      the host rests so long, then the page is asked for again; a host
                                that says so a third time without having answered is left
``Retry-After``, longer         the host rests for this run and for that time
429 without it                  the host rests for this run
503 without it                  a page is asked for three times; a second one of that host once,
                                and then the host rests for this run
==============================  ===============================================================
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler, Scheduler
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler import clock
from crawler.crawl.session import CrawlSession, Refill
from crawler.errors import StoreError
from crawler.hooks.crawling import Crawling
from crawler.hooks.guard import Refusal
from crawler.items import Failure, Link
from crawler.store.leases import Lease

logger = logging.getLogger(__name__)

# Ask for more of a host when so few of its pages are left here.
LOW = 4
# With so many pages at hand, hosts that have none left wait a moment: each question is a commit.
PLENTY = 32
REFILL_SECONDS = 0.3
GATHER_SECONDS = 0.05
# How long to wait before asking again while other processes hold the rest.
POLL_SECONDS = 2.0


class HostRestsError(Refusal):
    """A page was not asked for any more, since its host is left alone for this run."""

    failure = Failure(reason="host_rests", wait=True)


class FrontierScheduler(BaseScheduler):
    """Leases pages; see the module.

    Args:
        crawler: Scrapy's.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._per_host = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._leased: dict[str, deque[Lease]] = {}
        self._again: deque[Request] = deque()
        self._resting: dict[str, float] = {}
        self._later = 0
        self._new: list[Link] = []
        self._dry: set[str] = set()
        self._handed = 0
        self._refilling = False
        # No pages wait anywhere; known only from a question that was asked when all was quiet.
        self._settled = False
        self._asked_when_quiet = False
        self._turn = 0
        self._at_hand = 0
        self._refilled_at = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Any:
        """Make the scheduler of a crawl; without a run (``scrapy shell``) Scrapy's own."""
        if crawler.get_extension(Crawling) is None:
            return Scheduler.from_crawler(crawler)
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        """Begin; the session is open already."""
        crawling = self._crawler.get_extension(Crawling)
        assert crawling is not None
        self._session: CrawlSession = crawling.session
        self._holding = crawling.holding
        self._spider: Any = spider
        self._loop = asyncio.get_running_loop()
        self._session.on_pages = self._on_pages

    def close(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's interface
        """Give the pages back that were leased and not asked for."""
        unused = [lease for leases in self._leased.values() for lease in leases]
        if unused:
            self._session.put_back(unused)
        self._leased.clear()

    def enqueue_request(self, request: Request) -> bool:
        """Take a start page into the frontier, or a retry or redirect of a leased page back."""
        link = request.meta.get("link")
        if link is None:
            self._ask_again(request)
        else:
            if not self._new:
                # Start pages come one by one; they are entered together.
                self._loop.call_later(GATHER_SECONDS, self._enter_new)
            self._new.append(link)
        self._settled = False
        return True

    def has_pending_requests(self) -> bool:
        """Whether the crawl goes on; when in doubt, the database is asked first."""
        if self._again or self._new or self._refilling or self._later:
            return True
        if self._out_of_budget():
            return False
        if any(self._leased.values()):
            return True
        if not self._settled:
            # Every visit was handed to the writer before; this question is answered after them.
            self._asked_when_quiet = True
            self._dry.clear()
            self._refill()
        return not self._settled

    def next_request(self) -> Request | None:
        """The next page of the host that is least busy; ``None`` if every host is busy."""
        if self._again:
            return self._again.popleft()
        if self._out_of_budget():
            return None
        self._refill_if_low()
        host = self._freest_host()
        if host is None:
            return None
        lease = self._leased[host].popleft()
        self._at_hand -= 1
        self._handed += lease.kind == "article"
        self._settled = self._asked_when_quiet = False
        request: Request = self._spider.request_for(lease)
        return request

    def rest_host(self, host: str, seconds: float) -> None:
        """Ask nothing of a host for so long; its pages stay with us."""
        self._resting[host] = self._loop.time() + seconds
        self._loop.call_later(seconds, self._wake)

    def pause_host(self, host: str) -> None:
        """Ask nothing more of a host in this run; its pages wait for the next."""
        self._dry.add(host)
        if leases := self._leased.pop(host, None):
            self._session.put_back(list(leases))
            self._at_hand -= len(leases)
        self._session.leave_host(host)
        self._empty_slot(host)

    def drop_host(self, host: str) -> None:
        """Ask nothing of a host that another process has taken over, unless it comes back."""
        self._at_hand -= len(self._leased.pop(host, ()))
        self._empty_slot(host)
        self._found(frozenset({host}))

    def _empty_slot(self, host: str) -> None:
        if slot := self._crawler.engine.downloader.slots.get(host):
            while slot.queue:
                slot.queue.popleft()[1].errback(HostRestsError(host))

    def _ask_again(self, request: Request) -> None:
        """Take a retry or redirect: at once, or when its host has rested."""
        wait = self._resting.get(urlsplit(request.url).hostname or "", 0) - self._loop.time()
        if wait <= 0:
            self._again.append(request)
            return
        self._later += 1
        self._loop.call_later(wait, self._now, request)

    def _now(self, request: Request) -> None:
        self._later -= 1
        self._again.append(request)
        self._wake()

    def _enter_new(self) -> None:
        links, self._new = self._new, []
        self._session.enter(links, start=True)
        self._dry.clear()
        self._wake()

    def _out_of_budget(self) -> bool:
        limit = self._session.plan.limit
        spent = self._handed - self._session.failed_articles
        self._session.limit_reached = limit is not None and spent >= limit
        return self._session.limit_reached

    def _freest_host(self) -> str | None:
        """The host with pages at hand and the fewest requests under way, in turns."""
        # Also those that wait for a robots.txt: the slots do not know of them yet.
        under_way = Counter(
            request.meta["lease"].host
            for request in self._crawler.engine.downloader.active
            if "lease" in request.meta
        )
        best, fewest = None, self._per_host + 1
        hosts = list(self._leased)
        self._turn += 1
        for place in range(len(hosts)):
            host = hosts[(self._turn + place) % len(hosts)]
            if not self._leased[host] or self._rests(host):
                continue
            busy = under_way[host]
            if busy < fewest:
                best, fewest = host, busy
            if busy == 0:
                break
        return best

    def _rests(self, host: str) -> bool:
        """Whether a host is left alone for a moment, its pages wait to be read, or it may be lost."""
        resting = self._resting.get(host, 0) > self._loop.time()
        busy = self._spider.reader.is_busy_with(host)
        return resting or busy or not self._session.may_ask(host)

    def _refill_if_low(self) -> None:
        if self._refilling or (
            self._at_hand > PLENTY and self._loop.time() < self._refilled_at + REFILL_SECONDS
        ):
            return
        plenty = {host for host, leases in self._leased.items() if len(leases) > LOW}
        if self._session.hosts - plenty - self._dry:
            self._refill(plenty)

    def _refill(self, plenty: set[str] | frozenset[str] = frozenset()) -> None:
        self._refilling = True
        future = self._session.lease(but=plenty | self._dry)
        future.add_done_callback(lambda done: self._loop.call_soon_threadsafe(self._refilled, done))

    def _refilled(self, done: Future[Refill]) -> None:
        self._refilling = False
        if error := done.exception():
            if not isinstance(error, StoreError):
                logger.error("no pages could be leased", exc_info=error)
            self._settled = True
            self._wake()
            return
        refill = done.result()
        self._refilled_at = self._loop.time()
        self._at_hand += len(refill.leases)
        for lease in refill.leases:
            self._leased.setdefault(lease.host, deque()).append(lease)
        self._dry |= refill.asked - {lease.host for lease in refill.leases}
        if self._holding is not None:
            self._holding.follow(refill)
        if refill.leases:
            self._settled = False
            self._wake()
        elif refill.elsewhere:
            self._dry.clear()
            self._loop.call_later(POLL_SECONDS, self._wake)
        else:
            # Asked while pages were under way, it says nothing of what those will bring.
            self._settled = self._asked_when_quiet
            self._wake()

    def _on_pages(self, hosts: frozenset[str]) -> None:
        """On the writer's thread: new pages are in the frontier."""
        self._loop.call_soon_threadsafe(self._found, hosts)

    def _found(self, hosts: frozenset[str]) -> None:
        self._dry -= hosts
        self._settled = False
        self._wake()

    def _wake(self) -> None:
        """Let the engine ask again now; by itself it does so every five seconds."""
        slot = self._crawler.engine._slot
        if slot is not None and slot.closing is None:
            slot.nextcall.schedule()


# Longer is a mistake of whoever wrote it: a date of another year, milliseconds.
LONGEST_REST = timedelta(days=1)
# So long a crawl waits itself.
SHORT_REST = timedelta(seconds=30)
MOST_WAITS = 2
# With these, a time to come back is meant for the host and not for the page.
BUSY = frozenset({429, 503})


class RestMiddleware:
    """Lets hosts rest; see the module.

    Args:
        crawler: Scrapy's.
        tries: How often a page is asked for again in one run.
    """

    def __init__(self, crawler: Crawler, tries: int) -> None:
        self._crawler = crawler
        self._tries = tries
        self._doubted: set[str] = set()
        self._waits: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RestMiddleware:
        """Make the middleware of a crawl."""
        return cls(crawler, crawler.settings.getint("RETRY_TIMES"))

    def process_request(self, request: Request) -> None:
        """Ask a host once that has just been too busy."""
        if urlsplit(request.url).hostname in self._doubted:
            request.meta["dont_retry"] = True

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Give the answer back, or the request that is made after a short rest."""
        host = urlsplit(request.url).hostname or ""
        rest = rest_asked(response, clock.now())
        scheduler = self._scheduler
        if request.meta.get("is_robots") or scheduler is None:
            return response  # it cannot be read, so the host rests anyway
        if rest is not None and rest <= SHORT_REST and self._waits[host] < MOST_WAITS:
            self._waits[host] += 1
            scheduler.rest_host(host, rest.total_seconds())
            return request.copy()
        if rest is not None or response.status == 429:
            request.meta["dont_retry"] = True
            request.meta["rest"] = rest
            self._leave(host, response.status)
        elif response.status == 503:
            self._doubt(host, request)
        elif response.status < 400:
            self._doubted.discard(host)
            self._waits.pop(host, None)
        return response

    def _doubt(self, host: str, request: Request) -> None:
        if host in self._doubted:
            self._leave(host, 503)
        elif request.meta.get("retry_times", 0) >= self._tries:
            self._doubted.add(host)

    def _leave(self, host: str, status: int) -> None:
        logger.warning("leaves host=%s for this run: it answered %d", host, status)
        if (scheduler := self._scheduler) is not None:
            scheduler.pause_host(host)

    @property
    def _scheduler(self) -> FrontierScheduler | None:
        """The crawl's; ``None`` in a process that has no frontier and asks little."""
        scheduler = self._crawler.engine.scheduler
        return scheduler if isinstance(scheduler, FrontierScheduler) else None


def rest_asked(response: Response, now: datetime) -> timedelta | None:
    """How long a host asks to be left alone; ``None`` if it does not, or not so that it is clear.

    Seconds or a date (RFC 9110, 10.2.3), of 429 and 503.
    """
    if response.status not in BUSY:
        return None
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), LONGEST_REST)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(until - now, LONGEST_REST) if until > now else None
