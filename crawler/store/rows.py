"""An article as the columns of a row, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from crawler.items import Article, Dateline, Doubt, Photo, Repair, Verdict

# Fields that are stored under their own name and as they are.
PLAIN = (
    *("url", "fetched_url", "channel", "node_id", "content_id"),
    *("title", "kicker", "subtitle", "source", "published_at", "script", "template"),
    *("fetched_at", "body_sha256", "relation", "similarity", "revision"),
)
LISTS = ("authors", "editors", "paragraphs", "damage")
VALUES = {"photos": Photo, "repairs": Repair, "doubts": Doubt}


def as_row(item: Article) -> dict[str, Any]:
    """The columns of ``item``, without those that only the store knows."""
    row: dict[str, Any] = {name: getattr(item, name) for name in PLAIN}
    row |= {name: list(getattr(item, name)) for name in LISTS}
    row |= {name: [as_dict(value) for value in getattr(item, name)] for name in VALUES}
    row["dateline"] = as_dict(item.dateline) if item.dateline else None
    row["charset"] = as_dict(item.charset) if item.charset else None
    row["characters"] = sum(map(len, item.paragraphs))
    return row


def from_row(row: RowMapping) -> Article:
    """The article of a row of :data:`SELECT`."""
    values: dict[str, Any] = {name: row[name] for name in PLAIN}
    values |= {name: tuple(row[name]) for name in LISTS}
    values |= {
        name: tuple(_value(kind, each) for each in row[name]) for name, kind in VALUES.items()
    }
    values["dateline"] = Dateline(**row["dateline"]) if row["dateline"] else None
    values["charset"] = Verdict(**row["charset"]) if row["charset"] else None
    return Article(**values, duplicate_of=row["duplicate_of"], first_seen_at=row["first_seen_at"])


def as_dict(value: Any) -> dict[str, Any]:
    """Its fields; none of our values holds another one, so no need to look deeper."""
    return {name: getattr(value, name) for name in value.__slots__}


def _value(kind: type, stored: dict[str, Any]) -> Any:
    if kind is Doubt:
        stored = {**stored, "candidates": tuple(stored["candidates"])}
    return kind(**stored)
