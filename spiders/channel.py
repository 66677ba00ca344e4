"""The spider of the regional channels: lists lead to articles, articles to their further pages.

Every page that the frontier hands out ends in exactly one :class:`~crawler.items.Visit`; the
pipelines store it. How pages are read is not decided here, only with which pages a crawl begins and
which comes next.
"""

from __future__ import annotations

import gc
import inspect
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.clock import read_day
from crawler.config.convert import unknown
from crawler.crawl.helpers import PAGE_SECONDS
from crawler.crawl.reading import PageReader
from crawler.crawl.run import Plan
from crawler.errors import ConfigError, ExtractionError
from crawler.extract import Listing, Page
from crawler.hooks.crawling import PAGE_SETTING
from crawler.hooks.guard import objection
from crawler.hooks.holding import hold_of
from crawler.items import Fetch, Link, Visit
from crawler.site.channels import find, is_excluded, load
from crawler.site.urls import classify
from crawler.store.leases import Lease
from spiders.responses import (
    NOT_FETCHED,
    conditional_headers,
    extraction_failed,
    failure_of,
    fetch_of,
    is_unchanged,
    led_away,
    moved_to,
    no_page,
    worth_another_look,
)

# Longer series exist nowhere on the site; a chain of links that goes on is a trap.
MOST_PAGES = 50
# Links to channels that this crawl was not asked for are counted under this reason.
OTHER_CHANNEL = "other-channel"
# And those that the operator does not want fetched under this one.
EXCLUDED = "excluded"


