"""The one shape of every answer: rows with named columns, or a slice of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of an answer.

    Attributes:
        columns: Names, in the order in which they are written.
        rows: One dictionary a row, with those names.
        total: How many rows there are in all; may be more than are given.
        notes: What else the question found out, for the page around the table.
    """

    columns: tuple[str, ...]
    rows: list[Row]
    total: int = 0
    notes: Mapping[str, Any] = field(default_factory=dict)


def rows_of(found: Iterable[Mapping[Any, Any]]) -> list[Row]:
    """Rows of a result as plain dictionaries: SQLAlchemy's names are no plain strings."""
    return [{str(name): value for name, value in row.items()} for row in found]


def table(columns: str, rows: list[Row], total: int | None = None, **notes: Any) -> Table:
    """A table whose columns are named in one string; ``total`` defaults to all that is given."""
    return Table(tuple(columns.split()), rows, len(rows) if total is None else total, notes)
