"""JSONL: one record a line, UTF-8, sorted by address; the form that loses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import orjson

SUFFIX = ".jsonl"
SUMMARY = "one JSON record a line, with everything"


def write(records: Iterable[Mapping[str, Any]], file: BinaryIO) -> None:
    """Write ``records`` to ``file``, in their order, fields in the order of the record."""
    for record in records:
        file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
