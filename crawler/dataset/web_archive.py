"""The raw pages of articles as WARC/1.1 or WACZ, for whoever keeps or replays web archives.

WARC (ISO 28500:2017) holds every fetch that the archive has of the chosen articles: a ``response`` for
a new body, a ``revisit`` for one that was fetched before with the same bytes, and the article's record
as ``metadata``. Our archive keeps bodies unpacked, so ``Content-Encoding`` and ``Transfer-Encoding`` are
left out of the heads; what the request was is not kept. WACZ 1.1.1 is a zip around the WARC file, its
index (CDXJ) and a list of pages.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import hashlib
import io
import json
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import orjson

from crawler import __version__
from crawler.dataset.files import whole_file, writing
from crawler.errors import ArchiveError, ConfigError
from crawler.items import Fetch
from crawler.store.archive import Archive

ENDINGS = (".warc.gz", ".wacz")
REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
# Heads that say how a body was packed on its way; ours are unpacked.
PACKING = frozenset({"content-encoding", "transfer-encoding", "content-length"})
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True)
class Written:
    """What stands in the file.

    Attributes:
        articles: Articles with at least one fetch.
        fetches: Responses and revisits.
        missing: Addresses whose bodies the archive does not have.
        index: Lines of the CDXJ index, not sorted yet.
        pages: Lines of the list of pages.
    """

    articles: int = 0
    fetches: int = 0
    missing: list[str] = field(default_factory=list)
    index: list[str] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)


def is_web_archive(destination: str, form: str | None) -> bool:
    """Whether an export is to be a web archive, by ``--format`` or the file's ending."""
    if form in {"warc", "wacz"} and not destination.endswith(ENDINGS):
        raise ConfigError(f"{destination}: name a file that ends in {' or '.join(ENDINGS)}")
    return destination.endswith(ENDINGS) and form in {None, "warc", "wacz"}


def export(records: Iterable[Mapping[str, Any]], destination: str, archive: Path) -> Written:
    """Write the raw pages of articles.

    Args:
        records: Of the articles, in the order in which they are to stand.
        destination: A path that ends in one of :data:`ENDINGS`. Beside a WARC file its index is
            written, ``NAME.cdxj``.
        archive: The raw bodies.

    Raises:
        ConfigError: There is no archive, or warcio is not installed.
        DiskFullError: The file could not be written; what was there before is untouched.
    """
    path = Path(destination)
    with writing(path), contextlib.closing(Archive(archive, readonly=True)) as opened:
        if path.suffix == ".wacz":
            return _write_wacz(path, records, opened)
        with whole_file(path) as file:
            written = write_warc(file, path.name, records, opened)
        with whole_file(path.with_name(path.name.removesuffix(".warc.gz") + ".cdxj")) as index:
            index.write(_index(written))
    return written


def write_warc(
    file: BinaryIO, name: str, records: Iterable[Mapping[str, Any]], archive: Archive
) -> Written:
    """Write a WARC file, one gzip member a record."""
    warc = _Warc(file, name)
    written = Written()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # warcio forgets its temporary files
        warc.begin()
        for record in records:
            _write_article(warc, record, archive, written)
        gc.collect()
    written.index = warc.index
    return written


def _write_article(
    warc: _Warc, record: Mapping[str, Any], archive: Archive, written: Written
) -> None:
    url = str(record["url"])
    last: Fetch | None = None
    for fetch in _fetches(archive, url, written):
        last = fetch
        written.fetches += 1
        warc.fetch(fetch)
    if last is None:
        written.missing.append(url)
        return
    written.articles += 1
    warc.metadata(url, record, last.fetched_at)
    written.pages.append({"url": last.url, "ts": _stamp(last.fetched_at), "title": record["title"]})


def _fetches(archive: Archive, url: str, written: Written) -> Iterator[Fetch]:
    for first in archive.visits(url):
        try:
            yield from archive.record(first).fetches
        except ArchiveError:
            written.missing.append(url)


