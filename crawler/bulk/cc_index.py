"""Pages of Common Crawl, by the rows of its columnar index.

A row names a WARC file, a place in it and a length; that range is one gzip member with one record,
which is all that is fetched (an HTTP range request, one at a time, a pause after each). What the
importer has already is not asked for again. docs/import.md has the query that gives the rows for
the 37 hosts.

The index: https://commoncrawl.org/blog/index-to-warc-files-and-urls-in-columnar-format
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

import urllib3

from crawler import __version__
from crawler.bulk.sources import Asked, Capture, Problem, from_warc
from crawler.dataset.schema import load_pyarrow
from crawler.errors import ConfigError
from crawler.items import MAX_PAGE_BYTES

BASE = "https://data.commoncrawl.org/"
DELAY = 0.5
AGENT = f"renmin/{__version__} (import of Common Crawl records)"
NEEDED = ("url", "warc_filename", "warc_record_offset", "warc_record_length")
TIME = "fetch_time"
# So many ranges in a row that could not be had: the server is not there, or does not want us.
MOST_IN_A_ROW = 5
# What is refused for the moment is asked for again after 2, 4, 8, 16 s, or when the answer says. 403 is
# how a bucket says "slower".
RETRIES = urllib3.Retry(
    total=5,
    backoff_factor=2,
    status_forcelist=(403, 429, 500, 502, 503, 504),
    allowed_methods=("GET",),
    raise_on_status=False,
)
_FILE = re.compile(r"\A[\w./=-]{1,500}\.warc(?:\.gz)?", re.ASCII)
_PACKED = 4 * MAX_PAGE_BYTES
_FOLDER = "crawl-data"


@dataclass(frozen=True, slots=True)
class Row:
    """One capture in the index.

    Attributes:
        url: Its address.
        file: The WARC file, from the base.
        offset: Where its record begins.
        length: How long it is, packed.
        moment: When it was captured; ``None`` if the row does not say.
    """

    url: str
    file: str
    offset: int
    length: int
    moment: datetime | None


@dataclass(slots=True)
class Ranges:
    """Fetches ranges, politely.

    Args:
        base: An address that ends in a slash, or a folder.
        delay: Seconds of pause after each.
        retries: How a failure is tried again.
        sleep: Handed in by tests.
    """

    base: str = BASE
    delay: float = DELAY
    retries: urllib3.Retry = RETRIES
    sleep: Callable[[float], None] = time.sleep
    _pool: urllib3.PoolManager | None = field(default=None, init=False)

    def get(self, row: Row) -> bytes:
        """The bytes of a row's record.

        Raises:
            RangeError: They cannot be had; the message says why.
        """
        if "://" not in self.base:
            return self._of_folder(row)
        if self._pool is None:
            self._pool = urllib3.PoolManager(timeout=60)
        else:
            self.sleep(self.delay)
        last = row.offset + row.length - 1
        try:
            with self._pool.request(
                "GET",
                self.base.rstrip("/") + "/" + row.file,
                headers={"Range": f"bytes={row.offset}-{last}", "User-Agent": AGENT},
                retries=self.retries,
                preload_content=False,
            ) as answer:
                if answer.status != 206:
                    raise RangeError(_said(answer.status))
                return _whole(answer.read(row.length + 1, decode_content=False), row)
        except urllib3.exceptions.HTTPError as error:
            raise RangeError(str(error)) from error

    def _of_folder(self, row: Row) -> bytes:
        try:
            with Path(self.base, row.file).open("rb") as file:
                file.seek(row.offset)
                return _whole(file.read(row.length), row)
        except OSError as error:
            raise RangeError(str(error)) from error


class RangeError(Exception):
    """A range that could not be had."""


def sources(path: Path, ranges: Ranges) -> Sequence[Callable[[Asked], Iterator[Capture]]]:
    """The captures of an index, a source for each crawl, oldest first.

    Pages of one article are joined within a crawl: those of another may be of another text.

    Raises:
        ConfigError: The file is no Parquet file with the columns of the index.
    """
    rows: list[Row | Problem] = sorted(_rows(path), key=_place)

    def source(part: list[Row | Problem]) -> Callable[[Asked], Iterator[Capture]]:
        return lambda asked: _captures(part, ranges, asked)

    return [source(list(part)) for _, part in groupby(rows, lambda row: _place(row)[0])]


def _captures(rows: Sequence[Row | Problem], ranges: Ranges, asked: Asked) -> Iterator[Capture]:
    failed = 0
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        if not asked(row.url, row.moment):
            continue
        place = f"{row.file}@{row.offset}"
        try:
            data = ranges.get(row)
        except RangeError as error:
            failed += 1
            yield Problem(f"{place}: {row.url}", "cc_range", str(error))
            if failed == MOST_IN_A_ROW:
                why = f"{failed} in a row could not be had; the same command goes on"
                yield Problem(ranges.base, "cc_gave_up", why)
                return
            continue
        failed = 0
        yield from from_warc(io.BytesIO(data), place)


def _rows(path: Path) -> Iterator[Row | Problem]:
    library = load_pyarrow()
    try:
        file = library.parquet.ParquetFile(path)
    except (library.ArrowException, OSError) as error:
        raise ConfigError(f"--cc-index {path}: is no Parquet file: {error}") from None
    there = file.schema_arrow.names
    if missing := [name for name in NEEDED if name not in there]:
        raise ConfigError(
            f"--cc-index {path}: has no column {', '.join(missing)}; docs/import.md has the query"
        )
    columns = [*NEEDED, *([TIME] if TIME in there else [])]
    try:
        with file:
            number = 0
            for batch in file.iter_batches(columns=columns):
                for row in batch.to_pylist():
                    number += 1
                    yield _row(row) or Problem(f"{path}: row {number}", "cc_row", _unfit(row))
    except library.ArrowException as error:
        raise ConfigError(f"--cc-index {path}: cannot be read: {error}") from None


def _row(row: Mapping[str, Any]) -> Row | None:
    """A row of the index; ``None`` if it cannot be asked for."""
    url, file, offset, length = (row[name] for name in NEEDED)
    named = isinstance(url, str) and isinstance(file, str)
    if not (named and isinstance(offset, int) and isinstance(length, int)):
        return None
    if not _FILE.fullmatch(file) or ".." in PurePosixPath(file).parts or file.startswith("/"):
        return None
    if offset < 0 or not 0 < length <= _PACKED:
        return None
    return Row(url, file, offset, length, _moment(row.get(TIME)))


def _unfit(row: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name}={str(row[name])[:80]!r}" for name in NEEDED)
    return f"names no record: {told}"


def _moment(value: Any) -> datetime | None:
    """The index has UTC, with or without saying so."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _place(row: Row | Problem) -> tuple[str, str]:
    """By crawl (``crawl-data/CC-MAIN-2019-09/…`` sorts by time), then by address."""
    if isinstance(row, Problem):
        return "", ""
    parts = row.file.split("/")
    crawl = parts[1] if len(parts) > 1 and parts[0] == _FOLDER else ""
    return crawl, row.url


def _whole(data: bytes, row: Row) -> bytes:
    if len(data) != row.length:
        raise RangeError(f"{len(data)} of {row.length} bytes came")
    return data


def _said(status: int) -> str:
    if status == 200:
        return "the server sends whole files and no ranges; name another with --cc-base"
    return f"status {status}"
