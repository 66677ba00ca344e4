"""Keep an article in three steps in one direction: read, decide, write.

Everything is written in the caller's transaction; what the articles of a batch have in common,
their texts and the index of words, is written by :func:`finish`, one statement for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.crawl import neighbours
from crawler.crawl.decide import Change, Copy, Event, New, Revision, Same, decide, decide_reading
from crawler.crawl.neighbours import body_of
from crawler.dedup.sketch import Sketch, pack, quarter_of, sketch
from crawler.items import Article
from crawler.store import articles, fingerprints, revisions, search, tombstones
from crawler.store.articles import By
from crawler.store.search import IndexEntry
from crawler.store.tables import article


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
    if tombstones.is_removed(connection, item.url):
        return None
    # Twice, if another process stored the address between the reading and the writing.
    for _ in range(2):
        around = neighbours.read(connection, item, now)
        if kept := write(connection, decide(item, around, earlier), now, by):
            return kept
    raise LookupError(f"{item.url}: neither new nor known")


def keep_reading(connection: Connection, item: Article, now: datetime, by: By) -> Kept | None:
    """Keep another reading of archived bytes; :func:`finish` must follow.

    Returns:
        ``None`` if the article at this address was removed for good: then nothing was written.
    """
    if tombstones.is_removed(connection, item.url):
        return None
    for _ in range(2):
        around = neighbours.read(connection, item, now)
        if kept := write(connection, decide_reading(item, around), now, by):
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
    for copy in change.settled:
        articles.amend(connection, copy.id, copy.article)


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
