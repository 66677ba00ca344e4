"""The pages that a file holds: WARC, WACZ, an archive of ours, a saved page.

Everything is read as a stream, and what is broken is told as a :class:`Problem` and passed over: a
record of another tool's habits, a member of a gzip file that does not unpack, a body cut off.

WARC is ISO 28500:2017. Bodies are stored there as they came off the wire, with their transfer
and content codings, which are undone here; Common Crawl's are undone already and say so.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeAlias
from urllib.parse import quote

import zstandard

from crawler.errors import ArchiveError, ConfigError
from crawler.items import MAX_PAGE_BYTES, Fetch
from crawler.site.urls import classify
from crawler.store.archive import Archive

WARC_SUFFIXES = (".warc", ".warc.gz", ".warc.zst")
PAGE_SUFFIXES = (".html", ".htm", ".shtml")
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
SUFFIXES = (*WARC_SUFFIXES, ".wacz", ".archive.db", *TAR_SUFFIXES, *PAGE_SUFFIXES)

# Wherever a gzip member can begin (RFC 1952): the magic and the only method that there is.
_MEMBER = b"\x1f\x8b\x08"
_CHUNK = 1 << 20


# Reasons of problems that are a file's own, not those of a page in it.
OF_A_FILE = frozenset({"no_archive", "no_tar", "no_wacz", "no_warc", "warc_member"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, and was passed over.

    Attributes:
        place: File, and the address or position in it.
        reason: A short key to group by: ``warc_record``, ``warc_member``, ``cut_off``, ``coding`` …
        detail: One sentence for a person.
    """

    place: str
    reason: str
    detail: str


Capture: TypeAlias = Fetch | Problem
# Whether a page of this address is wanted; asked before its body is read.
Wanted: TypeAlias = Callable[[str], bool]
# Whether a page of this address that was captured then is still to be fetched.
Asked: TypeAlias = Callable[[str, datetime | None], bool]


def captures(path: Path, wanted: Wanted = lambda _url: True) -> Iterator[Capture]:
    """Read the pages of one file, by its ending.

    Raises:
        ConfigError: The file is of no kind that is known, or cannot be opened.
    """
    name = path.name.lower()
    if name.endswith(".archive.db"):
        yield from _from_archive(path, wanted)
    elif name.endswith(".wacz"):
        yield from _from_wacz(path, wanted)
    elif name.endswith(WARC_SUFFIXES):
        with path.open("rb") as file:
            yield from from_warc(file, str(path), wanted)
    elif name.endswith(TAR_SUFFIXES):
        yield from _from_tar(path, wanted)
    elif name.endswith(PAGE_SUFFIXES):
        yield from _from_page(path, wanted)
    else:
        raise ConfigError(f"{path}: not one of {', '.join(SUFFIXES)}")


def from_warc(
    stream: IO[bytes], name: str, wanted: Wanted = lambda _url: True
) -> Iterator[Capture]:
    """Read the responses of a WARC stream that can seek; ``revisit`` records give a 304.

    A gzip member that does not unpack is passed over: reading goes on at the next one.

    Raises:
        ConfigError: fastwarc is not installed.
    """
    start = 0
    while True:
        seen = _Position(start)
        try:
            yield from _records(stream, name, wanted, seen)
        except (OSError, ValueError) as error:
            following = _next_member(stream, seen.last + 1)
            if not seen.done:
                reason = "warc_member" if seen.last or following else "no_warc"
                yield Problem(f"{name}@{seen.last}", reason, str(error))
            if following is None:
                return
            start = following
        else:
            return


@dataclass(slots=True)
class _Position:
    """Where the last record begins that was come to, and whether it was read whole."""

    last: int
    done: bool = False


def _records(stream: IO[bytes], name: str, wanted: Wanted, seen: _Position) -> Iterator[Capture]:
    warc = _fastwarc()
    offset = seen.last
    stream.seek(offset)
    kinds = warc.WarcRecordType.response | warc.WarcRecordType.revisit
    for record in warc.ArchiveIterator(stream, record_types=kinds, parse_http=True):
        seen.last, seen.done = offset + record.stream_pos, False
        url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
        if url and wanted(url):
            yield _capture(warc, record, url, name)
        seen.done = True


def _capture(warc: Any, record: Any, url: str, name: str) -> Capture:
    place = f"{name}: {url}"
    if record.record_type == warc.WarcRecordType.revisit:
        return _revisit(record, url, place)
    if record.http_headers is None:
        return Problem(place, "warc_record", "a response without an HTTP head")
    if record.headers.get("WARC-Truncated"):
        return Problem(place, "cut_off", f"cut off: {record.headers['WARC-Truncated']}")
    headers = joined_headers(record.http_headers)
    raw = record.reader.read(4 * MAX_PAGE_BYTES)
    if len(raw) < min(record.content_length, 4 * MAX_PAGE_BYTES):
        return Problem(place, "cut_off", f"{len(raw)} of {record.content_length} bytes are there")
    try:
        body = unpacked(raw, headers)
    except (ValueError, zlib.error, zstandard.ZstdError) as error:
        return Problem(place, "coding", f"the body does not unpack: {error}")
    return _fetch(url, record.http_headers.status_code or 0, headers, body, _moment(record))


def _revisit(record: Any, url: str, place: str) -> Capture:
    """A 304; but a page whose bytes came at another page's address has its body elsewhere."""
    other = (record.headers.get("WARC-Refers-To-Target-URI") or "").strip("<>")
    address = classify(url)
    if other and address.kind == "article" and classify(other).canonical != address.canonical:
        return Problem(place, "revisit_elsewhere", f"its bytes are those of {other}")
    return _fetch(url, 304, {}, b"", _moment(record))


