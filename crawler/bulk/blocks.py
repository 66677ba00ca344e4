"""Reading, extraction and writing as blocks of a datatrove pipeline (extra ``renmin[bulk]``).

A block takes documents and gives documents; between ours a document carries what it is about in
its metadata: a capture behind :class:`Captures`, an article behind :class:`Extract`.

datatrove shares files out over tasks. Where there are fewer files than tasks, a file is read by
several tasks, each of which takes the articles whose address falls to it: so an article's pages
stay together, and what comes out is the same however many tasks there are.
"""

from __future__ import annotations

import contextlib
import secrets
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, ClassVar

import orjson
import zstandard
from datatrove.data import Document
from datatrove.io import DataFolder, get_datafolder
from datatrove.pipeline.base import PipelineStep

from crawler.bulk.joining import Joiner
from crawler.bulk.sources import (
    OF_A_FILE,
    SUFFIXES,
    WARC_SUFFIXES,
    Capture,
    Problem,
    captures,
    from_warc,
)
from crawler.dataset.record import as_record
from crawler.dataset.schema import arrow_schema, batches, load_pyarrow
from crawler.errors import ConfigError
from crawler.items import Article
from crawler.site.urls import classify

FORMATS = {"parquet": ".parquet", "jsonl": ".jsonl", "jsonl.zst": ".jsonl.zst"}
# A file under this name is not whole yet.
PART = ".part"


@dataclass(frozen=True, slots=True)
class TaskShare:
    """What of a source one task reads.

    Attributes:
        path: The file, below the source's folder.
        part: Of the articles in it this task takes those whose address falls to ``part`` ...
        parts: ... of so many.
    """

    path: str
    part: int = 0
    parts: int = 1

    def wanted(self, url: str) -> bool:
        """Whether the page of an address falls to this share."""
        canonical = classify(url).canonical.encode("utf-8", "surrogatepass")
        return self.parts == 1 or zlib.crc32(canonical) % self.parts == self.part


