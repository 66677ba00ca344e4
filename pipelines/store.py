"""Hand a visit to the store: article, links, fingerprints and the settled page, as one."""

from __future__ import annotations

import asyncio

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawler.crawl.holding import session_of
from crawler.crawl.session import CrawlSession
from crawler.items import Article, Visit

# So many visits may wait to be committed before the crawl waits too.
BACKLOG = 200


class StorePipeline:
    """Records visits.

    Args:
        session: The crawl's dealings with the store.
    """

    def __init__(self, session: CrawlSession) -> None:
        self._session = session

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        """Use the session that the crawl's extension opened."""
        return cls(session_of(crawler))

    async def process_item(self, item: Visit) -> Article:
        """Record the visit.

        Returns:
            Its article, for feeds and other pipelines.

        Raises:
            DropItem: It brought none. It is recorded all the same.
        """
        future = self._session.record(item)
        if self._session.backlog > BACKLOG:
            await asyncio.wrap_future(future)
        if item.article is None:
            raise DropItem("no article", log_level="DEBUG")
        return item.article
