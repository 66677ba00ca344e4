"""From a visit to a row: refuse what is no article, then keep the visit.

Siblings in the order of ``ITEM_PIPELINES``; each calls one function of the house and passes on.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from crawler.crawl.reading import PageReader
from crawler.crawl.session import CrawlSession
from crawler.extract.repaired import is_hopeless
from crawler.hooks.crawling import Crawling
from crawler.items import Article, Failure, Visit

# A page may be longer; then something else than an article was extracted.
MAX_CHARACTERS = 1_000_000
# So many visits may wait to be committed before the crawl waits too.
BACKLOG = 200


class ValidatePipeline:
    """Turns a visit with an unfit article into a failure that names the field."""

    def process_item(self, item: Visit) -> Visit:
        """Give the visit back, without its article if that is unfit."""
        if item.article is None:
            return item
        failure = objection(item.article)
        if failure is None:
            return item
        return replace(item, article=None, failure=failure)


def objection(article: Article) -> Failure | None:
    """Why an article must not be stored; ``None`` if it may."""
    captions = [photo.caption for photo in article.photos if photo.caption]
    if not article.title:
        return Failure(reason="invalid_title", detail="an article without a title")
    if not article.paragraphs and not captions:
        return Failure(reason="invalid_paragraphs", detail="an article without text")
    if sum(map(len, article.paragraphs)) > MAX_CHARACTERS:
        return Failure(reason="invalid_paragraphs", detail=f"over {MAX_CHARACTERS} characters")
    if is_hopeless(article):
        return Failure(reason="undecodable", detail=f"not to be read: {', '.join(article.damage)}")
    return None


class StorePipeline:
    """Records visits.

    Args:
        session: The crawl's dealings with the store.
        reader: Reads what stood there before, where a page has changed.
    """

    def __init__(self, session: CrawlSession, reader: PageReader) -> None:
        self._session = session
        self._reader = reader

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        """Use the session that the crawl's extension opened.

        Raises:
            NotConfigured: That extension is off: there is nothing to store in.
        """
        crawling = crawler.get_extension(Crawling)
        if crawling is None:
            raise NotConfigured
        spider: Any = crawler.spider
        return cls(crawling.session, spider.reader)

    async def process_item(self, item: Visit) -> Article:
        """Record the visit.

        Returns:
            Its article, for feeds and other pipelines.

        Raises:
            DropItem: It brought none. It is recorded all the same.
        """
        earlier = await self._reader.earlier(self._session.archive_path, item)
        future = self._session.record(item, earlier)
        if self._session.backlog > BACKLOG:
            await asyncio.wrap_future(future)
        if item.article is None:
            raise DropItem("no article", log_level="DEBUG")
        return item.article
