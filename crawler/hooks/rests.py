"""Leave a host alone that says it has had enough: 429, 503, ``Retry-After``.

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

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler import clock
from crawler.hooks.scheduler import FrontierScheduler

logger = logging.getLogger(__name__)

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