class ChannelSpider(Spider):
    """Crawls channels.

    Args:
        channels: Ids, hosts or Chinese names, parted by commas; ``all`` for every channel.
        since: A day, ``2026-11-01``: leave articles alone whose address names an earlier one.
        until: Leave those alone too whose address names this day or a later one.
        limit: Stop after so many articles.
        mirrors: Addresses of list pages on other hosts that republish the channels' articles.
        command: What was typed, for the run's history.
        hold: The host that a worker has started this crawl for, and its job; empty for all hosts.

    Attributes:
        reader: Reads the pages.
    """

    name = "channel"
    reader: PageReader

    def __init__(
        self,
        *args: Any,
        channels: str = "",
        since: str = "",
        until: str = "",
        limit: str = "",
        mirrors: str = "",
        command: str = "scrapy crawl channel",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan_of(
            channels, since=since, until=until, limit=limit, mirrors=mirrors, command=command
        )
        given = kwargs.get("hold", "")
        self.hold = hold_of(given) if given else None
        self._start = start_links(self.plan, mirrors)
        self.mirror_hosts = frozenset(link.channel for link in self._start if "." in link.channel)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider, and its reader before anything else is opened."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.reader = PageReader(crawler.settings.getfloat(PAGE_SETTING, PAGE_SECONDS))
        return spider

    def closed(self, _reason: str) -> None:
        """End the reader's helpers."""
        self.reader.close()

    async def start(self) -> AsyncIterator[Request]:
        """Begin with the list pages of the channels."""
        # What is open by now stays to the end: a look of the collector at all of it takes 30 ms.
        gc.freeze()
        for link in self._start:
            yield Request(link.fetch_url, meta={"link": link}, dont_filter=True)

    def request_for(self, lease: Lease) -> Request:
        """The request for a page that the frontier leased to us."""
        callback = {"list": self.parse_list, "sitemap": self.parse_list}.get(
            lease.kind, self.parse_article
        )
        return Request(
            lease.fetch_url,
            callback=callback,
            errback=self.failed,
            headers=conditional_headers(lease),
            meta={"lease": lease, "handle_httpstatus_list": [304]},
            dont_filter=True,
        )

    async def parse_list(self, response: Response) -> Visit:
        """Take the links of a list page or sitemap."""
        lease: Lease = response.meta["lease"]
        fetch = fetch_of(response)
        if visit := self._unread(response, lease, fetch):
            return visit
        if failure := led_away(response, lease):
            return self._visit(lease, fetches=(fetch,), failure=failure)
        try:
            listing = await self.reader.links(fetch, lease.kind)
        except ExtractionError as error:
            return self._visit(lease, fetches=(fetch,), failure=extraction_failed(error))
        ours = [link for link in listing.links if link.channel in self.plan.channels]
        strangers = len(listing.links) - len(ours)
        found = tuple(link for link in ours if not is_excluded(link.channel, link.url))
        return self._visit(
            lease,
            fetches=(fetch,),
            links=found,
            next_list=listing.next,
            read_on=self._reaches_further(listing),
            skipped={**listing.skipped, OTHER_CHANNEL: strangers, EXCLUDED: len(ours) - len(found)},
        )

    async def parse_article(self, response: Response) -> Visit:
        """Extract an article, after fetching its further pages."""
        lease: Lease = response.meta["lease"]
        fetch = fetch_of(response)
        if visit := self._unread(response, lease, fetch):
            return visit
        if moved := moved_to(response, lease):
            return self._visit(lease, fetches=(fetch,), **moved)
        try:
            pages, fetches = await self._all_pages(response, fetch)
            article = await self.reader.assemble(pages)
        except ExtractionError as error:
            return self._visit(lease, fetches=(fetch,), failure=extraction_failed(error))
        except NOT_FETCHED as error:
            return self._visit(lease, fetches=(fetch,), failure=failure_of(error)[0])
        article = replace(article, url=lease.url)  # the frontier's key
        return self._visit(lease, fetches=fetches, article=article, replaces=lease.body_sha256)

    def failed(self, failure: TwistedFailure) -> Visit:
        """Say why a page could not be fetched."""
        request: Request = failure.request  # type: ignore[attr-defined]
        lease: Lease = request.meta["lease"]
        reason, response = failure_of(failure.value or TimeoutError(), request)
        reason = worth_another_look(reason, lease)
        fetches = (fetch_of(response),) if response is not None else ()
        return self._visit(lease, fetches=fetches, failure=reason)

    async def _all_pages(
        self, response: Response, first: Fetch
    ) -> tuple[list[Page], tuple[Fetch, ...]]:
        """Fetch and read the further pages too; each may name the next one only.

        An article is stored whole or not at all: a page that cannot be had fails all of them.
        """
        # The crawl's extension has them archived if reading breaks.
        fetches: list[Fetch] = response.meta["fetches"]
        pages = [await self.reader.read(first)]
        waiting, known = deque(pages[0].further), {response.url, *pages[0].further}
        while waiting and len(pages) < MOST_PAGES:
            further = await self._download(waiting.popleft(), response)
            fetches.append(fetch_of(further, len(pages) + 1))
            pages.append(await self.reader.read(fetches[-1]))
            waiting += [url for url in pages[-1].further if url not in known]
            known.update(pages[-1].further)
        return pages, tuple(fetches)

    async def _download(self, url: str, first: Response) -> Response:
        request = Request(url, meta={"lease": first.meta["lease"]}, dont_filter=True)
        response = await self.crawler.engine.download_async(request)
        if no_page(response):
            raise ExtractionError(url, None, "pages", f"status {response.status}")
        return response

    def _reaches_further(self, listing: Listing) -> bool:
        """Whether ``--since`` reaches beyond the oldest article of a list page."""
        days = [link.published for link in listing.links if link.published]
        return bool(days) and self.plan.since is not None and min(days) >= self.plan.since

    def _unread(self, response: Response, lease: Lease, fetch: Fetch) -> Visit | None:
        """The visit of an answer that is not read: nothing has changed, or it is no page."""
        response.meta["fetches"] = [fetch]
        if is_unchanged(fetch, lease):
            return self._visit(lease, fetches=(fetch,), unchanged=True, replaces=lease.body_sha256)
        if failure := no_page(response):
            return self._visit(lease, fetches=(fetch,), failure=failure)
        return None

    def _visit(self, lease: Lease, **brought: Any) -> Visit:
        return Visit(
            url=lease.url,
            frontier_id=lease.id,
            kind=lease.kind,
            channel=lease.channel,
            **brought,
        )


def plan_of(
    channels: str, *, since: str, limit: str, mirrors: str, command: str, until: str = ""
) -> Plan:
    """Check the arguments of a crawl.

    Raises:
        ConfigError: An argument cannot be used; its message names it.
        UnknownChannelError: A channel is not known.
    """
    names = [name.strip() for name in channels.split(",") if name.strip()]
    if names == ["all"]:
        names = [channel.id for channel in load().values() if channel.enabled]
    if not names and not mirrors:
        raise ConfigError(
            "no channel named; try: renmin crawl sd bj (all of them: renmin channels)"
        )
    ids = dict.fromkeys(find(name).id for name in names)
    first = read_day("since", since) if since else None
    last = read_day("until", until) if until else None
    if first and last and last <= first:
        raise ConfigError(f"until={until}: not after since={since}: no article is between them")
    hosts = dict.fromkeys(_mirror_host(url) for url in _split(mirrors))
    return Plan(
        command=command,
        channels=(*ids, *hosts),
        since=first,
        until=last,
        limit=_number(limit),
    )


def require_arguments(given: Mapping[str, str]) -> None:
    """Refuse arguments of a crawl, ``-a NAME=VALUE``, that Scrapy would pass over, or stumble on.

    Raises:
        ConfigError: One is unknown, or cannot be used.
    """
    takes = inspect.signature(ChannelSpider).parameters.values()
    known = [each.name for each in takes if each.kind is each.KEYWORD_ONLY]
    for name in given:
        if name not in known:
            raise unknown("-a", name, known, "argument")
    asked = {"channels": "", "since": "", "limit": "", "mirrors": "", "command": "", **given}
    plan_of(asked.pop("channels"), **asked)


def start_links(plan: Plan, mirrors: str) -> tuple[Link, ...]:
    """The list pages that a crawl begins with."""
    known = load()
    pages = (
        page.url
        for name in plan.channels
        if name in known
        for page in known[name].lists
        if not known[name].excludes(page.url)
    )
    links = [_list_link(url) for url in pages]
    mirrored = [
        Link(url=url, fetch_url=url, kind="list", channel=_mirror_host(url))
        for url in _split(mirrors)
    ]
    return (*links, *mirrored)


def _mirror_host(url: str) -> str:
    """The host of a mirror's list page.

    Raises:
        ConfigError: It may never be asked, or is no address.
    """
    if reason := objection(url):
        raise ConfigError(
            f"mirror {url!r}: cannot be asked ({reason}); name the address of a public page: "
            "http://host/path"
        )
    return urlsplit(url).hostname or ""


def _list_link(url: str) -> Link:
    address = classify(url)
    return Link(
        url=address.canonical,
        fetch_url=address.fetch_url,
        kind="list",
        channel=address.channel or address.host,
    )


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(f"limit={text}: expected a number of articles, 1 or more")
    return int(text)
