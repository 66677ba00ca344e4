"""What today's code reads in archived bytes."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from crawler.errors import ArchiveError, ConfigError, ExtractionError
from crawler.extract import extract
from crawler.extract.repaired import is_hopeless
from crawler.items import Article
from crawler.store.archive import Archive, Record


def extract_record(record: Record) -> Article:
    """Extract the article of one visit of the archive.

    Raises:
        ExtractionError: A page gives no article, or none that can be read.
    """
    article = replace(extract(record.fetches), url=record.url, channel=record.channel)
    if is_hopeless(article):
        raise ExtractionError(record.url, article.template, "text", "undecodable")
    return article


def earlier_reading(path: Path, url: str, sha256: str) -> Article | None:
    """The article that stood at ``url`` when its body was ``sha256``, as it reads today.

    Args:
        path: The archive's file.
        url: Canonical address.
        sha256: Of the first page.

    Returns:
        ``None`` if the bytes are not there, or give no article.
    """
    try:
        with contextlib.closing(Archive(path, readonly=True)) as archive:
            record = archive.before(url, sha256)
        return extract_record(record) if record else None
    except (ArchiveError, ConfigError, ExtractionError):
        return None
