"""A file is whole or it is not there: written under another name, synced, then renamed."""

from __future__ import annotations

import gzip
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, cast

import zstandard

import crawler.dataset
from crawler.dataset import manifest
from crawler.dataset.manifest import Tally
from crawler.errors import ConfigError, DiskFullError

# Modules of the folder that are no format.
NOT_FORMATS = {"files", "manifest", "record"}
COMPRESSION = (".gz", ".zst")


@cache
def formats() -> dict[str, ModuleType]:
    """Every format by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(crawler.dataset.__path__))
    return {
        name: importlib.import_module(f"crawler.dataset.{name}")
        for name in names
        if name not in NOT_FORMATS
    }


def format_of(destination: str, named: str | None) -> ModuleType:
    """The format that the user named, or that the file's ending names; JSONL for ``-``.

    Raises:
        ConfigError: There is no such format.
    """
    if named is None:
        bare = destination.removesuffix(".gz").removesuffix(".zst")
        found = [each for each in formats().values() if bare.endswith(each.SUFFIX)]
        return found[0] if found else formats()["jsonl"]
    if named not in formats():
        raise ConfigError(f"--format {named}: known formats are {', '.join(formats())}")
    return formats()[named]


def export(
    records: Iterable[Mapping[str, Any]],
    destination: str,
    *,
    format_name: str | None,
    query: Mapping[str, Any],
) -> Tally:
    """Write ``records`` to a file with its manifest, or to standard output.

    Args:
        records: In the order in which they are to stand.
        destination: A path, or ``-``. An ending ``.gz`` or ``.zst`` compresses.
        format_name: Instead of what the path's ending says.
        query: For the manifest: what was asked for.

    Raises:
        ConfigError: The format or the folder does not exist.
        DiskFullError: The file could not be written; what was there before is untouched.
    """
    module = format_of(destination, format_name)
    tally = Tally()
    counted = _counted(records, tally)
    if destination == "-":
        module.write(counted, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return tally
    path = Path(destination)
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: the folder {path.parent} does not exist")
    try:
        with whole_file(path) as file:
            module.write(counted, file)
    except OSError as error:
        raise DiskFullError(f"{path}: cannot be written: {error.strerror}") from error
    name = module.__name__.rpartition(".")[2]
    manifest.write(path, tally, format_name=name, query=query)
    return tally


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its name only when everything is written and on the disk."""
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("wb") as raw:
            with _compressed(path, raw) as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _compressed(path: Path, raw: BinaryIO) -> Iterator[BinaryIO]:
    if path.suffix == ".gz":
        # No name and no time inside: the same articles give the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as file:
            yield cast("BinaryIO", file)
    elif path.suffix == ".zst":
        with zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as file:
            yield cast("BinaryIO", file)
    else:
        yield raw


def _counted(records: Iterable[Mapping[str, Any]], tally: Tally) -> Iterator[Mapping[str, Any]]:
    for record in records:
        tally.add(record)
        yield record
