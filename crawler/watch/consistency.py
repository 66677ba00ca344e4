"""Do database and archive belong together? Articles without raw bytes, raw pages without an article."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.tables import article

BATCH = 500


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a database and an archive fit.

    Attributes:
        articles: Articles of the database.
        without_body: Of these, how many whose raw bytes the archive does not have.
        without_article: Addresses whose pages the archive has, and the database no article of.
    """

    articles: int
    without_body: int
    without_article: int


def compare(connection: Connection, archive: Path) -> Agreement:
    """Hold every article against the archive, and every page of the archive against the articles.

    Args:
        connection: Of the database.
        archive: The archive's file; it is only read.

    Raises:
        sqlite3.Error: The archive cannot be read.
    """
    query = sa.select(article.c.url, article.c.body_sha256).execution_options(yield_per=BATCH)
    with contextlib.closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as kept:
        urls: set[str] = set()
        missing = 0
        with connection.execute(query) as found:
            for batch in found.partitions(BATCH):
                urls.update(url for url, _ in batch)
                missing += _missing(kept, {digest for _, digest in batch if digest})
                missing += sum(1 for _, digest in batch if not digest)
        pages = kept.execute(
            "SELECT DISTINCT url FROM fetch WHERE kind = 'article' AND status IN (200, 203)"
        )
        orphans = sum(1 for (url,) in pages if url not in urls)
    return Agreement(len(urls), missing, orphans)


def _missing(kept: sqlite3.Connection, digests: set[str]) -> int:
    """How many of these bodies the archive does not have."""
    marks = ",".join("?" * len(digests))
    query = f"SELECT count(*) FROM body WHERE sha256 IN ({marks})"
    there: int = kept.execute(query, tuple(digests)).fetchone()[0]
    return len(digests) - there
