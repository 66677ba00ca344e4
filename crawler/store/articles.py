"""Articles and their revisions as rows.

A row of ``article`` is the article as it stands now; ``revision`` holds every text that it ever
had: one row a revision (the site changed it) and extraction (better code read it otherwise).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from crawler import clock
from crawler.items import Article, Dateline, Doubt, Photo, Quality, Repair, Verdict
from crawler.store.columns import insert_for
from crawler.store.tables import article, revision

# Fields that are stored under their own name and as they are.
PLAIN = (
    *("url", "fetched_url", "channel", "node_id", "content_id"),
    *("title", "kicker", "subtitle", "source", "published_at", "published_precision"),
    *("published_from", "script", "text_is_captions", "template"),
    *("fetched_at", "body_sha256", "relation", "similarity", "revision"),
)
LISTS = ("authors", "editors", "paragraphs", "damage")
VALUES = {"photos": Photo, "repairs": Repair, "doubts": Doubt}
STRUCTS = {"dateline": Dateline, "charset": Verdict, "quality": Quality}
# What only the store knows.
KNOWN = ("first_seen_at", "changed_at", "code_version")
# What a revision has columns of its own for, and what is no text's but the article's.
NOT_FACTS = {
    *("url", "fetched_url", "channel", "node_id", "content_id", "title", "paragraphs", "photos"),
    *("fetched_at", "body_sha256", "relation", "similarity", "revision", "characters"),
}


def as_row(item: Article) -> dict[str, Any]:
    """The columns of ``item``, without those that only the store knows."""
    row: dict[str, Any] = {name: getattr(item, name) for name in PLAIN}
    row |= {name: list(getattr(item, name)) for name in LISTS}
    row |= {name: [as_dict(value) for value in getattr(item, name)] for name in VALUES}
    for name in STRUCTS:
        value = getattr(item, name)
        row[name] = as_dict(value) if value else None
    row["characters"] = sum(map(len, item.paragraphs))
    return row


def from_row(row: RowMapping) -> Article:
    """The article of a row of :data:`SELECT`."""
    values: dict[str, Any] = {name: row[name] for name in PLAIN}
    values |= {name: tuple(row[name]) for name in LISTS}
    values |= {
        name: tuple(_value(kind, each) for each in row[name]) for name, kind in VALUES.items()
    }
    values |= {name: kind(**row[name]) if row[name] else None for name, kind in STRUCTS.items()}
    values |= {name: row[name] for name in KNOWN}
    return Article(**values, duplicate_of=row["duplicate_of"])


def facts_of(item: Article) -> dict[str, Any]:
    """What else was known of a text, for its row in ``revision``."""
    facts = {name: value for name, value in as_row(item).items() if name not in NOT_FACTS}
    moment = facts["published_at"]
    return facts | {"published_at": moment.isoformat() if moment else None}


def with_facts(item: Article, facts: Mapping[str, Any]) -> Article:
    """``item`` with what :func:`facts_of` said of another of its texts."""
    values: dict[str, Any] = dict(facts)
    moment = facts["published_at"]
    values["published_at"] = datetime.fromisoformat(moment) if moment else None
    values |= {name: tuple(facts[name]) for name in LISTS if name in facts}
    for name, kind in VALUES.items():
        if name in facts:
            values[name] = tuple(_value(kind, each) for each in facts[name])
    for name, struct in STRUCTS.items():
        values[name] = struct(**facts[name]) if facts[name] else None
    return dataclasses.replace(item, **values)


def as_dict(value: Any) -> dict[str, Any]:
    """Its fields; none of our values holds another one, so no need to look deeper."""
    return {name: getattr(value, name) for name in value.__slots__}


def _value(kind: type, stored: dict[str, Any]) -> Any:
    if kind is Doubt:
        stored = {**stored, "candidates": tuple(stored["candidates"])}
    return kind(**stored)


original = article.alias("original")

SELECT = sa.select(article, original.c.url.label("duplicate_of")).select_from(
    article.outerjoin(original, original.c.id == article.c.duplicate_of_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An article of the store.

    Attributes:
        id: The row.
        article: The article as it stands.
        extraction: 1, or more if better code read the same bytes otherwise.
        text_hash: Digest of its canonical text, hexadecimal; empty for a text without letters.
        first_seen_at: When it was stored first.
    """

    id: int
    article: Article
    extraction: int
    text_hash: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class By:
    """Who stores a text.

    Attributes:
        run_id: The run; ``None`` outside of a crawl.
        code_version: The code that extracted it.
    """

    run_id: int | None
    code_version: str


