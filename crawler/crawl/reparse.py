"""Run extraction again over the archive: every core, no network.

Workers read, extract and compare; only what reads otherwise than before comes back to the one
writer, which stores it as a new extraction of the same revision. Reading anew is no revision: the
site changed nothing.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from crawler import clock
from crawler.crawl import helpers
from crawler.crawl.decide import against_original
from crawler.crawl.reading import extract_record
from crawler.crawl.record import Kept, finish, keep_reading
from crawler.errors import ArchiveError, ExtractionError
from crawler.extract import version
from crawler.items import Article
from crawler.store import articles, frontier, last_visits
from crawler.store.archive import Archive
from crawler.store.articles import By
from crawler.store.engine import Store, open_store

CHUNK = 8
# For fewer chunks a helper is not worth starting.
WORTH_A_HELPER = 8
# What the store knows and the page does not.
NOT_FROM_THE_PAGE = {
    *("duplicate_of", "relation", "similarity", "revision", "fetched_at"),
    *("first_seen_at", "changed_at", "code_version"),
}
FROM_THE_PAGE = tuple(each.name for each in fields(Article) if each.name not in NOT_FROM_THE_PAGE)


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of reading one page of the archive again.

    Attributes:
        url: Canonical address.
        article: As it reads now, if it reads otherwise than it is stored; else ``None``.
        error: Why it could not be read; ``None`` if it could.
    """

    url: str
    article: Article | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Reparsed:
    """What a whole pass came to.

    Attributes:
        pages: Articles read.
        changed: Those that read otherwise now.
        errors: Those that could not be read: address and reason.
        seconds: How long it took.
    """

    pages: int
    changed: int
    errors: tuple[tuple[str, str], ...]
    seconds: float


def reparse(
    store: Store,
    archive: Path,
    *,
    channel: str | None = None,
    since: datetime | None = None,
    processes: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Reparsed:
    """Extract every article of the archive again and store what reads otherwise.

    Args:
        store: Where the articles are; its crawl lock must be held by the caller.
        archive: The raw bodies.
        channel: Only this channel.
        since: Only pages fetched since then.
        processes: Worker processes; ``None`` for one a core.
        progress: Told how many of how many are done, now and then.

    Raises:
        ConfigError: There is no archive.
    """
    began = time.monotonic()
    with contextlib.closing(Archive(archive, readonly=True)) as opened:
        ids = opened.articles(channel, since)
    changed, errors, done = 0, [], 0
    for readings in _read_all(store, archive, ids, processes or os.cpu_count() or 1):
        news = [reading.article for reading in readings if reading.article]
        if news:
            with store.writing.begin() as connection:
                finish(connection, [_keep(connection, each) for each in news])
        changed += len(news)
        errors += [(each.url, each.error) for each in readings if each.error]
        done += len(readings)
        progress(done, len(ids))
    return Reparsed(done, changed, tuple(errors), time.monotonic() - began)


def reextract_url(store: Store, archive: Archive, url: str) -> Reread:
    """Extract one page again, and store it if it reads otherwise.

    Args:
        store: Where the articles are.
        archive: The raw bodies.
        url: Canonical address.
    """
    record = archive.latest(url)
    if record is None:
        return Reread(url, error="the archive has no such page")
    with store.reading.connect() as connection:
        reading = _read(connection, archive, url, None)
    if reading.article:
        with store.writing.begin() as connection:
            finish(connection, [_keep(connection, reading.article)])
    return reading


def _keep(connection: Connection, article: Article) -> Kept | None:
    """Store a reading; a page that had failed is no failure any more, and looked at as others are."""
    fetched_at = article.fetched_at or clock.now()
    kept = keep_reading(connection, article, fetched_at, By(None, version()))
    due_at = last_visits.next_check(article.published_at, fetched_at, 0)
    frontier.read_at_last(connection, article.url, due_at)
    return kept


def _read_all(
    store: Store, archive: Path, ids: Sequence[int], processes: int
) -> Iterator[list[Reread]]:
    """Read all pages, here and in ``processes - 1`` helpers."""
    database = store.writing.url.render_as_string(hide_password=False)
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    count = min(processes - 1, len(chunks) // WORTH_A_HELPER)
    if count:
        store.close()  # its engines open anew when they are asked; see helpers
    return helpers.share(chunks, _Worker, (database, archive), count)


class _Worker:
    """Reads chunks of the archive in a process of its own."""

    def __init__(self, database: str, archive: Path) -> None:
        self._store = open_store(database, create=False)
        self._archive = Archive(archive, readonly=True)

    def close(self) -> None:
        self._store.close()
        self._archive.close()

    def __call__(self, ids: Sequence[int]) -> list[Reread]:
        with self._store.reading.connect() as connection:
            return [_read(connection, self._archive, str(each), each) for each in ids]


def _read(connection: Connection, archive: Archive, name: str, first_id: int | None) -> Reread:
    try:
        name = name if first_id is None else archive.address(first_id)
        record = archive.latest(name) if first_id is None else archive.record(first_id)
        if record is None:
            return Reread(name, error="the archive has no such page")
        article = extract_record(record)
    except (ArchiveError, ExtractionError) as error:
        return Reread(name, error=str(error))
    known = articles.find(connection, record.url)
    if known is None:
        return Reread(record.url, article)
    original = articles.find_all(connection, {known.article.duplicate_of or ""})
    article = against_original(article, known.article, original[0] if original else None)
    return Reread(record.url, None if _content(known.article) == _content(article) else article)


def _content(article: Article) -> tuple[object, ...]:
    return tuple(getattr(article, name) for name in FROM_THE_PAGE)
