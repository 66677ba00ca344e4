"""Parquet: typed by the schema, whatever is in it; for data frames and for big data sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from crawler.dataset.arrow import arrow_schema, batches, pyarrow
from crawler.dataset.schema import SCHEMA, Field

SUFFIX = ".parquet"
SUMMARY = "typed columns, for data frames; needs pyarrow (extra: parquet)"
COMPRESSED = True


def write(
    records: Iterable[Mapping[str, Any]], file: BinaryIO, fields: Sequence[Field] = SCHEMA
) -> None:
    """Write ``records`` to ``file``, a row group for every 5,000.

    Raises:
        ConfigError: pyarrow is not installed.
    """
    parquet = pyarrow().parquet
    with parquet.ParquetWriter(file, arrow_schema(fields), compression="zstd") as writer:
        for batch in batches(records, fields):
            writer.write_batch(batch)
