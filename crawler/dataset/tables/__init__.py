"""Anybody's tables: CSV, JSONL and Parquet, read and written in chunks, their texts repaired.

    from crawler.dataset.tables import Repairer, kind_of, open_table

The kind of a table is the ending of its name; ``.gz`` and ``.zst`` behind it are undone. No table is
ever whole in memory, and a bad row is a :class:`BadRow`, never the end of the work.
"""

from __future__ import annotations

from crawler.dataset.tables.chunks import BadRow, Chunk, InputTable, TableKind, kind_of, open_table
from crawler.dataset.tables.writing import Repairer, open_writer

__all__ = [
    "BadRow",
    "Chunk",
    "InputTable",
    "Repairer",
    "TableKind",
    "kind_of",
    "open_table",
    "open_writer",
]
