"""A data set as a folder: files of records, and beside them all that says what they are.

::

    DIR/README.md            the card, with the header that Hugging Face reads
        data/…               the records: one file, or one a part, each of at most 200,000
        schema.json          of a record          croissant.json, datapackage.json   for machines
        CITATION.cff         how to cite it       contents.tsv.zst   what it holds: contents.py
        manifest.json        what makes it again  SHA256SUMS         of all of them

The folder is whole or not there: it is written beside its place and then renamed.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from crawler.dataset import card, manifest
from crawler.dataset.files import shaped, whole_file, write_file, writing
from crawler.dataset.formats import text_of, write_csv
from crawler.dataset.manifest import Origin, Tally
from crawler.dataset.record import flat
from crawler.dataset.request import ExportRequest, Record
from crawler.dataset.schema import FLAT, Field, json_schema
from crawler.errors import ConfigError
from crawler.store.selection import SplitPart

SHARD = 200_000
SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
# One file an article; this table says which is whose.
TEXT_COLUMNS = (
    Field("file", "text", "Its text, beside this table.", nullable=False),
    *(field for field in FLAT if field.name != "text"),
)


@dataclass(slots=True)
class Written:
    """What stands in a folder that is being written.

    Attributes:
        root: The folder.
        tally: Of all records so far.
        files: Path from the root, and how many records are in it.
    """

    root: Path
    tally: Tally = field(default_factory=Tally)
    files: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extra:
    """What an increment adds to a data set.

    Attributes:
        facts: For the manifest.
        files: Name and content of more files.
        holds: What the whole data set holds, where that is more than what is written here.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    holds: BinaryIO | None = None


def export(
    records: Callable[[SplitPart], Iterable[Record]],
    parts: Iterable[SplitPart],
    destination: Path,
    request: ExportRequest,
    origin: Origin,
    extra: Extra | None = None,
) -> Tally:
    """Write a data set as a folder.

    Args:
        records: The whole records of a part, by url.
        parts: The parts.
        destination: The folder; one that is there already must be a data set of ours.
        request: What was asked for.
        origin: For the manifest.
        extra: What an increment adds.

    Returns:
        The counts. If they are zero nothing was written, and what was there stays.

    Raises:
        ConfigError: The folder's parent does not exist, or the folder is no data set.
        DiskFullError: Something could not be written; what was there before is untouched.
    """
    check(destination)
    with writing(destination), staged(destination) as root:
        written = Written(root)
        for part in parts:
            _write_part(written, records(part), part, request)
        if not written.tally.records and extra is None:
            return written.tally
        _finish(written, request, origin, extra or Extra(), destination.resolve().name)
        put_in_place(root, destination)
    return written.tally


def check(destination: Path) -> None:
    """Refuse a folder that is not ours to replace.

    Raises:
        ConfigError: It is a file, holds something else, or its parent does not exist.
    """
    if not destination.resolve().parent.is_dir():
        raise ConfigError(f"{destination}: the folder {destination.parent} does not exist")
    if not destination.exists():
        return
    if not destination.is_dir():
        raise ConfigError(f"{destination}: is a file; name a folder, or leave the slash away")
    strange = foreign(destination)
    if strange:
        raise ConfigError(
            f"{destination}: holds {strange}, which is no part of a data set; name a folder that is "
            "new, empty, or an earlier export"
        )


def foreign(folder: Path) -> str | None:
    """The first file of a folder that an export did not write; ``None`` if there is none."""
    ours = {SUMS, *sums(folder)}
    # Stops at the first: the folder may be somebody's whole disk.
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = (Path(place) / name).relative_to(folder).as_posix()
            if path not in ours:
                return path
    return None


