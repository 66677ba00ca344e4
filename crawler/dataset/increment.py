"""What changed since another data set, or since a moment: new, changed and removed articles."""

from __future__ import annotations

import gzip
import io
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import zstandard
from sqlalchemy import Connection

from crawler import clock
from crawler.dataset import folder, formats, manifest
from crawler.dataset.manifest import Change
from crawler.dataset.records import records
from crawler.dataset.request import ExportRequest, Record
from crawler.errors import ConfigError
from crawler.store import articles, frontier, selection

REMOVED = "removed.jsonl"
# What two data sets must have been asked alike to be compared.
_SAME = ("channels", "since", "until", "include_duplicates", "clean_only", "sample", "seed")


@dataclass(slots=True)
class Increment:
    """What changed.

    Attributes:
        since: The manifest or the moment, as it was named.
        new: Rows of the articles that were not there, by url.
        changed: Rows of those that were, and are not as they were.
        removed: What is not there any more: ``{url, url_sha256, removed_at, reason}``.
    """

    since: str
    new: array[int] = field(default_factory=lambda: array("q"))
    changed: array[int] = field(default_factory=lambda: array("q"))
    removed: list[dict[str, Any]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed)

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "changed_since": self.since,
            "new": len(self.new),
            "changed": len(self.changed),
            "removed": len(self.removed),
        }

    def lines(self) -> bytes:
        """The removed ones as JSON lines."""
        return b"".join(formats.json_line(each) for each in self.removed)


def since(connection: Connection, request: ExportRequest, named: str, lines: BinaryIO) -> Increment:
    """Find out what changed.

    Args:
        connection: Of the reading engine; its transaction is the snapshot.
        request: What is asked for now.
        named: A data set or its manifest, or a day or moment, ISO 8601.
        lines: Takes what the data set holds now, for the next time; see contents.py.

    Raises:
        ConfigError: It is neither, or the other data set was asked for something else.
    """
    found = Increment(Path(named).name if Path(named).exists() else named)
    now = _noted(records(connection, request), lines)
    if Path(named).exists():
        changes = manifest.contents_changes(_contents_of(Path(named), request), now)
    else:
        changes = _by_time(connection, now, _moment(named), request, found)
    for change in changes:
        if change.kind == "removed":
            found.removed.append(_removal(connection, change.url))
        else:
            (found.new if change.kind == "new" else found.changed).append(change.number)
    return found


def _noted(found: Iterable[tuple[int, Record]], lines: BinaryIO) -> Iterator[tuple[int, Record]]:
    for number, record in found:
        lines.write(manifest.contents_line(record))
        yield number, record


def _contents_of(path: Path, request: ExportRequest) -> Iterator[tuple[bytes, bytes]]:
    facts = folder.read_manifest(path)
    mine = request.as_query()
    query = facts.get("query", {})
    if query.get("revisions") or query.get("as_of"):
        raise ConfigError(
            f"--changed-since {path}: a data set of revisions or of a day has no next"
        )
    for name in _SAME:
        if query.get(name) != mine[name]:
            raise ConfigError(
                f"--changed-since {path}: that was asked with {name}={query.get(name)}, this with "
                f"{mine[name]}: give the same options"
            )
    root = path if path.is_dir() else path.parent
    if "files" in facts:
        return manifest.read_contents(root / manifest.CONTENTS)
    return _of_file(root / str(facts.get("file")), facts)


def _of_file(path: Path, facts: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """Of a single file: its records say it themselves."""
    form = formats.named(str(facts.get("format")))
    whole = not facts["query"].get("flat") and not facts["query"].get("without_names")
    if form.kind != "jsonl" or not whole or "changed_since" in facts:
        raise ConfigError(
            f"--changed-since {path}: cannot be compared; of a folder, or of a file of whole JSON "
            "records, it can be said what changed"
        )
    try:
        with path.open("rb") as raw:
            for text in _lines(raw, form.compression):
                entry = manifest.contents_line(orjson.loads(text)).rstrip(b"\n")
                url, _, value = entry.partition(b"\t")
                yield url, value
    except (OSError, KeyError, ValueError) as error:
        raise ConfigError(f"--changed-since {path}: cannot be read: {error}") from error


def _lines(raw: BinaryIO, compression: str) -> Iterable[bytes]:
    if compression == ".gz":
        return gzip.open(raw)
    if compression == ".zst":
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw))
    return raw


def _moment(named: str) -> datetime:
    try:
        if len(named) == len("2026-01-01"):
            return clock.midnight(date.fromisoformat(named))
        moment = datetime.fromisoformat(named)
    except ValueError:
        raise ConfigError(
            f"--changed-since {named}: no data set or manifest of that name, and no day or time "
            "such as 2026-03-01 or 2026-03-01T08:00:00+08:00"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)


def _by_time(
    connection: Connection,
    now: Iterable[tuple[int, Record]],
    moment: datetime,
    request: ExportRequest,
    found: Increment,
) -> Iterator[Change]:
    for number, record in now:
        if datetime.fromisoformat(record["first_seen_at"]) >= moment:
            yield Change("new", record["url"], number)
        elif record["changed_at"] and datetime.fromisoformat(record["changed_at"]) >= moment:
            yield Change("changed", record["url"], number)
    if not request.selection.include_duplicates:
        gone = selection.became_copies(connection, request.selection, moment)
        yield from (Change("removed", url) for url in gone)
    # Their addresses are not known any more: whoever has the articles can tell by the digest.
    found.removed += (_of_tombstone(each) for each in frontier.removed_since(connection, moment))


def _removal(connection: Connection, url: str) -> dict[str, Any]:
    if grave := frontier.find_removed(connection, url):
        return _of_tombstone(grave) | {"url": url}
    stored = articles.find(connection, url)
    if stored is None:
        reason, moment = "gone", None
    else:
        original, moment = stored.article.duplicate_of, stored.article.changed_at
        reason = f"copy of {original}" if original else "no longer what was asked for"
    return {
        "url": url,
        "url_sha256": frontier.address_digest(url),
        "removed_at": moment.isoformat() if moment else None,
        "reason": reason,
    }


def _of_tombstone(grave: frontier.Tombstone) -> dict[str, Any]:
    return {
        "url": None,
        "url_sha256": grave.url_hash,
        "removed_at": grave.removed_at.isoformat(),
        "reason": grave.reason,
    }
