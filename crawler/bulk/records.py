"""Records as bulk work and data sets write them, read again one by one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import zstandard

from crawler.errors import ConfigError

ENDINGS = (".parquet", ".jsonl", ".jsonl.zst")


def files_of(folder: Path) -> list[Path]:
    """The files of records below a folder, in order.

    Raises:
        ConfigError: There is none.
    """
    found = sorted(path for path in folder.rglob("*") if path.name.endswith(ENDINGS))
    if not found:
        raise ConfigError(f"{folder}: no file in it ends in {', '.join(ENDINGS)}")
    return found


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file, times and days as text, a few in memory at a time.

    Raises:
        ConfigError: It is not what its ending says.
    """
    try:
        yield from _rows_of_parquet(path) if path.suffix == ".parquet" else _lines(path)
    except (OSError, ValueError, zstandard.ZstdError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as raw:
        file: Any = raw
        if path.suffix == ".zst":
            file = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw))
        for line in file:
            yield orjson.loads(line)


def _rows_of_parquet(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq  # noqa: PLC0415 (an extra)

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(500):
            yield from ({k: _plain(v) for k, v in row.items()} for row in batch.to_pylist())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