def joined_headers(pairs: Any) -> dict[str, str]:
    """Header fields by lower-case name, those of one name joined (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.strip().lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def unpacked(body: bytes, headers: dict[str, str]) -> bytes:
    """Undo transfer and content codings, as far as a page may be long.

    A coding that was undone by the tool that wrote the file is not undone again: the body then
    does not begin as that coding does, and is taken as it stands.

    Raises:
        ValueError: The body is not what its headers say, or too large.
        zlib.error: It is broken.
        zstandard.ZstdError: The same.
    """
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _dechunked(body)
    codings = headers.get("content-encoding", "").lower().split(",")
    for coding in reversed([each.strip() for each in codings if each.strip()]):
        body = _decoded(body, coding)
    return body


def _decoded(body: bytes, coding: str) -> bytes:
    if coding in ("gzip", "x-gzip"):
        return _inflated(body, 31) if body.startswith(_MEMBER[:2]) else body
    if coding == "deflate":
        zlib_head = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
        return _inflated(body, 15) if zlib_head else _inflated(body, -15)
    if coding == "zstd":
        reader = zstandard.ZstdDecompressor().stream_reader(body)
        return _bounded(reader.read(MAX_PAGE_BYTES + 1))
    if coding == "identity":
        return body
    raise ValueError(f"the coding {coding} is not known")


def _inflated(body: bytes, window: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    found = _bounded(unpacker.decompress(body, MAX_PAGE_BYTES + 1))
    if not unpacker.eof:
        raise ValueError("it ends before its end")
    return found


def _bounded(body: bytes) -> bytes:
    if len(body) > MAX_PAGE_BYTES:
        raise ValueError(f"more than {MAX_PAGE_BYTES} bytes")
    return body


def _dechunked(body: bytes) -> bytes:
    """Undo chunks (RFC 9112, 7.1); a body without them was stored without."""
    pieces: list[bytes] = []
    at = 0
    while True:
        line, found, _ = body[at : at + 64].partition(b"\r\n")
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError:
            if at == 0:
                return body
            raise ValueError("a chunk without its size") from None
        if not found or size == 0:
            return b"".join(pieces)
        start = at + len(line) + 2
        pieces.append(body[start : start + size])
        at = start + size + 2


def _next_member(stream: IO[bytes], start: int) -> int | None:
    """Where the next gzip member may begin; ``None`` at the end of the file."""
    stream.seek(start)
    tail, at = b"", start
    while chunk := stream.read(_CHUNK):
        found = (tail + chunk).find(_MEMBER)
        if found >= 0:
            return at - len(tail) + found
        tail = chunk[-2:]
        at += len(chunk)
    return None


def _from_wacz(path: Path, wanted: Wanted) -> Iterator[Capture]:
    """WACZ 1.1.1: a zip around WARC files, which are stored in it uncompressed."""
    try:
        package = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        yield Problem(str(path), "no_wacz", str(error))
        return
    with package:
        inside = [name for name in package.namelist() if name.lower().endswith(WARC_SUFFIXES)]
        if not inside:
            yield Problem(str(path), "no_wacz", "no WARC file in it")
        for name in inside:
            with package.open(name) as file:
                yield from from_warc(file, f"{path}!{name}", wanted)


def _from_archive(path: Path, wanted: Wanted) -> Iterator[Capture]:
    """The last successful visit to every article of an archive of ours, page by page."""
    try:
        with contextlib.closing(Archive(path, readonly=True)) as archive:
            for first in archive.articles():
                url = archive.address(first)
                if not wanted(url):
                    continue
                try:
                    yield from archive.record(first).fetches
                except (ArchiveError, sqlite3.Error) as error:
                    yield Problem(f"{path}: {url}", "archive", str(error))
    except (ConfigError, sqlite3.Error) as error:
        yield Problem(str(path), "no_archive", str(error).removeprefix(f"{path}: "))


def _from_tar(path: Path, wanted: Wanted) -> Iterator[Capture]:
    """The saved pages in a tar file, read as a stream; nothing is unpacked onto the disk."""
    try:
        with tarfile.open(path, "r|*") as package:
            for member in package:
                name = member.name.lower()
                url = f"{path.resolve().as_uri()}/{quote(member.name)}"
                if member.isfile() and name.endswith(PAGE_SUFFIXES) and wanted(url):
                    if member.size > MAX_PAGE_BYTES:
                        yield Problem(f"{path}!{member.name}", "too_large", f"{member.size} bytes")
                        continue
                    file = package.extractfile(member)
                    body = file.read() if file else b""
                    moment = datetime.fromtimestamp(member.mtime, UTC)
                    yield _fetch(url, 200, {}, body, moment)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        yield Problem(str(path), "no_tar", f"{error}")


def _from_page(path: Path, wanted: Wanted) -> Iterator[Capture]:
    """A saved page; which page it is, it may say itself."""
    url = path.resolve().as_uri()
    if not wanted(url):
        return
    try:
        body = path.read_bytes()
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        yield Problem(str(path), "unreadable", str(error))
        return
    yield _fetch(url, 200, {}, body, moment)


def _fetch(
    url: str, status: int, headers: dict[str, str], body: bytes, moment: datetime | None
) -> Fetch:
    return Fetch(
        url=url,
        status=status,
        headers=headers,
        body=body,
        fetched_at=moment or datetime.fromtimestamp(0, UTC),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _moment(record: Any) -> datetime | None:
    """When it was captured (WARC-Date, UTC); ``None`` if that cannot be read."""
    found: datetime | None = record.record_date
    return found


def _fastwarc() -> Any:
    try:
        import fastwarc.warc  # noqa: PLC0415 (an extra)
    except ImportError:
        raise ConfigError("WARC files need fastwarc: pip install 'renmin[bulk]'") from None
    return fastwarc.warc
