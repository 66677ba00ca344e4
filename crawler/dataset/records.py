"""From the store to records: select, leave out what was not asked for."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from crawler.dataset import stored
from crawler.dataset.record import as_record
from crawler.dataset.request import ExportRequest, Record
from crawler.items import Article
from crawler.store import articles, revisions, selection, tombstones
from crawler.store.selection import WHOLE, SplitPart


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
        return _kept(connection, stored.select(connection, request.selection, part), request)
    found = selection.select(connection, request.selection, part)
    if request.revisions:
        return _kept(connection, _all_versions(connection, found), request)
    if moment:
        found = ((number, _at(connection, number, item, moment)) for number, item in found)
    return _kept(connection, _as_records(found), request)


def of_rows(
    connection: Connection, request: ExportRequest, rows: Sequence[int]
) -> Iterator[Record]:
    """The records of these rows, in this order."""
    for _, article in selection.by_ids(connection, rows):
        record = as_record(article)
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


def _as_records(
    found: Iterable[tuple[int, Article]],
) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((number, as_record(article)) for number, article in found)


def _kept(
    connection: Connection,
    found: Iterable[tuple[int, dict[str, Any]]],
    request: ExportRequest,
) -> Iterator[tuple[int, Record]]:
    limit = _limit(connection, request)
    # None of them is stored; but what came back by another way is not to leave the house.
    gone = tombstones.all_digests(connection)
    for number, record in found:
        if gone and tombstones.digest(record["url"]) in gone:
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
        found = stored.select(connection, request.selection)
        urls = iter([record["url"] for _, record in found if is_clean(record)])
    else:
        urls = selection.urls(connection, request.selection)
    smallest = heapq.nsmallest(request.sample, (_rank(url, request.seed) for url in urls))
    return smallest[-1] if smallest else -1


def _rank(url: str, seed: int) -> int:
    text = f"{seed}\n{url}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
