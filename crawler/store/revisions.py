"""Every text that an article ever had: one row a revision and extraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from crawler import clock
from crawler.items import Article
from crawler.store.articles import By
from crawler.store.rows import as_dict, facts_of
from crawler.store.tables import article, revision


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep texts for good: rows of :func:`row_of`."""
    if rows:
        connection.execute(_ADD, rows)


def row_of(article_id: int, item: Article, extraction: int, by: By) -> dict[str, Any]:
    """The text of an article as a row of ``revision``."""
    return {
        "article_id": article_id,
        "revision": item.revision,
        "extraction": extraction,
        "title": item.title,
        "paragraphs": list(item.paragraphs),
        "photos": [as_dict(photo) for photo in item.photos],
        "body_sha256": item.body_sha256,
        "fetched_at": item.fetched_at,
        "code_version": by.code_version,
        "facts": facts_of(item),
    }


def all_of(connection: Connection, article_id: int) -> list[RowMapping]:
    """All texts that an article ever had, oldest first."""
    query = (
        sa.select(revision)
        .where(revision.c.article_id == article_id)
        .order_by(revision.c.revision, revision.c.extraction)
    )
    return list(connection.execute(query).mappings())


def insert_earlier(connection: Connection, article_id: int, row: Mapping[str, Any]) -> None:
    """Put a text before a later one: ``row["revision"]`` is its number, the later ones move up.

    The article itself stays as it stands, but for its number and the day on which it was first seen.
    """
    mine = revision.c.article_id == article_id
    number = row["revision"]
    # By way of negative numbers, since no two rows may have one number at any moment.
    up = sa.update(revision).where(mine, revision.c.revision >= number)
    connection.execute(up.values(revision=-(revision.c.revision + 1)))
    back = sa.update(revision).where(mine, revision.c.revision < 0)
    connection.execute(back.values(revision=-revision.c.revision))
    connection.execute(_ADD, row)
    here = sa.update(article).where(article.c.id == article_id)
    connection.execute(here.values(revision=article.c.revision + 1, changed_at=clock.now()))


def seen_earlier(connection: Connection, article_id: int, moment: datetime) -> None:
    """Note that an article was there at ``moment`` already."""
    here = sa.update(article).where(article.c.id == article_id, article.c.first_seen_at > moment)
    connection.execute(here.values(first_seen_at=moment, changed_at=clock.now()))


_ADD = sa.insert(revision)