class _Warc:
    """A WARC file that is being written, and its index."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        try:
            from warcio.statusandheaders import StatusAndHeaders  # noqa: PLC0415 (an extra)
            from warcio.warcwriter import WARCWriter  # noqa: PLC0415 (an extra)
        except ImportError:
            raise ConfigError("WARC files need warcio: pip install 'renmin[bulk]'") from None
        self.index: list[str] = []
        self._file, self._name = file, name
        self._heads = StatusAndHeaders
        self._writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        self._first: dict[tuple[str, str], Fetch] = {}

    def begin(self) -> None:
        """Say who wrote it."""
        about = {
            "software": f"renmin {__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "obeyed",
        }
        # The same articles give the same bytes: neither a date nor an id is of this day.
        record = self._writer.create_warcinfo_record(self._name, about)
        self._put(record, "warcinfo", datetime.fromtimestamp(0, UTC))

    def fetch(self, fetch: Fetch) -> None:
        """Write a response, or a revisit of one with the same bytes."""
        key = (fetch.url, fetch.sha256)
        earlier = self._first.setdefault(key, fetch)
        head = self._heads(_status(fetch), _headers(fetch), protocol="HTTP/1.1")
        if earlier is not fetch:
            record = self._writer.create_revisit_record(
                fetch.url,
                _payload_digest(fetch.body),
                fetch.url,
                _stamp(earlier.fetched_at),
                http_headers=head,
            )
            record.rec_headers.replace_header("WARC-Profile", REVISIT)
        else:
            record = self._writer.create_warc_record(
                fetch.url, "response", payload=io.BytesIO(fetch.body), http_headers=head
            )
        start = self._file.tell()
        self._put(record, fetch.url, fetch.fetched_at)
        self.index.append(self._line(fetch, start, revisit=earlier is not fetch))

    def metadata(self, url: str, record: Mapping[str, Any], moment: datetime) -> None:
        """Write what we read in the page."""
        payload = io.BytesIO(orjson.dumps(dict(record)))
        made = self._writer.create_warc_record(
            url, "metadata", payload=payload, warc_content_type="application/json"
        )
        self._put(made, url, moment)

    def _put(self, record: Any, url: str, moment: datetime) -> None:
        named = f"{record.rec_type} {url} {moment.isoformat()} {self._file.tell()}"
        digest = hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()
        identity = "-".join(
            (digest[:8], digest[8:12], "4" + digest[13:16], digest[16:20], digest[20:32])
        )
        record.rec_headers.replace_header("WARC-Record-ID", f"<urn:uuid:{identity}>")
        record.rec_headers.replace_header("WARC-Date", _stamp(moment))
        self._writer.write_record(record)

    def _line(self, fetch: Fetch, start: int, *, revisit: bool) -> str:
        facts = {
            "url": fetch.url,
            "mime": "warc/revisit" if revisit else _mime(fetch),
            "status": str(fetch.status),
            "digest": _payload_digest(fetch.body),
            "length": str(self._file.tell() - start),
            "offset": str(start),
            "filename": self._name,
        }
        moment = fetch.fetched_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        return f"{sort_key(fetch.url)} {moment} {json.dumps(facts, ensure_ascii=False)}"


def sort_key(url: str) -> str:
    """The key of an address in an index (SURT): the host turned round, then path and query.

    >>> sort_key("http://sd.people.com.cn/n2/2019/0302/c1-2.html?a=B")
    'cn,com,people,sd)/n2/2019/0302/c1-2.html?a=b'
    """
    parts = urlsplit(url.lower())
    host = ",".join(reversed((parts.hostname or "").split(".")))
    return f"{host}){parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def _write_wacz(path: Path, records: Iterable[Mapping[str, Any]], archive: Archive) -> Written:
    name = path.name.removesuffix(".wacz") + ".warc.gz"
    with whole_file(path) as raw, zipfile.ZipFile(raw, "w") as package:
        with package.open(_entry(f"archive/{name}"), "w", force_zip64=True) as file:
            counted = _Counted(file)
            written = write_warc(counted, name, records, archive)  # type: ignore[arg-type]
        parts = {"indexes/index.cdxj": _index(written), "pages/pages.jsonl": _pages(written)}
        for place, content in parts.items():
            package.writestr(_entry(place), content)
        about = _datapackage(f"archive/{name}", counted, parts)
        package.writestr(_entry("datapackage.json"), about)
        digest = {"path": "datapackage.json", "hash": _sha256(about)}
        package.writestr(_entry("datapackage-digest.json"), json.dumps(digest))
    return written


class _Counted:
    """A file that knows its place and its digest: one inside a zip cannot tell."""

    def __init__(self, file: Any) -> None:
        self._file, self.size, self.digest = file, 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Pass on."""
        self.size += len(data)
        self.digest.update(data)
        self._file.write(data)
        return len(data)

    def tell(self) -> int:
        """Bytes so far."""
        return self.size

    def flush(self) -> None:
        """The zip does that."""


def _datapackage(place: str, warc: _Counted, parts: Mapping[str, bytes]) -> bytes:
    described = [(place, warc.size, f"sha256:{warc.digest.hexdigest()}")]
    described += [(name, len(content), _sha256(content)) for name, content in parts.items()]
    about = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "software": f"renmin {__version__}",
        "resources": [
            {"name": name.rpartition("/")[2].lower(), "path": name, "bytes": size, "hash": digest}
            for name, size, digest in described
        ],
    }
    return json.dumps(about, indent=2).encode()


def _pages(written: Written) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Articles"}
    return b"".join(
        orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in [head, *written.pages]
    )


def _index(written: Written) -> bytes:
    lines = sorted(line.encode("utf-8", "surrogatepass") for line in written.index)
    return b"".join(line + b"\n" for line in lines)


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, EPOCH)  # stored as it is, without the time of day


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _payload_digest(body: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()


def _status(fetch: Fetch) -> str:
    phrase = HTTPStatus(fetch.status).phrase if fetch.status in set(HTTPStatus) else "Answer"
    return f"{fetch.status} {phrase}"


def _headers(fetch: Fetch) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in fetch.headers.items() if name not in PACKING]
    return [*kept, ("content-length", str(len(fetch.body)))]


def _mime(fetch: Fetch) -> str:
    return fetch.headers.get("content-type", "unk").partition(";")[0].strip() or "unk"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