def find(connection: Connection, url: str) -> Stored | None:
    """The article with this canonical address; ``None`` if there is none."""
    row = connection.execute(_BY_URL, {"key": url}).mappings().first()
    return _stored(row) if row else None


def get(connection: Connection, article_id: int) -> Stored | None:
    """The article with this row id; ``None`` if there is none."""
    row = connection.execute(_BY_ID, {"key": article_id}).mappings().first()
    return _stored(row) if row else None


def find_all(connection: Connection, urls: Collection[str]) -> list[Stored]:
    """The articles with these canonical addresses, oldest first; the unknown are left out."""
    if not urls:
        return []
    query = SELECT.where(article.c.url.in_(urls)).order_by(article.c.id)
    return [_stored(row) for row in connection.execute(query).mappings()]


def families(connection: Connection, ids: Collection[int]) -> list[Stored]:
    """The articles of these rows and all that are marked as copies of them, oldest first."""
    if not ids:
        return []
    wanted = sa.or_(article.c.id.in_(ids), article.c.duplicate_of_id.in_(ids))
    query = SELECT.where(wanted).order_by(article.c.id)
    return [_stored(row) for row in connection.execute(query).mappings()]


def candidates(
    connection: Connection, ids: Collection[int], text_hash: str = "", but: int = 0
) -> list[Stored]:
    """Articles with what is needed to compare their texts, and nothing else.

    Args:
        connection: Any.
        ids: Rows that are asked for by number.
        text_hash: And those with exactly this canonical text; empty for none.
        but: The row that asks, which is left out.
    """
    arguments = {"ids": list(ids), "hash": text_hash or "-", "but": but}
    return [_candidate(row) for row in connection.execute(_CANDIDATES, arguments).mappings()]


def insert(
    connection: Connection,
    item: Article,
    *,
    text_hash: str,
    now: datetime,
    by: By,
) -> int | None:
    """Store a new article; its text goes into :mod:`crawler.store.revisions`.

    Returns:
        Its row id; ``None`` if there is an article at this address already, which stays as it was.
    """
    row = as_row(item) | {
        "text_hash": text_hash,
        "extraction": 1,
        "code_version": by.code_version,
        "first_seen_at": now,
        "first_run_id": by.run_id,
        "run_id": by.run_id,
    }
    article_id: int | None = connection.scalar(
        insert_for(connection, article).on_conflict_do_nothing().returning(article.c.id), row
    )
    return article_id


def replace(
    connection: Connection,
    known: Stored,
    item: Article,
    *,
    extraction: int,
    text_hash: str,
    by: By,
) -> None:
    """Store another text of a known article; it goes into :mod:`crawler.store.revisions` too.

    Args:
        connection: The transaction.
        known: The article as it stood.
        item: As it stands now; its ``revision`` is what the caller decided.
        extraction: 1 for a new revision; one more than before for a new reading of the old one.
        text_hash: Digest of the new text.
        by: Who brought it.
    """
    row = as_row(item) | {
        "text_hash": text_hash,
        "extraction": extraction,
        "run_id": by.run_id,
        "code_version": by.code_version,
        "changed_at": clock.now(),
    }
    for mark in ("duplicate_of", "relation", "similarity"):
        row.pop(mark, None)
    connection.execute(sa.update(article).where(article.c.id == known.id).values(row))


def touch(connection: Connection, article_id: int, item: Article) -> None:
    """Note that an article was fetched again and reads as before."""
    connection.execute(
        _TOUCH,
        {"b_id": article_id, "b_at": item.fetched_at, "b_sha": item.body_sha256},
    )


