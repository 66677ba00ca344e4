"""A file is whole or it is not there: written under another name, synced, then renamed.

Packed files are read here too: what is cut off or damaged is an error, never a short file.
"""

from __future__ import annotations

import gzip
import io
import itertools
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import zstandard

from crawler.dataset import manifest
from crawler.dataset.formats import COMPRESSIONS, Format, by_ending, named
from crawler.dataset.manifest import Origin, Tally
from crawler.dataset.request import ExportRequest, Record
from crawler.errors import ConfigError, DiskFullError, RenminError

DAMAGED: Final = (EOFError, zlib.error, zstandard.ZstdError, gzip.BadGzipFile)
"""What is raised while a packed file is read that is damaged."""

_PACKED: Final = 1 << 10  # bytes of zstd at a time: they may unpack to 32 MB, no more


def export(
    records: Iterable[Record],
    destination: str,
    request: ExportRequest,
    origin: Origin,
    extra: Mapping[str, Any] | None = None,
) -> Tally:
    """Write ``records`` to a file with its manifest, or to standard output.

    No record is no file: what was there before stays.

    Args:
        records: Whole, in the order in which they are to stand.
        destination: A path, or ``-``.
        request: What was asked for, and in which format.
        origin: For the manifest.
        extra: For the manifest too, of an increment; then a file without a record is one all the
            same: that nothing is new is what it says.

    Raises:
        ConfigError: The folder does not exist, or the path is a folder.
        DiskFullError: The file could not be written; what was there before is untouched.
        RenminError: Whoever read standard output has closed it.
    """
    tally = Tally()
    counted = shaped(records, request, tally)
    if destination == "-":
        _print(counted, request, tally)
        return tally
    path = Path(destination)
    check_path(path)
    first = list(itertools.islice(counted, 1))
    if not first and extra is None:
        return tally

    def described(partial: Path) -> bytes:
        facts = {**manifest.of(request, tally, origin), **(extra or {})}
        return manifest.as_json({"file": path.name, **manifest.file_facts(partial), **facts})

    with writing(path), whole_file(path, request.form.compression, described) as file:
        request.form.write(itertools.chain(first, counted), file, request.columns)
    return tally


def write_file(path: Path, records: Iterable[Record], request: ExportRequest) -> None:
    """Write records, shaped already, to a file that is whole or not there."""
    with whole_file(path, request.form.compression) as file:
        request.form.write(records, file, request.columns)


def shaped(records: Iterable[Record], request: ExportRequest, tally: Tally) -> Iterator[Record]:
    """Records as they are written, each counted on its way."""
    for record in records:
        tally.add(record)
        yield request.shaped(record)


def format_of(destination: str, name: str | None) -> Format:
    """The format that the user named, or that the file's ending names.

    Raises:
        ConfigError: There is no such format.
    """
    if name is None:
        return by_ending(destination)
    found = named(name)
    # `--format csv` into a.csv.gz compresses as ever.
    ending = Path(destination).suffix.lower()
    if ending in {".gz", ".zst"} and not found.compression:
        return named(found.name + ending)
    return found


def check_path(path: Path) -> None:
    """Refuse what cannot become a file.

    Raises:
        ConfigError: It is a folder, lies in one that does not exist, or its name is no text.
    """
    if any("\ud800" <= each <= "\udfff" for each in path.name):  # bytes that are no text
        raise ConfigError(f"{path.name!r}: its manifest cannot name it; name the file in UTF-8")
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder; name a file in it, {path / 'articles.jsonl'}")
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: the folder {path.parent} does not exist")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Within: trouble of the disk is named with the file that could not be written."""
    try:
        yield
    except OSError as error:
        raise DiskFullError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def whole_file(
    path: Path, compression: str = "", describe: Callable[[Path], bytes] | None = None
) -> Iterator[BinaryIO]:
    """Open a file that takes its name only when everything is written and on the disk.

    Args:
        path: Its name.
        compression: ``.gz``, ``.zst`` or none.
        describe: Gives the manifest of the finished file, which takes its name together with it.
    """
    partial = path.with_name(path.name + ".part")
    note = manifest.beside(path)
    partial_note = note.with_name(note.name + ".part")
    # What lies there is a rest, or a link to a file that is none of ours: it is not followed.
    partial.unlink(missing_ok=True)
    partial_note.unlink(missing_ok=True)
    try:
        with partial.open("xb") as raw:
            with _compressed(compression, raw) as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        if describe:
            partial_note.write_bytes(describe(partial))
        partial.replace(path)
        if describe:
            partial_note.replace(note)
    finally:
        partial.unlink(missing_ok=True)
        partial_note.unlink(missing_ok=True)


@contextmanager
def _compressed(compression: str, raw: BinaryIO) -> Iterator[BinaryIO]:
    if compression == ".gz":
        # No name and no time inside: the same articles give the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as file:
            yield cast("BinaryIO", file)
    elif compression == ".zst":
        with zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as file:
            yield cast("BinaryIO", file)
    else:
        yield raw


@contextmanager
def open_text(name: str) -> Iterator[BinaryIO]:
    """Open a text by lines, unpacked if its name ends in ``.gz`` or ``.zst``; ``-`` is standard input.

    Raises:
        ConfigError: It cannot be read, or its compression is damaged; this also while it is read.
    """
    if name == "-":
        yield sys.stdin.buffer
        return
    compression = next((each for each in COMPRESSIONS if name.lower().endswith(each)), "")
    try:
        with opened(name) as file:
            stream = io.BufferedReader(unpacked(file, compression))
            try:
                yield stream
            finally:
                stream.detach()
    except DAMAGED as error:
        raise ConfigError(f"{name}: {damage(error)}") from error


def damage(error: Exception) -> str:
    """What is wrong with a packed file, by the error of :data:`DAMAGED` that it gave."""
    if isinstance(error, EOFError):
        return "its compression is damaged: the end is missing"
    return "its compression is damaged, or it is not packed as its name says"


def opened(name: str) -> BinaryIO:
    """Open a file that the user has named.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise ConfigError(
            f"{name}: {error.strerror or error}; name a readable file, or -"
        ) from error


def unpacked(file: BinaryIO, compression: str) -> io.RawIOBase:
    """What is packed in a file; :data:`DAMAGED` is raised while it is read."""
    if compression == ".gz":
        return cast("io.RawIOBase", gzip.GzipFile(fileobj=file, mode="rb"))
    return _Unpacked(file) if compression == ".zst" else cast("io.RawIOBase", file)


class _Unpacked(io.RawIOBase):
    """A file of zstd frames; the library's own reader takes a frame that is cut off for whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._packed = b""
        self._waiting = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill ``buffer`` as far as what is unpacked goes; 0 at the end.

        Raises:
            EOFError: The file ends inside of a frame.
        """
        while not self._waiting:
            packed = self._packed or self._file.read(_PACKED)
            if not packed:
                if self._frame is not None:
                    raise EOFError
                return 0
            frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
            self._waiting = memoryview(frame.decompress(packed))
            self._packed = frame.unused_data if frame.eof else b""
            self._frame = None if frame.eof else frame
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._waiting))
        target[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count


def _print(records: Iterator[Record], request: ExportRequest, tally: Tally) -> None:
    try:
        with _compressed(request.form.compression, sys.stdout.buffer) as file:
            request.form.write(records, file, request.columns)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is left in the buffer goes nowhere, so that the interpreter does not stumble over it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise RenminError(
            f"-: the reader of standard output closed it at article {tally.records}; "
            "the rest was not written"
        ) from None
