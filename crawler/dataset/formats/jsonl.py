"""JSONL: one record a line, UTF-8, sorted by address; the form that loses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import orjson

from crawler.dataset.schema import SCHEMA, Field

SUFFIX = ".jsonl"
SUMMARY = "one JSON record a line, with everything"

LINE_ENDS = tuple((end.encode(), f"\\u{ord(end):04x}".encode()) for end in "\u0085\u2028\u2029")


def write(
    records: Iterable[Mapping[str, Any]],
    file: BinaryIO,
    fields: Sequence[Field] = SCHEMA,  # noqa: ARG001 - the records have them
) -> None:
    """Write ``records`` to ``file``, in their order, fields in the order of the record."""
    for record in records:
        file.write(line(record))


def line(record: Mapping[str, Any]) -> bytes:
    """One record as one line.

    JSON allows three characters as they are that many programs take for the end of a line.
    """
    text = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    for character, escape in LINE_ENDS:
        if character in text:
            text = text.replace(character, escape)
    return text
