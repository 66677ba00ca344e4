"""From rows of the store straight to records, without an :class:`~crawler.items.Article` between.

An export reads every row. What it writes is nearly what the row holds: lists and objects are kept as
the record has them, times as its text. The way through values and back gives the same record
(:func:`crawler.dataset.record.as_record`; a test holds both to that) at three times the cost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from crawler.clock import SHANGHAI
from crawler.dataset.record import Places, complete
from crawler.dataset.schema import SCHEMA, Field, ListOf, Struct
from crawler.items import Dateline, Doubt, Photo, Quality, Repair, Verdict
from crawler.store import selection
from crawler.store.articles import original
from crawler.store.selection import WHOLE, Selection, SplitPart
from crawler.store.tables import article

Read = Callable[[Any], Any]

_NAMES = tuple(field.name for field in SCHEMA)
# What a stored object lacks that was written before it had all its fields.
_DEFAULTS = {
    "photos": Photo,
    "repairs": Repair,
    "doubts": Doubt,
    "dateline": Dateline,
    "charset": Verdict,
    "quality": Quality,
}


def select(
    connection: Connection, chosen: Selection, part: SplitPart = WHOLE
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The record of every article that fits, with its row, by url.

    Args:
        connection: Of the reading engine; its transaction is the snapshot.
        chosen: Which articles.
        part: Only this part of them.
    """
    columns = [_column(field) for field in SCHEMA]
    asked = sa.select(article.c.id, *columns).select_from(
        article.outerjoin(original, original.c.id == article.c.duplicate_of_id)
    )
    query = selection.narrowed(connection, asked, chosen, part)
    readers = _readers(connection.dialect.name)
    facts: Places = {}
    for number, *values in connection.execution_options(yield_per=500).execute(query):
        record = dict(zip(_NAMES, values, strict=True))
        for name, read in readers:
            record[name] = read(record[name])
        complete(record, facts)
        yield number, record


def _column(field: Field) -> ColumnElement[Any]:
    """A column as the driver gives it; null where the record's field is derived."""
    if field.name == "duplicate_of":
        return sa.type_coerce(original.c.url, sa.types.NULLTYPE).label(field.name)
    if field.name not in article.c:
        return sa.null().label(field.name)
    return sa.type_coerce(article.c[field.name], sa.types.NULLTYPE).label(field.name)


def _readers(dialect: str) -> list[tuple[str, Read]]:
    """How the values of a driver become those of a record, where they are not already."""
    is_text = dialect == "sqlite"
    found: list[tuple[str, Read]] = []
    for field in SCHEMA:
        if field.name not in article.c:
            continue
        if isinstance(field.kind, (ListOf, Struct)):
            found.append((field.name, _nested(field, is_text=is_text)))
        elif field.kind == "instant" and not is_text:
            found.append((field.name, _instant))
        elif field.kind == "boolean" and is_text:
            found.append((field.name, _boolean))
    return found


def _nested(field: Field, *, is_text: bool) -> Read:
    kind = field.kind
    of = kind.of if isinstance(kind, ListOf) else kind
    if isinstance(of, Struct):
        whole = _whole(of.fields, _DEFAULTS[field.name])
        if isinstance(kind, ListOf):
            objects: Read = lambda values: list(map(whole, values)) if values else []  # noqa: E731
        else:
            objects = lambda value: None if value is None else whole(value)  # noqa: E731
        return (lambda text: objects(_loads(text))) if is_text else objects
    return _loads if is_text else lambda value: value


def _loads(text: str | None) -> Any:
    if text == "[]":
        return []
    return None if text is None else orjson.loads(text)


def _whole(fields: Sequence[Field], kind: type) -> Read:
    """Give a stored object all fields of its struct, in their order."""
    names = [field.name for field in fields]
    has = {each.name: each for each in dataclasses.fields(kind)}
    empty = {name: has[name].default if name in has else None for name in names}

    def read(value: dict[str, Any]) -> dict[str, Any]:
        if list(value) == names:
            return value
        return {name: value.get(name, empty[name]) for name in names}

    return read


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds") if moment else None


def _boolean(value: int | None) -> bool | None:
    return None if value is None else bool(value)
