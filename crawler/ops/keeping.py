"""Put an article into the store with all that hangs on it: revision, index of texts, full text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from crawler.dedup.sketch import Sketch
from crawler.items import Article
from crawler.ops import relate
from crawler.store import articles, search
from crawler.store.articles import By, Stored


def keep_new(connection: Connection, item: Article, now: datetime, by: By) -> Article:
    """Store an article that is not there yet; give it back with its marks."""
    summary = relate.summary_of(item)
    article_id = articles.insert(connection, item, text_hash=summary.exact.hex(), now=now, by=by)
    return _enter(connection, article_id, item, summary, now)


def keep_other_text(
    connection: Connection, known: Stored, item: Article, extraction: int, by: By
) -> Article:
    """Store another text of a known article; the one before stays as a revision.

    Args:
        connection: The transaction.
        known: The article as it stood.
        item: As it stands now, with its revision.
        extraction: 1 for a new revision; one more than before for a new reading of the old one.
        by: Who brought it.

    Returns:
        ``item`` with its marks.
    """
    relate.forget(connection, known)
    summary = relate.summary_of(item)
    articles.replace(
        connection,
        known,
        item,
        extraction=extraction,
        text_hash=summary.exact.hex(),
        by=by,
    )
    return _enter(connection, known.id, item, summary, known.first_seen_at)


def _enter(
    connection: Connection,
    article_id: int,
    item: Article,
    summary: Sketch,
    first_seen: datetime,
) -> Article:
    titles = (item.title, item.kicker, item.subtitle)
    lines = (*item.paragraphs, *(photo.caption for photo in item.photos))
    search.index_article(
        connection, article_id, "\n".join(filter(None, titles)), "\n".join(filter(None, lines))
    )
    return relate.relate(connection, article_id, item, summary, first_seen)