def mark_duplicate(
    connection: Connection,
    article_id: int,
    original_id: int | None,
    relation: str | None,
    similarity: float | None,
    *,
    changes: bool = False,
) -> None:
    """Say of which article this one is a copy; ``None`` takes the mark away.

    Args:
        connection: The transaction.
        article_id: The copy.
        original_id: The original; ``None`` for none.
        relation: How the copy relates to it.
        similarity: 0.0 to 1.0.
        changes: Whether the article was stored before, so that this is a change of it.
    """
    at = clock.now() if changes else None
    marks = {"b_of": original_id, "b_rel": relation, "b_sim": similarity}
    connection.execute(_MARK, {"b_id": article_id, "b_at": at, **marks})


def amend(connection: Connection, article_id: int, item: Article) -> None:
    """Put doubts right that are settled now: the same text, better known; no other revision."""
    row = as_row(item)
    text = {"paragraphs": row["paragraphs"]}
    known = {name: row[name] for name in ("doubts", "repairs", "characters")}
    known["changed_at"] = clock.now()
    connection.execute(sa.update(article).where(article.c.id == article_id).values(text | known))
    latest = sa.select(sa.func.max(revision.c.id)).where(revision.c.article_id == article_id)
    which = revision.c.id == latest.scalar_subquery()
    connection.execute(sa.update(revision).where(which).values(**text, facts=facts_of(item)))


def _candidate(row: RowMapping) -> Stored:
    # Most articles are compared by their paragraphs; captions matter only where there are none.
    photos = () if row["paragraphs"] else tuple(Photo(**photo) for photo in row["photos"])
    item = Article(
        url=row["url"],
        channel=row["channel"],
        title=row["title"],
        published_at=row["published_at"],
        paragraphs=tuple(row["paragraphs"]),
        photos=photos,
        damage=tuple(row["damage"]),
        duplicate_of=row["duplicate_of"],
        relation=row["relation"],
        similarity=row["similarity"],
    )
    return Stored(
        id=row["id"],
        article=item,
        extraction=1,
        text_hash=row["text_hash"],
        first_seen_at=row["first_seen_at"],
    )


def _stored(row: RowMapping) -> Stored:
    return Stored(
        id=row["id"],
        article=from_row(row),
        extraction=row["extraction"],
        text_hash=row["text_hash"],
        first_seen_at=row["first_seen_at"],
    )


_INSTANT = article.c.changed_at.type
_BY_URL = SELECT.where(article.c.url == sa.bindparam("key"))
_CANDIDATES = (
    sa.select(
        *(article.c[name] for name in ("id", "url", "channel", "title", "published_at")),
        *(article.c[name] for name in ("paragraphs", "photos", "first_seen_at", "relation")),
        article.c.damage,
        article.c.similarity,
        article.c.text_hash,
        original.c.url.label("duplicate_of"),
    )
    .select_from(article.outerjoin(original, original.c.id == article.c.duplicate_of_id))
    .where(
        sa.or_(
            article.c.id.in_(sa.bindparam("ids", expanding=True)),
            article.c.text_hash == sa.bindparam("hash"),
        ),
        article.c.id != sa.bindparam("but"),
    )
    .order_by(article.c.id)
    # Texts of a few words may be many; the oldest of them are enough.
    .limit(32)
)
_BY_ID = SELECT.where(article.c.id == sa.bindparam("key"))
# A row comes back only if the address was new.

_ONE = sa.update(article).where(article.c.id == sa.bindparam("b_id"))
_TOUCH = _ONE.values(fetched_at=sa.bindparam("b_at"), body_sha256=sa.bindparam("b_sha"))
_MARK = _ONE.values(
    duplicate_of_id=sa.bindparam("b_of"),
    relation=sa.bindparam("b_rel"),
    similarity=sa.bindparam("b_sim"),
    changed_at=sa.func.coalesce(sa.bindparam("b_at", type_=_INSTANT), article.c.changed_at),
)
