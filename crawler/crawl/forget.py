"""Take articles away for good: all that the house keeps of them, and that they come back.

Article, revisions, keys, index of words, frontier and raw bodies go; what stays is a digest of the
address and the reason. Copies of a removed original get the next original among themselves.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler import clock
from crawler.crawl import record
from crawler.crawl.neighbours import candidate, copy
from crawler.dedup import pairs
from crawler.dedup.corpus import rank
from crawler.site.urls import classify
from crawler.store import articles, search, tombstones
from crawler.store.archive import Archive
from crawler.store.articles import Stored
from crawler.store.engine import Store
from crawler.store.photos import PhotoStore
from crawler.store.tables import article, frontier


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of a removal.

    Attributes:
        articles: How many were stored and are not any more.
        unknown: Addresses at which nothing was stored; they will not be fetched either.
        copies: Articles that had a removed one for their original.
        bodies: Raw bodies that went.
        pictures: Photos that went.
    """

    articles: int
    unknown: tuple[str, ...]
    copies: int
    bodies: int
    pictures: int = 0


def forget(
    store: Store, archive: Path, urls: Sequence[str], reason: str, photos: Path | None = None
) -> Forgotten:
    """Remove the articles at ``urls``, in any spelling, for good.

    Args:
        store: Its crawl lock must be held by the caller.
        archive: The raw bodies; there need not be any.
        urls: Addresses.
        reason: For whoever asks later; it should not name what was removed.
        photos: The folder of photos; there need not be any.

    Raises:
        DiskFullError, BusyError: The archive cannot be written. The articles are gone by then;
            the same command again removes the bodies.
    """
    wanted = list(dict.fromkeys(classify(url).canonical for url in urls))
    copies, unknown = 0, []
    with store.writing.begin() as connection:
        if store.is_sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        for url in wanted:
            released = _forget(connection, url, reason)
            if released is None:
                unknown.append(url)
            copies += released or 0
        if len(unknown) < len(wanted):
            search.forget(connection)
    if store.path:
        _empty_log(store.path)
    return Forgotten(
        len(wanted) - len(unknown),
        tuple(unknown),
        copies,
        _forget_bodies(archive, wanted),
        _forget_photos(photos, wanted),
    )


def _forget(connection: Connection, url: str, reason: str) -> int | None:
    """Remove one; the number of its copies, or ``None`` if nothing was stored there."""
    tombstones.add(connection, url, reason, clock.now())
    _forget_page(connection, url)
    known = articles.find(connection, url)
    if known is None:
        return None
    record.forget_keys(connection, known.id, known.article)
    family = articles.families(connection, {known.id})
    copies = [each for each in family if each.id != known.id]
    for each in copies:
        articles.mark_duplicate(connection, each.id, None, None, None, changes=True)
    # Revisions go with it.
    connection.execute(sa.delete(article).where(article.c.id == known.id))
    settle(connection, copies)
    return len(copies)


def settle(connection: Connection, copies: Sequence[Stored]) -> None:
    """Choose originals among articles that lost theirs, and mark the others.

    They were copies of one text, but two parts of it may have nothing in common.
    """
    ranked = sorted(copies, key=lambda each: rank(copy(each.id, each.article, each.first_seen_at)))
    texts = [candidate(each.id, each.article, each.text_hash) for each in ranked]
    for number, match in pairs.settle(texts):
        if match:
            marks = (match.number, match.relation.name, round(match.relation.similarity, 4))
            articles.mark_duplicate(connection, number, *marks, changes=True)


def _forget_page(connection: Connection, url: str) -> None:
    """What the frontier knows of the page goes too; so that it was found on it."""
    connection.execute(sa.delete(frontier).where(frontier.c.url == url))
    connection.execute(sa.update(frontier).where(frontier.c.found_on == url).values(found_on=None))


def _forget_bodies(archive: Path, urls: Sequence[str]) -> int:
    if not archive.exists():
        return 0
    with contextlib.closing(Archive(archive)) as opened:
        return opened.forget(urls)


def _forget_photos(folder: Path | None, urls: Sequence[str]) -> int:
    if folder is None or not folder.exists():
        return 0
    with contextlib.closing(PhotoStore(folder)) as opened:
        return opened.forget(urls)


def _empty_log(path: Path) -> None:
    """Leave nothing in the write-ahead log; what was deleted is overwritten in the file."""
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
