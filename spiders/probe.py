"""The spider of ``renmin probe``: a look at channels before they are crawled. It stores nothing.

It asks through the same hooks as a crawl (guard, robots.txt, delays), for each list page of a
channel and then for its newest articles, first pages only. What it saw is in
:attr:`ProbeSpider.visits` and :attr:`ProbeSpider.robots`; :mod:`crawler.watch.probe` judges it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.crawl.helpers import limited
from crawler.errors import ConfigError, ExtractionError
from crawler.extract import assemble, links, read
from crawler.items import Link, PageKind, Visit
from crawler.site.channels import find, load
from crawler.site.urls import classify
from spiders import WITHOUT_A_STORE
from spiders.responses import extraction_failed, failure_of, fetch_of

# Articles looked at in each channel, the newest that its lists lead to.
ARTICLES = 3


class ProbeSpider(Spider):
    """Looks at channels.

    Args:
        channels: Ids, hosts or Chinese names, parted by commas; ``all`` for every channel.
        primary: Not empty for the lists alone that a short crawl starts from.

    Attributes:
        visits: One for each page that was asked for, in the order of the answers.
        robots: What each host's robots.txt said, by host: state, detail and crawl_delay.
    """

    name = "probe"
    custom_settings = {  # noqa: RUF012 - Scrapy's own attribute
        **WITHOUT_A_STORE,
        "RETRY_TIMES": 1,  # a crawl tries more often; this is a look
    }

    def __init__(self, *args: Any, channels: str = "", primary: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [name.strip() for name in channels.split(",") if name.strip()]
        if not names:
            raise ConfigError("no channel named; try: renmin probe sd (all: renmin channels)")
        known = load().values() if names == ["all"] else map(find, names)
        self.channels = {channel.id: channel for channel in known}
        self.primary = bool(primary)
        self.visits: list[Visit] = []
        self.robots: dict[str, dict[str, Any]] = {}
        self._waiting: Counter[str] = Counter()
        self._newest: dict[str, dict[str, Link]] = {id_: {} for id_ in self.channels}

    async def start(self) -> AsyncIterator[Request]:
        """Begin with the list pages."""
        for channel in self.channels.values():
            pages = channel.primary if self.primary else channel.lists
            self._waiting[channel.id] = len(pages)
            for page in pages:
                address = classify(page.url)
                yield self._request(address.canonical, address.fetch_url, "list", channel.id)

    def note_robots(self, host: str, **said: Any) -> None:
        """Remember what a host's robots.txt said; the robots hook calls this."""
        self.robots[host] = said

    def parse_list(self, response: Response, url: str, channel: str) -> Iterable[Request]:
        """Take a list page's links; behind the last list, go on to the newest articles."""
        fetch = fetch_of(response)
        try:
            listing = limited(fetch.url, lambda: links(fetch))
        except ExtractionError as error:
            visit = self._visit(
                url, "list", channel, fetches=(fetch,), failure=extraction_failed(error)
            )
        else:
            own = tuple(link for link in listing.links if link.channel == channel)
            visit = self._visit(
                url,
                "list",
                channel,
                fetches=(fetch,),
                links=own,
                next_list=listing.next,
                skipped={**listing.skipped, "other-channel": len(listing.links) - len(own)},
            )
        return self._settled(visit)

    def parse_article(self, response: Response, url: str, channel: str) -> None:
        """Read the first page of an article."""
        fetch = fetch_of(response)
        try:
            brought: dict[str, Any] = {
                "article": limited(fetch.url, lambda: assemble([read(fetch)]))
            }
        except ExtractionError as error:
            brought = {"failure": extraction_failed(error)}
        self.visits.append(self._visit(url, "article", channel, fetches=(fetch,), **brought))

    def failed(self, failure: TwistedFailure) -> Iterable[Request]:
        """Say why a page could not be fetched."""
        asked = failure.request.cb_kwargs  # type: ignore[attr-defined]
        reason, response = failure_of(failure.value or TimeoutError())
        fetches = (fetch_of(response),) if response is not None else ()
        kind: PageKind = failure.request.meta["kind"]  # type: ignore[attr-defined]
        visit = self._visit(**asked, kind=kind, fetches=fetches, failure=reason)
        if kind == "list":
            return self._settled(visit)
        self.visits.append(visit)
        return ()

    def _settled(self, visit: Visit) -> list[Request]:
        """Note what became of a list; give the requests that follow the last one."""
        self.visits.append(visit)
        newest = self._newest[visit.channel]
        newest |= {link.url: link for link in visit.links if link.kind == "article"}
        self._waiting[visit.channel] -= 1
        if self._waiting[visit.channel]:
            return []
        chosen = sorted(newest.values(), key=_age, reverse=True)[:ARTICLES]
        return [
            self._request(link.url, link.fetch_url, "article", visit.channel) for link in chosen
        ]

    def _request(self, url: str, fetch_url: str, kind: PageKind, channel: str) -> Request:
        return Request(
            fetch_url,
            callback=self.parse_list if kind == "list" else self.parse_article,
            errback=self.failed,
            cb_kwargs={"url": url, "channel": channel},
            meta={"kind": kind},
            dont_filter=True,
        )

    @staticmethod
    def _visit(url: str, kind: PageKind, channel: str, **brought: Any) -> Visit:
        return Visit(url=url, frontier_id=0, kind=kind, channel=channel, **brought)


def _age(link: Link) -> tuple[date, int]:
    """Order links by day, then by number: later ones are greater."""
    number = classify(link.url).content_id or "0"
    return link.published or date.min, int(number)
