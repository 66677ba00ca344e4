"""From raw bytes to an article, in one piece: charset, extraction, joining, repair.

The crawl walks the same way step by step; ``renmin reparse`` and the dashboard take this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.items import Article, Fetch, Verdict
from crawler.ops.repairing import repaired
from crawler.page.parse import ParsedPage, join, parse_article
from crawler.store.archive import Record
from crawler.text import decide, decode


def read_page(fetch: Fetch, verdict: Verdict | None = None) -> ParsedPage:
    """Decode and parse one page.

    Args:
        fetch: The response.
        verdict: Its charset, if that was decided already.

    Raises:
        ExtractionError: The page gives no article.
    """
    verdict = verdict or decide(fetch.body, fetch.headers.get("content-type"))
    page = parse_article(decode(fetch.body, verdict), fetch.url)
    return replace(page, article=replace(page.article, charset=verdict))


def assemble(url: str, pages: Sequence[ParsedPage], first: Fetch) -> Article:
    """Join the pages of an article and say where it came from; not repaired yet.

    Args:
        url: Canonical address.
        pages: All of its pages in order, at least one.
        first: The response that brought the first.
    """
    return replace(
        join(pages),
        url=url,
        fetched_url=first.url,
        fetched_at=first.fetched_at,
        body_sha256=first.sha256,
    )


def extract_record(record: Record) -> Article:
    """Extract the article of one visit of the archive.

    Raises:
        ExtractionError: A page gives no article.
    """
    pages = [read_page(fetch) for fetch in record.fetches]
    article = assemble(record.url, pages, record.fetches[0])
    return repaired(replace(article, channel=record.channel))
