"""An article as the columns of a row, and back."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from crawler.items import Article, Dateline, Doubt, Photo, Quality, Repair, Verdict

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
