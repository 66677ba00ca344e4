"""What a command prints: rows (a table for a person, JSON or CSV for a program), and progress."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeRemainingColumn as Remaining
from rich.table import Table
from rich.text import Text

from crawler.dataset.formats import defused

# Wider than any row: a cell is never cut, a narrow terminal breaks the line.
WIDTH = 10_000

# Between two lines of progress in a log.
LOG_SECONDS = 10.0

Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


def show(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    as_json: bool = False,
    as_csv: bool = False,
    right: Collection[str] = (),
) -> int:
    """Print rows in one form; gives how many there were.

    JSON and CSV are printed row by row, however many there are; a table is printed at once.

    Args:
        rows: Each with all of ``columns``.
        columns: Names, in order.
        as_json: One object a line.
        as_csv: A line of names, then one line a row; cells that a spreadsheet would take for
            formulas are defused.
        right: Columns of a table that end at the same place; numbers do anyway.
    """
    if as_json:
        return _print_json(rows)
    if as_csv:
        return _print_csv(rows, columns)
    found = list(rows)
    if found:
        _print_table(found, columns, right)
    return len(found)


def echo_json(value: Any) -> None:
    """Print one value, a list or an object, as one line of JSON."""
    typer.echo(orjson.dumps(value))  # UTF-8, whatever the terminal's charset is


def cell(value: Any) -> str:
    """A value for a person: thousands parted, days and minutes, ``-`` for none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if hasattr(value, "hour"):
        return f"{value:%Y-%m-%d %H:%M}"
    return "-" if value is None else str(value)


def _print_json(rows: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    for row in rows:
        sys.stdout.buffer.write(orjson.dumps(dict(row), option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    sys.stdout.buffer.flush()
    return count


def _print_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> int:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        values = (row[name] for name in columns)
        writer.writerow("" if value is None else defused(str(value)) for value in values)
        count += 1
    return count


def _print_table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], right: Collection[str]
) -> None:
    table = Table(box=None, pad_edge=False)
    for name in columns:
        to_the_right = name in right or isinstance(rows[0][name], int | float)
        side: Literal["left", "right"] = "right" if to_the_right else "left"
        table.add_column(name, justify=side, no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell(row[name])) for name in columns))
    console = Console(width=WIDTH)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told how many of how many are done."""
    if not sys.stderr.isatty():
        yield _log_lines(what)
        return

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _log_lines(what: str) -> Callable[[int, int], None]:
    last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= LOG_SECONDS:
            last = time.monotonic()
            typer.echo(f"{what}: {done} of {total}", err=True)

    return report
