"""Put an article into the store with all that hangs on it: revision, index of texts, full text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from crawler.crawl import relate
from crawler.crawl.verifying import verify
from crawler.items import Article
from crawler.store import articles, revisions, search
from crawler.store.articles import By, Stored
from crawler.store.search import Entry


@dataclass(frozen=True, slots=True)
class Kept:
    """An article that was stored.

    Attributes:
        id: Its row.
        article: As it stands now, with its marks.
        text: Its row for the table of revisions.
    """

    id: int
    article: Article
    text: Mapping[str, Any]


def keep_new(connection: Connection, item: Article, now: datetime, by: By) -> Kept | None:
    """Store an article if it is not there yet; :func:`finish` must follow.

    Returns:
        ``None`` if it is there: then nothing was done.
    """
    summary = relate.summary_of(item)
    article_id = articles.insert(connection, item, text_hash=summary.exact.hex(), now=now, by=by)
    if article_id is None:
        return None
    item = relate.relate(connection, article_id, item, summary, now)
    item = verify(connection, article_id, item)
    return Kept(article_id, item, revisions.row_of(article_id, item, 1, by))


def keep_other_text(
    connection: Connection, known: Stored, item: Article, extraction: int, by: By
) -> Kept:
    """Store another text of a known article; :func:`finish` must follow.

    The text before stays as a revision.

    Args:
        connection: The transaction.
        known: The article as it stood.
        item: As it stands now, with its revision.
        extraction: 1 for a new revision; one more than before for a new reading of the old one.
        by: Who brought it.
    """
    relate.forget(connection, known)
    # So that a mark which no longer holds is seen and taken away.
    item = replace(item, duplicate_of=known.article.duplicate_of)
    summary = relate.summary_of(item)
    articles.replace(
        connection,
        known,
        item,
        extraction=extraction,
        text_hash=summary.exact.hex(),
        by=by,
    )
    item = relate.relate(connection, known.id, item, summary, known.first_seen_at)
    item = verify(connection, known.id, item)
    return Kept(known.id, item, revisions.row_of(known.id, item, extraction, by))


def finish(connection: Connection, kept: Sequence[Kept]) -> None:
    """Keep the texts of stored articles and make them findable, all of a transaction at once."""
    revisions.add(connection, [each.text for each in kept])
    # Last of all: whatever is written after it makes FTS5 empty its buffer.
    search.index_articles(connection, [_entry(each) for each in kept])


def _entry(kept: Kept) -> Entry:
    item = kept.article
    titles = (item.title, item.kicker, item.subtitle)
    lines = (*item.paragraphs, *(photo.caption for photo in item.photos))
    return Entry(kept.id, "\n".join(filter(None, titles)), "\n".join(filter(None, lines)))
