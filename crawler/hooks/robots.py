"""robots.txt obeyed: its rules, its Crawl-delay, and its silence.

Scrapy's own middleware lets everything pass when robots.txt cannot be read, and ignores its
Crawl-delay. Here (after RFC 9309, 2.3.1):

============================  ==============================================================
answer                        what follows
============================  ==============================================================
200, 203                      its rules hold; Crawl-delay becomes the host's delay
204, 404, 410                 there are no rules
anything else, or no answer   it cannot be read: the host's pages wait for another run
============================  ==============================================================

RFC 9309 would let us pass on 401, 403 and the like; a newspaper that answers so to its
robots.txt does not seem to want us, so we wait.
"""

from __future__ import annotations

import asyncio
import codecs
import itertools
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.crawl.helpers import beside
from crawler.hooks.answers import outage
from crawler.hooks.crawling import Crawling
from crawler.hooks.guard import Refusal
from crawler.items import Failure, Link
from crawler.site.urls import sitemap_address

logger = logging.getLogger(__name__)

T = TypeVar("T")

RULES, NO_RULES = frozenset({200, 203}), frozenset({204, 404, 410})
# robots.txt is asked for before anything that waits in the host's queue.
PRIORITY = 1_000_000
# Longer is a mistake of whoever wrote it, or a way of saying no.
LONGEST_DELAY = 3600.0
# The site's own have less than 1 kB; 500 kB of rules take 0.6 s to read, and 30 ms a look.
LONG = 16 * 1024
# A day of requests, if as many as fit into the file were read.
MOST_SITEMAPS = 200
# Where a host's front page, lists and articles are: a host that closes all of them forbids us.
PLACES = ("/", "/GB/1/index.html", "/n2/2026/0101/c1-10000001.html")


class ForbiddenByRobotsError(Refusal):
    """robots.txt does not allow this address."""

    failure = Failure(reason="robots")


class RobotsUnreadableError(Refusal):
    """robots.txt could not be read, so nothing is fetched from the host in this run."""

    failure = Failure(reason="robots_unreadable", wait=True)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host's robots.txt said.

    Attributes:
        state: ``allowed``, ``forbidden`` (all that a crawl looks for) or ``unreadable``.
        detail: One sentence for a person.
        parsed: The rules; ``None`` if there are none.
        delay: Seconds between two requests that it asks for; ``None`` if it asks for none.
        answered: Whether the host gave any answer.
        long: Whether so much was said that the event loop should not wait for a look at it.
    """

    state: str
    detail: str
    parsed: Protego | None = None
    delay: float | None = None
    answered: bool = True
    long: bool = False


class RobotsMiddleware:
    """Asks every host for its robots.txt once a run, and obeys it.

    Args:
        crawler: Scrapy's.
        least_delay: Seconds between requests that the operator set.
    """

    def __init__(self, crawler: Crawler, least_delay: float) -> None:
        self._crawler = crawler
        self._least_delay = least_delay
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Switch off where the operator said ``ROBOTSTXT_OBEY=False``."""
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler, crawler.settings.getfloat("DOWNLOAD_DELAY"))

    async def process_request(self, request: Request) -> None:
        """Let ``request`` pass if robots.txt does.

        Raises:
            ForbiddenByRobotsError: It does not.
            RobotsUnreadableError: It could not be read.
        """
        if request.meta.get("is_robots"):
            return
        parts = urlsplit(request.url)
        rules = await self._rules_of(parts.scheme, parts.netloc)
        if rules.state == "unreadable":
            raise RobotsUnreadableError(rules.detail)
        if rules.parsed and not await _apart(
            rules.long, rules.parsed.can_fetch, request.url, PRODUCT
        ):
            raise ForbiddenByRobotsError(f"{parts.netloc}: robots.txt does not allow {parts.path}")
        if rules.delay is not None:
            # AutoThrottle would otherwise shorten what the host asked for.
            request.meta["autothrottle_dont_adjust_delay"] = True

    async def _rules_of(self, scheme: str, netloc: str) -> Rules:
        if netloc not in self._rules:
            self._rules[netloc] = asyncio.get_running_loop().create_future()
            rules = await self._ask(f"{scheme}://{netloc}/robots.txt")
            self._apply(netloc, rules)
            self._rules[netloc].set_result(rules)
        return await self._rules[netloc]

    async def _ask(self, url: str) -> Rules:
        request = Request(
            url, priority=PRIORITY, meta={"is_robots": True}, callback=NO_CALLBACK, dont_filter=True
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # whatever it was, we have not read it
            why = outage(error, self._crawler.settings["RENMIN_PROXY"] or "")
            answered = isinstance(error, IgnoreRequest)
            return Rules("unreadable", f"{url} could not be read ({why})", answered=answered)
        return await self._read(url, response)

    async def _read(self, url: str, response: Response) -> Rules:
        if response.status in NO_RULES:
            return Rules("allowed", f"{url}: there is none")
        if response.status not in RULES:
            return Rules("unreadable", f"{url} could not be read (status {response.status})")
        long = len(response.body) > LONG
        parsed = await _apart(long, parse, response.body)
        delay = delay_of(parsed)
        delay = None if delay is None else min(delay, LONGEST_DELAY)
        places = (url.removesuffix("/robots.txt") + place for place in PLACES)
        if not any([await _apart(long, parsed.can_fetch, place, PRODUCT) for place in places]):
            return Rules("forbidden", f"{url} forbids us", parsed, delay, long=long)
        return Rules("allowed", f"{url} allows us", parsed, delay, long=long)

    def _apply(self, netloc: str, rules: Rules) -> None:
        host = netloc.partition(":")[0]
        if rules.state != "allowed":
            logger.warning("skips host=%s: %s", host, rules.detail)
        if rules.delay is not None:
            self._slow_down(host, rules.delay)
        if rules.parsed and rules.state == "allowed":
            self._enter_sitemaps(rules.parsed, f"http://{netloc}/robots.txt")
        said = {"state": rules.state, "detail": rules.detail, "crawl_delay": rules.delay}
        # A spider without a store (the probe) keeps what was said itself.
        if (note := getattr(self._crawler.spider, "note_robots", None)) is not None:
            note(host, **said)
        crawling = self._crawler.get_extension(Crawling)
        if crawling is not None:
            crawling.session.note_robots(host, **said)
            crawling.session.outcome.host_asked(
                read=rules.state != "unreadable", answered=rules.answered, detail=rules.detail
            )
            if rules.state == "unreadable":
                self._crawler.engine.scheduler.pause_host(host)  # type: ignore[union-attr]

    def _enter_sitemaps(self, parsed: Protego, named_by: str) -> None:
        """Read the sitemaps that a host names too, as far as they are of this crawl's channels."""
        plan = getattr(self._crawler.spider, "plan", None)
        for url in itertools.islice(parsed.sitemaps, MOST_SITEMAPS):
            address = sitemap_address(url, named_by)
            channel = address.channel or ""
            if address.kind != "sitemap" or plan is None or channel not in plan.channels:
                continue
            link = Link(
                url=address.canonical, fetch_url=address.fetch_url, kind="sitemap", channel=channel
            )
            start = Request(link.fetch_url, meta={"link": link}, dont_filter=True)
            self._crawler.engine.scheduler.enqueue_request(start)  # type: ignore[union-attr]

    def _slow_down(self, host: str, delay: float) -> None:
        """Give the host's slot the delay, also when Scrapy drops the idle slot and remakes it."""
        downloader = self._crawler.engine.downloader
        own = downloader.per_slot_settings.get(host, {}).get("delay", 0)  # [channels.NAME] delay
        delay = max(delay, self._least_delay, own)
        downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1, "jitter": 0.0}
        if slot := downloader.slots.get(host):
            slot.delay, slot.concurrency, slot.jitter = delay, 1, 0.0


