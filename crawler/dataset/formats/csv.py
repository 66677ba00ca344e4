"""CSV for spreadsheets: one row an article, nested values as JSON.

A list of texts is joined by line ends, an empty list is ``[]``, and an unknown value is an empty
cell. A cell that a spreadsheet would run as a formula gets an apostrophe in front: the text comes
from pages, and pages are not to be trusted with somebody's spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import orjson

from crawler.dataset.schema import SCHEMA, Field

SUFFIX = ".csv"
SUMMARY = "one row an article, for spreadsheets; lists joined by line ends"

# A spreadsheet takes a cell that begins so for a formula, also behind a tab or a line's end.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(
    records: Iterable[Mapping[str, Any]], file: BinaryIO, fields: Sequence[Field] = SCHEMA
) -> None:
    """Write ``records`` to ``file`` with a header, as UTF-8 with a mark so that Excel reads it."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    names = [field.name for field in fields]
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([cell(record[name]) for name in names] for record in records)
    text.flush()
    text.detach()


def cell(value: Any) -> str:
    r"""A value as the text of a cell.

    >>> cell(["一", "二"]), cell([]), cell(None), cell(True), cell("=1+1")
    ('一\n二', '[]', '', 'true', "'=1+1")
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value and isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = "\n".join(value)
    elif isinstance(value, dict | list):
        value = orjson.dumps(value).decode()
    return defused(value) if isinstance(value, str) else str(value)


def defused(text: str) -> str:
    """``text``, behind an apostrophe if it begins like a formula.

    >>> defused("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(DANGEROUS) else text
