"""From raw bytes to an article, in one piece: charset, extraction, joining, repair.

The crawl walks the same way step by step; ``renmin reparse`` and the dashboard take this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.errors import ExtractionError
from crawler.extract.parse import ParsedPage, join, parse_article
from crawler.extract.repaired import is_hopeless, mended
from crawler.items import Article, Fetch, Verdict
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


def mend(article: Article, first: Fetch) -> Article:
    """Repair an assembled article; ``first`` is its first page as it was fetched."""
    verdict = article.charset or decide(first.body, first.headers.get("content-type"))
    return mended(article, lambda: decode(first.body, verdict), first.url)


def extract_record(record: Record) -> Article:
    """Extract the article of one visit of the archive.

    Raises:
        ExtractionError: A page gives no article, or none that can be read.
    """
    pages = [read_page(fetch) for fetch in record.fetches]
    article = replace(assemble(record.url, pages, record.fetches[0]), channel=record.channel)
    article = mend(article, record.fetches[0])
    if is_hopeless(article):
        raise ExtractionError(record.url, article.template, "text", "undecodable")
    return article