def sums(folder: Path) -> dict[str, str]:
    """Path and SHA-256 of every file that SHA256SUMS names; empty if there is none."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines) if name}


def _write_part(
    written: Written, records: Iterable[Record], part: SplitPart, request: ExportRequest
) -> None:
    listed = written.root / ".contents" / (part.folder or "all")
    listed.parent.mkdir(exist_ok=True)
    with listed.open("wb") as lines:
        seen = _noted(records, lines.write)
        if request.form.kind == "txt":
            _write_texts(written, seen, part, request)
        else:
            _write_shards(written, seen, part, request)


def _noted(records: Iterable[Record], write: Callable[[bytes], object]) -> Iterator[Record]:
    for record in records:
        write(manifest.contents_line(record))
        yield record


def _write_shards(
    written: Written, records: Iterable[Record], part: SplitPart, request: ExportRequest
) -> None:
    rows = shaped(records, request, written.tally)
    for number in itertools.count():
        first = next(rows, None)
        if first is None:
            return
        path = _data(written.root, part) / f"part-{number:05}{request.form.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        before = written.tally.records - 1
        write_file(path, itertools.chain([first], itertools.islice(rows, SHARD - 1)), request)
        _note(written, path, written.tally.records - before)


def _write_texts(
    written: Written, records: Iterable[Record], part: SplitPart, request: ExportRequest
) -> None:
    """One file an article, and a table of them."""
    path = _data(written.root, part) / "metadata.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = _texts(written, records, path.parent, request)
    first = next(rows, None)
    if first is not None:
        with whole_file(path) as file:
            write_csv(itertools.chain([first], rows), file, TEXT_COLUMNS)
        _note(written, path, 0)


def _texts(
    written: Written, records: Iterable[Record], folder: Path, request: ExportRequest
) -> Iterator[Record]:
    for record in records:
        written.tally.add(record)
        renamed = request.rename(record) if request.rename else record
        about = flat(renamed)
        path = folder / f"{about['doc_id']}.txt"
        text = text_of(about if request.flat else renamed)
        path.write_text(text, encoding="utf-8", newline="\n", errors="replace")
        _note(written, path, 1)
        yield {"file": path.name, **about}


def _data(root: Path, part: SplitPart) -> Path:
    return root / "data" / part.folder if part.folder else root / "data"


def _note(written: Written, path: Path, records: int) -> None:
    written.files[path.relative_to(written.root).as_posix()] = records


def _finish(
    written: Written, request: ExportRequest, origin: Origin, extra: Extra, name: str
) -> None:
    """Write all that is not data."""
    root = written.root
    _write_contents(root, request, extra)
    for path, content in extra.files.items():
        (root / path).write_bytes(content)
    files = [
        {"path": path, "records": count, **manifest.file_facts(root / path)}
        for path, count in sorted(written.files.items())
    ]
    facts = {
        "name": name,
        **manifest.of(request, written.tally, origin),
        **extra.facts,
        "files": files,
    }
    (root / MANIFEST).write_bytes(manifest.as_json(facts))
    (root / "schema.json").write_bytes(manifest.as_json(json_schema(request.columns)))
    for path, text in card.documents(facts, request).items():
        (root / path).write_text(text, encoding="utf-8", newline="\n")
    sum_up(root)


def _write_contents(root: Path, request: ExportRequest, extra: Extra) -> None:
    listed = root / ".contents"
    # Of revisions an address is no key: no other data set can be held against them.
    if not request.revisions:
        with whole_file(root / manifest.CONTENTS) as file:
            if extra.holds:
                manifest.join_contents([extra.holds], file)
            else:
                with ExitStack() as stack:
                    parts = sorted(listed.glob("*"))
                    manifest.join_contents(
                        [stack.enter_context(each.open("rb")) for each in parts], file
                    )
    shutil.rmtree(listed, ignore_errors=True)


def sum_up(root: Path) -> None:
    """Write SHA256SUMS of all files that are there."""
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    lines = (
        f"{manifest.sha256(path)}  {path.relative_to(root).as_posix()}\n"
        for path in paths
        if path.name != SUMS
    )
    (root / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


@contextmanager
def staged(destination: Path) -> Iterator[Path]:
    """A folder beside the place of another, to write into; it is gone afterwards."""
    place = destination.resolve()
    root = place.with_name(place.name + ".part")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def put_in_place(root: Path, destination: Path) -> None:
    """Give a staged folder its name, in the place of what was there."""
    place = destination.resolve()
    former = place.with_name(place.name + ".old")
    shutil.rmtree(former, ignore_errors=True)
    if place.exists():
        place.rename(former)
    root.rename(place)
    shutil.rmtree(former, ignore_errors=True)
    # The names are on the disk too.
    handle = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a data set: of a folder, of a file, or the manifest itself.

    Raises:
        ConfigError: There is none, or it is none of ours.
    """
    places = [path / MANIFEST] if path.is_dir() else [manifest.beside(path)]
    if path.suffix == ".json":
        places.append(path)
    place = next((each for each in places if each.is_file()), None)
    if place is None:
        raise ConfigError(_without_manifest(path))
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{place}: cannot be read as a manifest: {error}") from error
    if not isinstance(found, dict) or "schema_version" not in found:
        raise ConfigError(f"{place}: is no manifest of renmin export")
    return found


def _without_manifest(path: Path) -> str:
    """Why nothing can be said of a data set, and where its manifest should be."""
    if path.is_dir():
        return f"{path}: holds no {MANIFEST}; renmin export DIR/ writes one"
    if not path.exists():
        return f"{path}: no such file or folder"
    if path.name.endswith((".wacz", ".warc", ".warc.gz")):
        return (
            f"{path}: nothing to hold it against: a web archive written as one file has no "
            "manifest; export to a folder (renmin export DIR/ --format warc) for checksums that "
            "renmin verify holds against it"
        )
    return (
        f"{path}: nothing to hold it against: {manifest.beside(path).name}, which renmin export "
        "writes with it, is not beside it"
    )


def verify(path: Path) -> list[str]:
    """What is wrong with a data set, a line each; empty if it is whole.

    Args:
        path: A folder of ``renmin export DIR/``, a file with its manifest beside it, or that.

    Raises:
        ConfigError: There is no manifest, so that nothing can be said.
    """
    facts = read_manifest(path)
    if path.is_dir():
        return list(_folder_faults(path))
    file = path
    if path.name.endswith(".manifest.json"):
        file = path.with_name(str(facts.get("file")))
    if not file.is_file():
        return [f"{file}: is missing"]
    if manifest.sha256(file) != facts.get("sha256"):
        return [f"{file}: its SHA-256 is not the manifest's: it was changed, or cut off"]
    return []


def _folder_faults(path: Path) -> Iterator[str]:
    listed = sums(path)
    if not listed:
        raise ConfigError(f"{path}: no {SUMS}; renmin export writes one")
    for name, digest in listed.items():
        file = path / name
        if not file.is_file():
            yield f"{name}: is missing"
        elif manifest.sha256(file) != digest:
            yield f"{name}: its SHA-256 is not that of {SUMS}: it was changed, or cut off"
    if strange := foreign(path):
        yield f"{strange}: is not of this data set"
