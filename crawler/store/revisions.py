"""Every text that an article ever had: one row a revision and extraction.

:func:`versions` gives the texts and when each held: one a revision, as it reads with the latest code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from crawler import clock
from crawler.items import Article, Photo
from crawler.store.articles import By, as_dict, facts_of, with_facts
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


@dataclass(frozen=True, slots=True)
class Version:
    """A text of an article.

    Attributes:
        article: The article with this text. Of a text that was stored before all of its facts were
            kept, those are unknown: null, or an empty list.
        valid_from: When it was first seen.
        valid_to: When the next one was; ``None`` for the present one.
    """

    article: Article
    valid_from: datetime
    valid_to: datetime | None = None


def versions(connection: Connection, article_id: int, item: Article) -> list[Version]:
    """Every revision of a stored article, oldest first.

    Args:
        connection: Any.
        article_id: Its row.
        item: As it stands.
    """
    first_seen = item.first_seen_at or item.fetched_at
    if first_seen is None:
        raise ValueError(f"{item.url}: not a stored article")
    if item.revision == 1:
        return [Version(item, first_seen)]
    latest: dict[int, Mapping[str, Any]] = {}
    begins: dict[int, datetime] = {}
    for row in all_of(connection, article_id):
        number = row["revision"]
        latest[number] = dict(row)
        begins[number] = min(begins.get(number, row["fetched_at"]), row["fetched_at"])
    numbers = sorted(latest)
    ends = [*(begins[number] for number in numbers[1:]), None]
    return [
        Version(
            item if number == item.revision else _earlier(item, latest[number]),
            begins[number],
            end,
        )
        for number, end in zip(numbers, ends, strict=True)
    ]


def as_of(connection: Connection, article_id: int, item: Article, moment: datetime) -> Article:
    """The article as it stood just before ``moment``; the oldest text if all are later."""
    known = versions(connection, article_id, item)
    return next((each for each in reversed(known) if each.valid_from < moment), known[0]).article


def _earlier(item: Article, row: Mapping[str, Any]) -> Article:
    """An article with an earlier text of its own."""
    bare = Article(
        url=item.url,
        fetched_url=item.fetched_url,
        channel=item.channel,
        node_id=item.node_id,
        content_id=item.content_id,
        template=item.template,
        title=row["title"],
        paragraphs=tuple(row["paragraphs"]),
        photos=tuple(Photo(**photo) for photo in row["photos"]),
        body_sha256=row["body_sha256"],
        fetched_at=row["fetched_at"],
        code_version=row["code_version"],
        revision=row["revision"],
        first_seen_at=item.first_seen_at,
        duplicate_of=item.duplicate_of,
        relation=item.relation,
        similarity=item.similarity,
    )
    if row["facts"] is None:
        # The day belongs to the article more than to the text: it is what one looks for it by.
        return replace(bare, published_at=item.published_at)
    return with_facts(bare, row["facts"])
