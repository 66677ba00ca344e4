"""The texts that an article had, and when: one a revision, as it reads with the latest code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from crawler.items import Article, Photo
from crawler.store import revisions
from crawler.store.rows import with_facts


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
    for row in revisions.all_of(connection, article_id):
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
