"""What a crawl writes into its log: what a person would look for, and no item twice."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

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
