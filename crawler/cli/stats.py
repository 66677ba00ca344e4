"""``renmin stats``: what the last days brought, per channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from crawler import clock
from crawler.cli.options import Database, Json, reading
from crawler.cli.output import echo_json, show
from crawler.report.stats import stats as report
from crawler.report.table import Row, Table, counted

app = typer.Typer(add_completion=False)

COUNTED = ("pages", "articles", "changed", "duplicates", "repaired", "misread", "failures")


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
        echo_json({"rows": found.rows, **found.notes})
    elif found.notes["runs"]:
        _print(found)
    if not found.notes["runs"]:
        typer.echo(
            f"no run in the last {counted(days, 'day')}; start one with: renmin crawl", err=True
        )
        raise typer.Exit(1)


def _print(found: Table) -> None:
    totals = {**found.notes["everything"], "channel": "all"}
    show(
        [_shown(row) for row in (*found.rows, totals)],
        ("channel", *COUNTED, "MB", "p/min"),
        right=("MB", "p/min"),
    )
    for heading, column in (("page designs", "by_design"), ("failures", "by_reason")):
        rows = [row for row in found.rows if row[column]]
        if rows:
            typer.echo(f"\n{heading}")
        for row in rows:
            typer.echo(f"  {row['channel'] or '-':<10} {_named(row[column])}")
    held = found.notes["held"]
    parts = ", ".join(
        f"{name} {held[name]:,}" for name in held if name not in ("articles", "share")
    )
    typer.echo(
        f"\n{counted(found.notes['runs'], 'run')} in {counted(found.notes['days'], 'day')}; "
        f"the database holds {counted(held['articles'], 'article')}: {parts}"
    )


def _shown(row: Row) -> Row:
    speed = row["per_minute"]
    return {
        **row,
        "MB": f"{row['bytes'] / 1e6:,.1f}",
        "p/min": None if speed is None else f"{speed:,.1f}",
    }


def _named(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
