"""What a data set is, how much, and what makes it again: its manifest, and the list of its contents.

The contents are an address and a digest a line, so that the next one can say what changed. Times
cannot say it: a copy that lost its original, a page that reads otherwise with better code, an old
capture that was imported late have no day of their own on which they changed. Two lists of
addresses, both sorted, say exactly what came, what went and what differs.
"""

from __future__ import annotations

import hashlib
import heapq
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Literal

import orjson
import zstandard

from crawler import SCHEMA_VERSION, __version__
from crawler.dataset.request import ExportRequest
from crawler.dataset.schema import PHOTO, SCHEMA
from crawler.errors import ConfigError
from crawler.extract import version

RIGHTS = (
    "The articles belong to their publishers; renmin claims no right in them and grants none. "
    "Research on them may be allowed where you are; passing them on may not."
)

_COUNTED = ("channel", "template", "relation", "script", "code_version")
_TIMES = ("published_at", "fetched_at")


@dataclass(slots=True)
class Tally:
    """Counts records while they are written.

    Attributes:
        records: How many.
        duplicates: How many of them are marked as copies.
        repaired: How many had a mis-encoding undone.
        doubtful: How many have a doubt left in them.
        counts: Records by year, channel, template, relation, damage, script and code version.
        nulls: How often each field is null; a list never is.
        first: Earliest and latest value of a field of times, ISO 8601.
        last: Latest.
    """

    records: int = 0
    duplicates: int = 0
    repaired: int = 0
    doubtful: int = 0
    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in (*_COUNTED, "year", "damage")}
    )
    nulls: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one record."""
        self.records += 1
        self.duplicates += record["duplicate_of"] is not None
        self.repaired += bool(record["repairs"])
        self.doubtful += bool(record["doubts"])
        for name in _COUNTED:
            self.counts[name][record[name] or ""] += 1
        self.counts["year"][(record["published_on"] or "")[:4]] += 1
        if record["damage"]:
            self.counts["damage"].update(record["damage"])
        nulls = self.nulls
        for name, value in record.items():
            if value is None:
                nulls[name] += 1
        for name in _TIMES:
            if moment := record[name]:
                self._span(name, moment)

    def _span(self, name: str, moment: str) -> None:
        if moment < self.first.get(name, "~"):
            self.first[name] = moment
        if moment > self.last.get(name, ""):
            self.last[name] = moment

    def as_dict(self) -> dict[str, Any]:
        """All counts, sorted by name."""
        spans = {f"first_{name}": self.first.get(name) for name in _TIMES}
        spans |= {f"last_{name}": self.last.get(name) for name in _TIMES}
        return {
            "records": self.records,
            "duplicates": self.duplicates,
            "repaired": self.repaired,
            "doubtful": self.doubtful,
            **dict(sorted(spans.items())),
            "channels": dict(sorted(self.counts["channel"].items())),
            "counts": {
                name: dict(sorted(counter.items())) for name, counter in self.counts.items()
            },
            "nulls": {each.name: self.nulls[each.name] for each in SCHEMA if each.nullable},
        }


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a data set came from: what the store said while it was exported.

    Attributes:
        high_water: The latest moment of which the store knew, ISO 8601.
        copies_left_out: Articles that were left out for being copies.
        runs: The runs that brought the articles.
    """

    high_water: str | None = None
    copies_left_out: int = 0
    runs: Sequence[Mapping[str, Any]] = ()


def of(request: ExportRequest, tally: Tally, origin: Origin) -> dict[str, Any]:
    """What a manifest says of any data set; the files are added by whoever wrote them.

    Nothing in it depends on when or where it was made: the same articles give the same manifest.
    """
    return {
        "format": request.form.name,
        "schema_version": SCHEMA_VERSION,
        "renmin_version": __version__,
        "code_version": version(),
        "high_water": origin.high_water,
        "query": request.as_query(),
        **tally.as_dict(),
        "copies_left_out": origin.copies_left_out,
        "runs": [_plain(each) for each in origin.runs],
        "rights": RIGHTS,
    }


def file_facts(path: Path) -> dict[str, Any]:
    """Bytes and checksum of a file."""
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


def sha256(path: Path) -> str:
    """The checksum of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def as_json(value: Any) -> bytes:
    """JSON that people read too."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n"


def beside(path: Path) -> Path:
    """Where the manifest of a single file stands."""
    return path.with_name(path.name + ".manifest.json")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        str(name): value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
    }


CONTENTS = "contents.tsv.zst"

_OWN = tuple(field.name for field in SCHEMA if field.own)
_own = itemgetter(*_OWN)
_PHOTOS = _OWN.index("photos")
_OF_PHOTO = tuple(field.name for field in PHOTO.fields if field.own)


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two data sets.

    Attributes:
        kind: ``new``, ``changed`` or ``removed``.
        url: Of the article.
        number: Its row in the newer store; 0 if it is gone.
    """

    kind: Literal["new", "changed", "removed"]
    url: str
    number: int = 0


def record_digest(record: Mapping[str, Any]) -> str:
    """Of all that is the article's own: not of its latest fetch, nor of the code that read it."""
    values = list(_own(record))
    # That a picture was fetched changes no article.
    if record["photos"]:
        values[_PHOTOS] = [{name: each[name] for name in _OF_PHOTO} for each in record["photos"]]
    return hashlib.blake2b(orjson.dumps(values), digest_size=8).hexdigest()


def contents_line(record: Mapping[str, Any]) -> bytes:
    """The line of a record."""
    return f"{record['url']}\t{record_digest(record)}\n".encode("utf-8", "surrogatepass")


def join_contents(parts: Iterable[BinaryIO], file: BinaryIO) -> None:
    """Merge lists, each of them sorted, into one."""
    with zstandard.ZstdCompressor(level=3).stream_writer(file, closefd=False) as compressor:
        for entry in heapq.merge(*parts, key=_url):
            compressor.write(entry)


def read_contents(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """The addresses and digests of a list, by address.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            for entry in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file)):
                url, _, value = entry.rstrip(b"\n").partition(b"\t")
                yield url, value
    except (OSError, zstandard.ZstdError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def contents_changes(
    before: Iterable[tuple[bytes, bytes]], now: Iterable[tuple[int, Mapping[str, Any]]]
) -> Iterator[Change]:
    """What differs between an older list and the records of today; both sorted by address."""
    older = iter(before)
    url, value = next(older, (None, b""))
    for number, record in now:
        mine, _, today = contents_line(record).rstrip(b"\n").partition(b"\t")
        while url is not None and url < mine:
            yield Change("removed", _text(url))
            url, value = next(older, (None, b""))
        if url != mine:
            yield Change("new", record["url"], number)
            continue
        if value != today:
            yield Change("changed", record["url"], number)
        url, value = next(older, (None, b""))
    while url is not None:
        yield Change("removed", _text(url))
        url, _ = next(older, (None, b""))


def _url(entry: bytes) -> bytes:
    return entry.partition(b"\t")[0]


def _text(url: bytes) -> str:
    return url.decode("utf-8", "surrogatepass")
