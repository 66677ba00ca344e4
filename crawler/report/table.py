"""The one shape of every answer: rows with named columns; and what the columns count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from crawler.clock import midnight

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


def within(column: sa.Column[Any], day: date) -> list[sa.ColumnElement[bool]]:
    """The conditions under which a moment is of ``day``."""
    begin = midnight(day)
    return [column >= begin, column < begin + timedelta(days=1)]


# What each figure counts, in one sentence. The names are the columns of every table, CSV and
# JSON; docs/dashboard.md prints this table.
FIGURES = MappingProxyType(
    {
        "pages": "Visits that ended well: list, article and unchanged pages (page/*).",
        "articles": "Held: rows of article, copies included. Counted: articles stored for the "
        "first time (article/new).",
        "changed": "Articles whose text the site has changed (held: revision > 1; counted: "
        "article/changed).",
        "duplicates": "Articles that are marked as a copy of another one (held: duplicate_of is "
        "set; counted: article/duplicate).",
        "repaired": "Articles in which at least one repair rule fired (held: repairs is not "
        "empty; counted: article/repaired).",
        "damaged": "Articles in which a kind of mis-encoding was found, undone or not (damage is "
        "not empty).",
        "misread": "Articles whose text is too short, was cut by a stray tag, or whose headline "
        "the page's title does not share (counted: article/misread).",
        "doubtful": "Articles with at least one place that was inferred or could not be restored "
        "(doubts is not empty).",
        "failures": "Visits that brought nothing, whatever the reason (failure/*).",
        "bytes": "Bytes of the bodies that were fetched (bytes/fetched).",
        "per_minute": "Pages divided by the minutes of the runs that crawled the channel.",
        "mean_ms": "Time from request to answer (time/download_ms) divided by the answers "
        "(status/*).",
        "newest": "The latest date of publication among the articles held.",
    }
)


def counted(number: int, noun: str, several: str = "") -> str:
    """A number and its noun, for a sentence.

    Args:
        number: How many.
        noun: For one.
        several: For any other number; the noun with an s if it is empty.

    >>> counted(1, "run"), counted(1204, "run"), counted(0, "body", "bodies")
    ('1 run', '1,204 runs', '0 bodies')
    """
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"
