"""Keep an article in three steps in one direction, read, decide, write; or take it away for good.

Everything is written in the caller's transaction; what the articles of a batch have in common,
their texts and the index of words, is written by :func:`finish`, one statement for all of them.

Taking articles away keeps them from coming back as well (:func:`forget`). Article, revisions, keys,
index of words, frontier and raw bodies go; what stays is a digest of the address and the reason.
Copies of a removed original get the next original among themselves.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler import clock
from crawler.crawl import neighbours
from crawler.crawl.decide import Change, Copy, Event, New, Revision, Same, decide, decide_reading
from crawler.crawl.neighbours import Neighbours, body_of, candidate, copy
from crawler.dedup import corpus
from crawler.dedup.corpus import rank
from crawler.dedup.sketch import Sketch, pack, quarter_of, sketch
from crawler.items import Article
from crawler.site.urls import classify
from crawler.store import articles, fingerprints, frontier, revisions, search
from crawler.store.archive import Archive
from crawler.store.articles import By, Stored
from crawler.store.engine import Store
from crawler.store.photos import PhotoStore
from crawler.store.search import IndexEntry
from crawler.store.tables import article
from crawler.store.tables import frontier as frontier_table


@dataclass(frozen=True, slots=True)
class Kept:
    """An article that is in the store.

    Attributes:
        id: Its row.
        article: As it stands now, with its marks.
        event: What became of it.
        text: Its row for the table of revisions; empty if no text is new.
        copies: How other articles relate to it that were no copies before it came.
    """

    id: int
    article: Article
    event: Event
    text: Mapping[str, Any] = field(default_factory=dict)
    copies: tuple[str, ...] = ()


def keep(
    connection: Connection,
    item: Article,
    now: datetime,
    by: By,
    earlier: Article | None = None,
) -> Kept | None:
    """Keep a crawled article; :func:`finish` must follow.

    Args:
        connection: The transaction.
        item: As it was extracted.
        now: When it was fetched.
        by: Who brought it.
        earlier: See :func:`crawler.crawl.decide.decide`.

    Returns:
        ``None`` if the article at this address was removed for good: then nothing was written.
    """
    return _keep(connection, item, now, by, lambda around: decide(item, around, earlier))


def keep_reading(connection: Connection, item: Article, now: datetime, by: By) -> Kept | None:
    """Keep another reading of archived bytes; :func:`finish` must follow.

    Returns:
        ``None`` if the article at this address was removed for good: then nothing was written.
    """
    return _keep(connection, item, now, by, lambda around: decide_reading(item, around))


def _keep(
    connection: Connection,
    item: Article,
    now: datetime,
    by: By,
    decided: Callable[[Neighbours], Change],
) -> Kept | None:
    if frontier.is_removed(connection, item.url):
        return None
    # Twice, if another process stored the address between the reading and the writing.
    for _ in range(2):
        around = neighbours.read(connection, item, now)
        if kept := write(connection, decided(around), now, by):
            return kept
    raise LookupError(f"{item.url}: neither new nor known")


def write(connection: Connection, change: Change, now: datetime, by: By) -> Kept | None:
    """Write a change, but for what :func:`finish` does.

    Returns:
        ``None`` if the address of a new article is taken by now: then nothing was written.
    """
    if isinstance(change, Same):
        articles.touch(connection, change.known.id, change.article)
        return Kept(change.known.id, change.known.article, change.event)
    item, exact = change.article, change.sketch.exact.hex()
    if isinstance(change, Revision):
        article_id, extraction = change.known.id, change.extraction
        forget_keys(connection, article_id, change.known.article)
        articles.replace(
            connection, change.known, item, extraction=extraction, text_hash=exact, by=by
        )
        original = change.original
        if original is not None or change.known.article.duplicate_of is not None:
            _mark(connection, article_id, item, original)
    else:
        inserted = articles.insert(connection, item, text_hash=exact, now=now, by=by)
        if inserted is None:
            return None
        article_id, extraction = inserted, 1
        if isinstance(change, Copy):
            _mark(connection, article_id, item, change.original)
    fingerprints.add(connection, _packed(article_id, item, change.sketch))
    copies: tuple[str, ...] = ()
    if not isinstance(change, Copy):
        _write_family(connection, article_id, change)
        copies = tuple(each.relation.name for each in change.adopted if each.is_new)
    text = revisions.row_of(article_id, item, extraction, by)
    return Kept(article_id, item, change.event, text, copies)


def finish(connection: Connection, kept: Sequence[Kept | None]) -> None:
    """Keep the texts of stored articles and make them findable, all of a transaction at once."""
    told = [each for each in kept if each and each.text]
    revisions.add(connection, [each.text for each in told])
    # Last of all: whatever is written after it makes FTS5 empty its buffer.
    search.index_articles(connection, [_entry(each) for each in told])


def _write_family(connection: Connection, article_id: int, change: New | Revision) -> None:
    """Write what an article means for those whose original it is now."""
    for each in change.adopted:
        similarity = round(each.relation.similarity, 4)
        marks = (article_id, each.relation.name, similarity)
        articles.mark_duplicate(connection, each.id, *marks, changes=True)
    for settled in change.settled:
        articles.amend(connection, settled.id, settled.article)


def _mark(connection: Connection, article_id: int, item: Article, original: int | None) -> None:
    articles.mark_duplicate(connection, article_id, original, item.relation, item.similarity)


def forget_keys(connection: Connection, article_id: int, known: Article) -> None:
    """Take the keys of an article's earlier text out of the index."""
    fingerprints.remove(connection, _packed(article_id, known, sketch(body_of(known))))


def write_sketch(connection: Connection, article_id: int, item: Article) -> None:
    """Keep the digest and the keys of an article's text that has none, or others."""
    summary = sketch(body_of(item))
    digest = {"text_hash": summary.exact.hex()}
    connection.execute(sa.update(article).where(article.c.id == article_id).values(digest))
    fingerprints.add(connection, _packed(article_id, item, summary))


def _packed(article_id: int, item: Article, summary: Sketch) -> list[int]:
    quarter = quarter_of(item.published_at.date() if item.published_at else None)
    return [pack(key, article_id, quarter) for key in summary.keys]


def _entry(kept: Kept) -> IndexEntry:
    item = kept.article
    titles = (item.title, item.kicker, item.subtitle)
    lines = (*item.paragraphs, *(photo.caption for photo in item.photos))
    return IndexEntry(kept.id, "\n".join(filter(None, titles)), "\n".join(filter(None, lines)))


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
    frontier.remove_for_good(connection, url, reason, clock.now())
    _forget_page(connection, url)
    known = articles.find(connection, url)
    if known is None:
        return None
    forget_keys(connection, known.id, known.article)
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
    for number, match in corpus.settle(texts):
        if match:
            marks = (match.number, match.relation.name, round(match.relation.similarity, 4))
            articles.mark_duplicate(connection, number, *marks, changes=True)


def _forget_page(connection: Connection, url: str) -> None:
    """What the frontier knows of the page goes too; so that it was found on it."""
    connection.execute(sa.delete(frontier_table).where(frontier_table.c.url == url))
    connection.execute(
        sa.update(frontier_table).where(frontier_table.c.found_on == url).values(found_on=None)
    )


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