async def _apart(long: bool, work: Callable[..., T], *arguments: Any) -> T:
    """Do some work, on a thread of its own if it may take long: the event loop goes on meanwhile."""
    return await beside(work, *arguments) if long else work(*arguments)


# The rules of a robots.txt that are meant for us, in whatever form the file came.
#
# After RFC 9309, 2.2: the file may begin with a byte order mark; a group is ours if it names our
# product and nothing else, upper or lower case; else the group of ``*`` holds. What else stands in
# our User-Agent (a contact, ``news archive``) chooses no group.

# The product that rules name: User-agent: renmin
PRODUCT = "renmin"
# A group of somebody else, under a name that nobody is looked up by.
_SOMEBODY = "somebody-else"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# RFC 9309, 2.5: so much at least is read; more is no file that a site's people wrote.
MOST_BYTES = 500 * 1024
_BREAKS = re.compile(r"\r\n?|\n")
_LINE = re.compile(r"(?i)(user[- ]?agent|crawl[- ]delay)\s{0,20}(?:[:：]|\s)\s{0,20}(.*)")
_TOKEN = re.compile(r"[a-z_-]+")
_SECONDS = re.compile(r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s{0,9}(ms|s|m|h)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def text_of(body: bytes) -> str:
    r"""Decode a robots.txt; never raises.

    >>> text_of(b"\xef\xbb\xbfUser-agent: *")
    'User-agent: *'
    """
    encoding = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    if encoding is None:
        # UTF-16 without a mark: every other byte of an ASCII text is zero.
        zeros = (body[:64:2].count(0), body[1:64:2].count(0))
        encoding = "utf-8"
        if max(zeros) > len(body[:64]) // 4:
            encoding = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return body.decode(encoding, "replace").replace("\ufeff", "").replace("\0", "")


def parse(body: bytes) -> Protego:
    """Read the rules; look them up as :data:`PRODUCT`. What stands behind :data:`MOST_BYTES` is none."""
    text = text_of(body[:MOST_BYTES])
    return Protego.parse("\n".join(_tidy(line) for line in _BREAKS.split(text)))


def delay_of(rules: Protego) -> float | None:
    """Seconds between two requests that are asked for, by Crawl-delay or Request-rate."""
    delay = rules.crawl_delay(PRODUCT)
    rate = rules.request_rate(PRODUCT)
    if rate is None:
        return delay
    return max(delay or 0.0, rate.seconds / rate.requests)


def _tidy(line: str) -> str:
    """A line with a group's name made one that Protego cannot misread, and plain seconds."""
    match = _LINE.fullmatch(line.partition("#")[0].strip())
    if match is None:
        return line
    name, value = match[1].lower(), match[2].strip().lower()
    if name.startswith("user"):
        return f"User-agent: {_group(value)}"
    seconds = _SECONDS.match(value)
    return f"Crawl-delay: {float(seconds[1]) * _UNITS[seconds[2] or 's']}" if seconds else line


def _group(value: str) -> str:
    if value == "*":
        return value
    token = _TOKEN.match(value)
    if token is None:
        return _SOMEBODY if value else ""
    rest = value[token.end() :]
    ours = token[0] == PRODUCT and not rest[:1].isalnum()
    return PRODUCT if ours else _SOMEBODY
