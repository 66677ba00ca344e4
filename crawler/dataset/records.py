"""From the store to records: select, leave out what was not asked for.

An export reads every row, and takes it straight to a record, without an
:class:`~crawler.items.Article` between (:func:`from_rows`). What it writes is nearly what the row
holds: lists and objects are kept as the record has them, times as its text. The way through values
and back gives the same record (:func:`crawler.dataset.record.as_record`; a test holds both to that)
at three times the cost.
"""

from __future__ import annotations

import dataclasses
import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from crawler.clock import SHANGHAI
from crawler.dataset.record import Places, as_record, complete
from crawler.dataset.request import ExportRequest, Record
from crawler.dataset.schema import SCHEMA, Field, ListOf, Struct
from crawler.items import Article, Dateline, Doubt, Photo, Quality, Repair, Verdict
from crawler.store import articles, frontier, revisions, selection
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


def from_rows(
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


def records(
    connection: Connection, request: ExportRequest, part: SplitPart = WHOLE
) -> Iterator[tuple[int, Record]]:
    """Every record that was asked for, whole, with its row, by url.

    Args:
        connection: Of the reading engine; its transaction is the snapshot.
        request: What is asked for.
        part: Only this part of it.
    """
    moment = request.selection.as_of
    if not request.revisions and not moment:
        return _kept(connection, from_rows(connection, request.selection, part), request)
    found = selection.select(connection, request.selection, part)
    if request.revisions:
        return _kept(connection, _all_versions(connection, found), request)
    if moment:
        found = ((number, _at(connection, number, item, moment)) for number, item in found)
    as_records = ((number, as_record(item)) for number, item in found)
    return _kept(connection, as_records, request)


def of_rows(
    connection: Connection, request: ExportRequest, rows: Sequence[int]
) -> Iterator[Record]:
    """The records of these rows, in this order."""
    for _, item in selection.by_ids(connection, rows):
        record = as_record(item)
        if request.complete:
            request.complete(record)
        yield record


def is_clean(record: Record) -> bool:
    """Whether nothing in a text was inferred, is in doubt, or was found broken and left so."""
    quality = record["quality"]
    undone = not record["damage"] or bool(record["repairs"])
    return bool(quality["lossless"] and not quality["hopeless"] and undone)


def _all_versions(
    connection: Connection, found: Iterable[tuple[int, Article]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, item in found:
        for version in revisions.versions(connection, number, item):
            end = version.valid_to
            yield (
                number,
                {
                    **as_record(version.article),
                    "valid_from": version.valid_from.isoformat(),
                    "valid_to": end.isoformat() if end else None,
                },
            )


def _at(connection: Connection, number: int, item: Article, moment: datetime) -> Article:
    """An article as it stood, without marks that came later."""
    if item.revision > 1:
        item = revisions.as_of(connection, number, item, moment)
    original = articles.find(connection, item.duplicate_of) if item.duplicate_of else None
    if original and original.first_seen_at >= moment:
        item = replace(item, duplicate_of=None, relation=None, similarity=None)
    return item


def _kept(
    connection: Connection,
    found: Iterable[tuple[int, dict[str, Any]]],
    request: ExportRequest,
) -> Iterator[tuple[int, Record]]:
    limit = _limit(connection, request)
    # None of them is stored; but what came back by another way is not to leave the house.
    gone = frontier.removed_digests(connection)
    for number, record in found:
        if gone and frontier.address_digest(record["url"]) in gone:
            continue
        if request.clean_only and not is_clean(record):
            continue
        if limit is not None and _rank(record["url"], request.seed) > limit:
            continue
        if request.complete:
            request.complete(record)
        yield number, record


def _limit(connection: Connection, request: ExportRequest) -> int | None:
    """The largest rank that is in the sample; ``None`` if there is no sample.

    A rank depends on the address and the seed alone: when the store grows, most of a sample stays.
    """
    if request.sample is None:
        return None
    if request.clean_only:
        found = from_rows(connection, request.selection)
        urls = iter([record["url"] for _, record in found if is_clean(record)])
    else:
        urls = selection.urls(connection, request.selection)
    smallest = heapq.nsmallest(request.sample, (_rank(url, request.seed) for url in urls))
    return smallest[-1] if smallest else -1


def _rank(url: str, seed: int) -> int:
    text = f"{seed}\n{url}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
