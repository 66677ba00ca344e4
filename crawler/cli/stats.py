"""``renmin stats``: what the last days brought, per channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table as Grid

from crawler import clock
from crawler.cli.options import Database, Json, reading
from crawler.report.stats import stats as report
from crawler.report.table import Row, Table

app = typer.Typer(add_completion=False)

NUMBERS = ("pages", "articles", "changed", "duplicates", "repaired", "failures")


@app.command()
def stats(
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days to look back.")] = 7,
    database: Database = None,
    json: Json = False,
) -> None:
    """Print what the runs of the last days did, per channel, most failures a page first.

    The same figures, from the same queries, as the dashboard's. What each one counts stands in
    docs/dashboard.md.

    Exit code 1 means that there was no run, so that a cron job can notice.

    \b
    Example:
        renmin stats --days 1
        renmin stats --json | jq '.held.articles'
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    with reading(database) as connection:
        found = report(connection, clock.now(), days)
    if json:
        typer.echo(orjson.dumps({"rows": found.rows, **found.notes}).decode())
    elif found.notes["runs"]:
        _print(found)
    if not found.notes["runs"]:
        typer.echo(f"no run in the last {days} days; start one with: renmin crawl", err=True)
        raise typer.Exit(1)


def _print(found: Table) -> None:
    console = Console(highlight=False)
    grid = Grid(box=None, pad_edge=False)
    grid.add_column("channel", no_wrap=True)
    for name in (*NUMBERS, "MB", "p/min"):
        grid.add_column(name, justify="right", no_wrap=True)
    for row in (*found.rows, {**found.notes["everything"], "channel": "all"}):
        grid.add_row(*_cells(row))
    console.print(grid)
    for heading, column in (("page designs", "by_design"), ("failures", "by_reason")):
        typer.echo(f"\n{heading}")
        for row in found.rows:
            if row[column]:
                typer.echo(f"  {row['channel'] or '-':<10} {_named(row[column])}")
    held = found.notes["held"]
    parts = ", ".join(
        f"{name} {held[name]:,}" for name in held if name not in ("articles", "share")
    )
    typer.echo(
        f"\n{found.notes['runs']} runs in {found.notes['days']} days; the database holds "
        f"{held['articles']:,} articles: {parts}"
    )


def _cells(row: Row) -> list[str]:
    speed = row["per_minute"]
    return [
        row["channel"] or "-",
        *(f"{row[name]:,}" for name in NUMBERS),
        f"{row['bytes'] / 1e6:,.1f}",
        "-" if speed is None else f"{speed:,.1f}",
    ]


def _named(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
