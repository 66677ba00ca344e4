"""The spider of ``renmin photos fetch``: the pictures of articles that are stored already.

It asks through the same hooks as a crawl: guard, robots.txt, delays, rests. What came goes to a
:class:`~crawler.crawl.photos.Round`; nothing is read but the head of a picture.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler import clock
from crawler.crawl.photos import Round
from crawler.errors import RenminError
from crawler.items import Failure
from spiders import WITHOUT_A_STORE
from spiders.responses import failure_of, no_page

# Photos that wait in the hosts' queues at a time.
MOST_OPEN = 64


class PhotoSpider(Spider):
    """Fetches the photos of a round.

    Args:
        round_: What is to be fetched, and where it goes.
        limit: At most so many; 0 for all.

    Attributes:
        broken: What ended the round early: the disk is full.
    """

    name = "photos"
    custom_settings = {  # noqa: RUF012 - Scrapy's own attribute
        **WITHOUT_A_STORE,
    }

    def __init__(self, *args: Any, round_: Round, limit: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._round, self._limit = round_, limit
        self._open = 0
        self.broken: RenminError | None = None

    async def start(self) -> AsyncIterator[Request]:
        """Ask for what is missing, a little at a time."""
        for number, url in enumerate(self._round.missing(), 1):
            while self._open >= MOST_OPEN:
                await asyncio.sleep(0.05)
                self._round.beat(clock.now())
            if self.broken or (self._limit and number > self._limit):
                return
            self._open += 1
            yield Request(
                url,
                callback=self.came,
                errback=self.failed,
                cb_kwargs={"photo": url},
                headers={"Accept": "image/*"},
                dont_filter=True,
            )

    def came(self, response: Response, photo: str) -> None:
        """Hand the bytes on."""
        self._open -= 1
        if failure := no_page(response):
            self._settle(photo, failure)
        else:
            self._settle(photo, response.body)

    def failed(self, failure: TwistedFailure) -> None:
        """Say why a photo could not be fetched."""
        self._open -= 1
        request: Request = failure.request  # type: ignore[attr-defined]
        reason, _ = failure_of(failure.value or TimeoutError(), request)
        self._settle(request.cb_kwargs["photo"], reason)

    def closed(self, reason: str) -> None:
        """Tell the round why it ended."""
        self._round.reason = "disk_full" if self.broken else reason

    def _settle(self, photo: str, found: bytes | Failure) -> None:
        if self.broken:
            return
        try:
            if isinstance(found, Failure):
                self._round.failed(photo, found)
            else:
                self._round.came(photo, found)
        except RenminError as error:
            self.broken = error
