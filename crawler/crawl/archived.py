"""What today's code reads in archived bytes."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from crawler import extract
from crawler.crawl.helpers import limited
from crawler.errors import ArchiveError, ConfigError, ExtractionError
from crawler.extract.repaired import is_hopeless
from crawler.items import Article
from crawler.store.archive import Archive, Record


def extract_record(record: Record) -> Article:
    """Extract the article of one visit of the archive.

    Raises:
        ExtractionError: A page gives no article, or none that can be read.
        TooDearError: It takes too long.
    """
    article = article_of(record, limited(record.url, lambda: extract.extract(record.fetches)))
    if is_hopeless(article):
        raise ExtractionError(record.url, article.template, "text", "undecodable")
    return article


def article_of(record: Record, article: Article) -> Article:
    """What was read in a record, under the record's own name."""
    return replace(article, url=record.url, channel=record.channel)


def earlier_record(path: Path, url: str, sha256: str) -> Record | None:
    """What stood at ``url`` when its body was ``sha256``.

    Args:
        path: The archive's file.
        url: Canonical address.
        sha256: Of the first page.

    Returns:
        ``None`` if the bytes are not there, or cannot be read.
    """
    try:
        with contextlib.closing(Archive(path, readonly=True)) as archive:
            return archive.before(url, sha256)
    except (ArchiveError, ConfigError):
        return None
