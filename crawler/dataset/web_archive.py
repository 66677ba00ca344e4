"""The raw pages of articles as WARC or WACZ, for whoever keeps or replays web archives.

A WARC file (:mod:`crawler.dataset.warc`) holds every fetch that the archive has of the chosen articles,
also those that found a page unchanged, and each article's record. WACZ 1.1.1 is a zip around the WARC
file, its index (CDXJ) and a list of pages.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import itertools
import json
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from crawler import SCHEMA_VERSION, __version__
from crawler.dataset import manifest
from crawler.dataset.files import whole_file, writing
from crawler.dataset.folder import MANIFEST, check, put_in_place, staged, sum_up
from crawler.dataset.warc import Warc
from crawler.dataset.write import is_folder
from crawler.errors import ArchiveError, ConfigError
from crawler.items import Fetch
from crawler.store.archive import Archive

FORMS = {"warc": ".warc.gz", "wacz": ".wacz"}
ENDINGS = tuple(FORMS.values())
# Of so many articles a file has some hundred megabytes; tools like it below a thousand.
ARTICLES = 20_000
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True)
class WrittenArchive:
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

    def add(self, other: WrittenArchive) -> None:
        """Count what stands in another file too."""
        self.articles += other.articles
        self.fetches += other.fetches
        self.missing += other.missing


def is_web_archive(destination: str, form: str | None) -> bool:
    """Whether an export is to be a web archive, by ``--format`` or the file's ending."""
    if form in FORMS and is_folder(destination):
        return True
    if form in FORMS and not destination.endswith(ENDINGS):
        raise ConfigError(
            f"{destination}: name a file that ends in {' or '.join(ENDINGS)}, or a folder/"
        )
    return destination.endswith(ENDINGS) and form in {None, *FORMS}


def export_folder(
    parts: Iterable[tuple[str, Iterable[Mapping[str, Any]]]],
    destination: Path,
    archive: Path,
    form: str,
) -> WrittenArchive:
    """Write the raw pages of articles as a folder, :data:`ARTICLES` a file at most.

    Args:
        parts: The folder of each part below ``data``, empty for a whole, and its records.
        destination: The folder; one that is there already must be a data set of ours.
        archive: The raw bodies.
        form: ``warc`` or ``wacz``.

    Raises:
        ConfigError: The folder holds anything else, there is no archive, or warcio is not installed.
        DiskFullError: It could not be written; what was there before is untouched.
    """
    check(destination)
    total = WrittenArchive()
    with writing(destination), staged(destination) as root:
        for folder, records in parts:
            place = root / "data" / folder
            place.mkdir(parents=True)
            for number, shard in enumerate(_shards(records)):
                path = place / f"part-{number:05}{FORMS[form]}"
                total.add(export(shard, str(path), archive))
        if total.articles:
            facts = {
                "name": destination.resolve().name,
                "format": form,
                "schema_version": SCHEMA_VERSION,
                "renmin_version": __version__,
                "records": total.articles,
                "fetches": total.fetches,
                "missing": len(total.missing),
                "rights": manifest.RIGHTS,
            }
            (root / MANIFEST).write_bytes(manifest.as_json(facts))
            (root / "README.md").write_text(_card(facts), encoding="utf-8", newline="\n")
            sum_up(root)
            put_in_place(root, destination)
    return total


def _shards(records: Iterable[Mapping[str, Any]]) -> Iterator[Iterator[Mapping[str, Any]]]:
    iterator = iter(records)
    for first in iterator:
        yield itertools.chain([first], itertools.islice(iterator, ARTICLES - 1))


def _card(facts: Mapping[str, Any]) -> str:
    return (
        f"# {facts['name']}\n\nThe raw pages of {facts['records']} articles of the regional channels of "
        f"People's Daily Online (人民网), {facts['fetches']} fetches, as web archives "
        f"({facts['format'].upper()}): responses, revisits, requests, and each article's record as "
        f"metadata. Whole if `renmin verify` says so.\n\n{facts['rights']}\n"
    )


def export(records: Iterable[Mapping[str, Any]], destination: str, archive: Path) -> WrittenArchive:
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
) -> WrittenArchive:
    """Write a WARC file, one gzip member a record."""
    warc = Warc(file, name)
    written = WrittenArchive()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # warcio forgets its temporary files
        warc.begin()
        for record in records:
            _write_article(warc, record, archive, written)
        gc.collect()
    written.index = warc.index
    return written


def _write_article(
    warc: Warc, record: Mapping[str, Any], archive: Archive, written: WrittenArchive
) -> None:
    url = str(record["url"])
    last: Fetch | None = None
    identity = ""
    for fetch in _fetches(archive, url, written):
        written.fetches += 1
        made = warc.fetch(fetch)
        if fetch.page == 1:
            last, identity = fetch, made
    if last is None:
        written.missing.append(url)
        return
    written.articles += 1
    warc.metadata(url, record, last.fetched_at, identity)
    moment = last.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    written.pages.append({"url": last.url, "ts": moment, "title": record["title"]})


def _fetches(archive: Archive, url: str, written: WrittenArchive) -> Iterator[Fetch]:
    for first in archive.looks(url):
        try:
            yield from archive.record(first).fetches
        except ArchiveError:
            written.missing.append(url)


def _write_wacz(
    path: Path, records: Iterable[Mapping[str, Any]], archive: Archive
) -> WrittenArchive:
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


def _pages(written: WrittenArchive) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Articles"}
    return b"".join(
        orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in [head, *written.pages]
    )


def _index(written: WrittenArchive) -> bytes:
    lines = sorted(line.encode("utf-8", "surrogatepass") for line in written.index)
    return b"".join(line + b"\n" for line in lines)


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, EPOCH)  # stored as it is, without the time of day


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