def shares(paths: list[str], rank: int, world_size: int) -> list[TaskShare]:
    """What one task of ``world_size`` reads of these files.

    >>> [share.path for share in shares(["a", "b", "c"], 0, 2)]
    ['a', 'c']
    >>> shares(["a"], 1, 2)
    [TaskShare(path='a', part=1, parts=2)]
    """
    if not paths:
        return []
    if world_size <= len(paths):
        return [TaskShare(path) for path in paths[rank::world_size]]
    at = rank % len(paths)
    parts = -(-(world_size - at) // len(paths))
    return [TaskShare(paths[at], rank // len(paths), parts)]


class Captures(PipelineStep):  # type: ignore[misc]  # datatrove has no types
    """Reads WARC, WACZ, archives and saved pages of a folder or of one file, anywhere fsspec can go.

    Args:
        source: Folder; WARC files may lie on any of fsspec's places, the others on this machine.
        name: One file in it; ``None`` for all whose endings are known.
    """

    name = "captures"
    type = "reader"
    _requires_dependencies: ClassVar = ["fastwarc"]

    def __init__(self, source: str, name: str | None = None) -> None:
        super().__init__()
        self.source = source
        self.file = name

    def run(
        self, data: Iterable[Document] | None = None, rank: int = 0, world_size: int = 1
    ) -> Iterator[Document]:
        """Give a document a capture; its text is empty."""
        del data
        folder = get_datafolder(self.source)
        for share in shares(files_of(folder, self.file), rank, world_size):
            for capture in self._captures(folder, share):
                if share.part and isinstance(capture, Problem) and capture.reason in OF_A_FILE:
                    continue  # who reads the first share of the file counts it
                yield Document("", share.path, metadata={"capture": capture})

    def _captures(self, folder: DataFolder, share: TaskShare) -> Iterator[Capture]:
        if share.path.lower().endswith(WARC_SUFFIXES):
            with folder.open(share.path, "rb") as file:
                yield from from_warc(file, share.path, share.wanted)
        else:
            yield from captures(local_path(folder, share.path), share.wanted)


def files_of(folder: DataFolder, name: str | None = None) -> list[str]:
    """The files of a folder whose endings are known, in order; or the one that is named."""
    if name is not None:
        return [name]
    return [path for path in folder.list_files() if path.lower().endswith(SUFFIXES)]


def local_path(folder: DataFolder, path: str) -> Any:
    """Where a file lies on this machine.

    Raises:
        ConfigError: It lies elsewhere.
    """
    if not folder.is_local():
        raise ConfigError(f"{path}: only WARC files are read from other machines; copy it here")
    return Path(folder.path) / PurePosixPath(path)


class Extract(PipelineStep):  # type: ignore[misc]
    """Joins and reads the pages; counts by reason, as a crawl does.

    Args:
        any_host: Also pages of hosts that are not the site's.
        damaged: False to leave out articles in which damage was found.
    """

    name = "extract"
    type = "extractor"

    def __init__(self, *, any_host: bool = False, damaged: bool = True) -> None:
        super().__init__()
        self.any_host = any_host
        self.damaged = damaged

    def run(
        self, data: Iterable[Document], rank: int = 0, world_size: int = 1
    ) -> Iterator[Document]:
        """Give a document an article: its text, its address, its record in ``metadata``."""
        del rank, world_size
        counts: Counter[str] = Counter()
        joiner, path = Joiner(counts, any_host=self.any_host), ""
        for document in data:
            if document.id != path:
                joiner.rest()
                path = document.id
            for whole in joiner.add(document.metadata["capture"]):
                if self._kept(whole.article, counts):
                    yield _document(whole.article)
        joiner.rest()
        for name, value in counts.items():
            self.stat_update(name, value=value)

    def _kept(self, article: Article, counts: Counter[str]) -> bool:
        for key, holds in (
            ("article/damaged", article.damage),
            ("article/repaired", article.repairs),
            ("article/doubtful", article.doubts),
        ):
            counts[key] += bool(holds)
        if article.damage and not self.damaged:
            counts["skipped/damaged"] += 1
            return False
        counts["article/new"] += 1
        return True


def _document(article: Article) -> Document:
    text = "\n".join(article.paragraphs)
    return Document(text, article.url, metadata={"record": as_record(article)})


class WriteRecords(PipelineStep):  # type: ignore[misc]
    """Writes each task's records to a file of its own, in the schema of the data sets.

    Under its final name a file is whole: it is written under a name of its own, which ends in
    ``.part``, and then renamed. Two machines that do one task at the same time write the same.

    Args:
        target: Folder.
        format: One of :data:`FORMATS`.
    """

    name = "records"
    type = "writer"

    def __init__(self, target: str, format: str = "parquet") -> None:
        super().__init__()
        self.target = target
        self.format = format

    def run(
        self, data: Iterable[Document], rank: int = 0, world_size: int = 1
    ) -> Iterator[Document]:
        """Write, and pass on."""
        del world_size
        folder = get_datafolder(self.target)
        path = f"{rank:05d}{FORMATS[self.format]}"
        part = f"{path}.{secrets.token_hex(4)}{PART}"
        try:
            with folder.open(part, "wb") as file:
                yield from _WRITERS[self.format](file, data)
        except BaseException:
            with contextlib.suppress(OSError):  # on a full disk the next one needs the room
                folder.rm(part)
            raise
        try:
            folder.mv(part, path)
        except FileNotFoundError:  # who has done all tasks tidies up
            if not folder.exists(path):
                raise


def remove_parts(target: str) -> None:
    """Remove what killed tasks left in a folder in which every task is finished."""
    folder = get_datafolder(target)
    for path in folder.list_files(recursive=False, glob_pattern=f"*{PART}"):
        folder.rm(path)


def _write_lines(file: IO[bytes], data: Iterable[Document]) -> Iterator[Document]:
    for document in data:
        file.write(orjson.dumps(document.metadata["record"], option=orjson.OPT_APPEND_NEWLINE))
        yield document


def _write_packed_lines(file: IO[bytes], data: Iterable[Document]) -> Iterator[Document]:
    with zstandard.ZstdCompressor(level=9).stream_writer(file, closefd=False) as packed:
        yield from _write_lines(packed, data)


def _write_parquet(file: IO[bytes], data: Iterable[Document]) -> Iterator[Document]:
    pq = _parquet()
    passed: list[Document] = []

    def records() -> Iterator[dict[str, Any]]:
        for document in data:
            passed.append(document)
            yield document.metadata["record"]

    with pq.ParquetWriter(file, arrow_schema(), compression="zstd") as writer:
        for batch in batches(records()):
            writer.write_batch(batch)
            yield from passed
            passed.clear()


def _parquet() -> Any:
    load_pyarrow()
    import pyarrow.parquet as pq  # noqa: PLC0415 (an extra)

    return pq


_WRITERS: dict[str, Callable[[IO[bytes], Iterable[Document]], Iterator[Document]]] = {
    "parquet": _write_parquet,
    "jsonl": _write_lines,
    "jsonl.zst": _write_packed_lines,
}
