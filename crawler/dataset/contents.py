"""What a data set holds, an address and a digest a line: so that the next one can say what changed.

Times cannot say it: a copy that lost its original, a page that reads otherwise with better code, an
old capture that was imported late have no day of their own on which they changed. Two lists of
addresses, both sorted, say exactly what came, what went and what differs.
"""

from __future__ import annotations

import hashlib
import heapq
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Literal

import orjson
import zstandard

from crawler.dataset.schema import PHOTO, SCHEMA
from crawler.errors import ConfigError

NAME = "contents.tsv.zst"

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


def digest(record: Mapping[str, Any]) -> str:
    """Of all that is the article's own: not of its latest fetch, nor of the code that read it."""
    values = list(_own(record))
    # That a picture was fetched changes no article.
    if record["photos"]:
        values[_PHOTOS] = [{name: each[name] for name in _OF_PHOTO} for each in record["photos"]]
    return hashlib.blake2b(orjson.dumps(values), digest_size=8).hexdigest()


def line(record: Mapping[str, Any]) -> bytes:
    """The line of a record."""
    return f"{record['url']}\t{digest(record)}\n".encode("utf-8", "surrogatepass")


def join(parts: Iterable[BinaryIO], file: BinaryIO) -> None:
    """Merge lists, each of them sorted, into one."""
    with zstandard.ZstdCompressor(level=3).stream_writer(file, closefd=False) as compressor:
        for entry in heapq.merge(*parts, key=_url):
            compressor.write(entry)


def read(path: Path) -> Iterator[tuple[bytes, bytes]]:
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


def changes(
    before: Iterable[tuple[bytes, bytes]], now: Iterable[tuple[int, Mapping[str, Any]]]
) -> Iterator[Change]:
    """What differs between an older list and the records of today; both sorted by address."""
    older = iter(before)
    url, value = next(older, (None, b""))
    for number, record in now:
        mine, _, today = line(record).rstrip(b"\n").partition(b"\t")
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
