"""What a crawl says while it goes on: a bar on a terminal, one line a minute in a log, its own log.

A log holds what a person would look for, and no item twice.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from contextlib import suppress
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from crawler.config import load
from crawler.crawl import run_log
from crawler.crawl.session import CrawlSession
from crawler.hooks.crawling import Crawling
from crawler.items import Article


class QuietFormatter(LogFormatter):
    """One line an article at DEBUG instead of the whole article."""

    def scraped(
        self, item: Any, response: Response | Failure | None, spider: Any
    ) -> LogFormatterResult:
        """Name the article, not its text."""
        result = super().scraped(item, response, spider)
        if isinstance(item, Article):
            result["msg"] = "stored url=%(url)s template=%(template)s"
            result["args"] = {"url": item.url, "template": item.template}
        return result

    def dropped(
        self,
        item: Any,  # noqa: ARG002
        exception: BaseException,
        response: Response | Failure | None,  # noqa: ARG002
        spider: Any,  # noqa: ARG002
    ) -> LogFormatterResult:
        """A visit without an article was recorded like any other."""
        return {
            "level": logging.DEBUG,
            "msg": "no article: %(why)s",
            "args": {"why": str(exception)},
        }


LINE_SECONDS = 60.0
BAR_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Progressing:
    """Says how far the crawl is, from its first page to its last.

    Args:
        crawler: Scrapy's.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._began = time.monotonic()
        self._telling: asyncio.Task[None] | None = None
        self._log: logging.Handler | None = None
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progressing:
        """Switch off for spiders without a plan, which have no run."""
        if getattr(crawler.spider, "plan", None) is None:
            raise NotConfigured
        return cls(crawler)

    def _opened(self) -> None:
        crawling = self._crawler.get_extension(Crawling)
        if crawling is None:
            return
        session = crawling.session
        config = load(database=self._crawler.settings["RENMIN_DATABASE"])
        with suppress(OSError):  # a crawl without its log is better than none
            self._log = run_log.keep(config, session.run_id)
        logger.info("run %d began: %s", session.run_id, session.plan.command)
        telling = self._bar(session) if sys.stderr.isatty() else self._lines(session)
        self._telling = asyncio.get_running_loop().create_task(telling)

    def _closed(self, reason: str) -> None:
        if self._telling:
            self._telling.cancel()
        crawling = self._crawler.get_extension(Crawling)
        logger.info("ended: %s", crawling.finish_reason(reason) if crawling else reason)
        if self._log:
            logging.getLogger().removeHandler(self._log)
            self._log.close()

    async def _lines(self, session: CrawlSession) -> None:
        while True:
            await asyncio.sleep(LINE_SECONDS)
            logger.info("%s", self._said(session))

    async def _bar(self, session: CrawlSession) -> None:
        columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"))
        terminal, handlers = sys.stderr, _on_terminal()
        for handler in handlers:
            handler.setLevel(logging.WARNING)  # the run's log has the rest
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            for handler in handlers:
                handler.setStream(sys.stderr)  # above the bar, and not through it
            task = bar.add_task("", total=None)
            try:
                while True:
                    done = session.done["pages"]
                    total = done + session.queue if session.queue else None
                    bar.update(task, completed=done, total=total, description=self._said(session))
                    await asyncio.sleep(BAR_SECONDS)
            finally:
                for handler in handlers:
                    handler.setStream(terminal)

    def _said(self, session: CrawlSession) -> str:
        return said(session.done, session.queue, time.monotonic() - self._began)


def said(done: dict[str, int], queue: int, seconds: float) -> str:
    """One line: what was done, what waits, and how long that will take at this pace.

    >>> said({"pages": 412, "new": 190, "failing": 9}, 1180, 130.0)
    'pages 412 · new 190 · queue 1,180 · 9 failing · 00:06:04 left'
    """
    pages, failing = done.get("pages", 0), done.get("failing", 0)
    parts = [f"pages {pages:,}", f"new {done.get('new', 0):,}", f"queue {queue:,}"]
    if failing:
        parts.append(f"{failing:,} failing")
    if pages + failing and queue:
        left = int(seconds / (pages + failing) * queue)
        parts.append(f"{left // 3600:02}:{left // 60 % 60:02}:{left % 60:02} left")
    return " · ".join(parts)


def _on_terminal() -> list[logging.StreamHandler[TextIO]]:
    return [
        one
        for one in logging.getLogger().handlers
        if isinstance(one, logging.StreamHandler) and one.stream is sys.stderr
    ]
