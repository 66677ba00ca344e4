"""Runs: how they went, what one said while it went on, what those of the last days brought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from crawler import clock, config
from crawler.cli.options import LARGEST, Database, Json, reading
from crawler.cli.output import cell, echo_json, show
from crawler.crawl import run_log
from crawler.report import runs as report
from crawler.report.stats import stats as last_days
from crawler.report.table import Row, Table, counted

COMMANDS = ("runs", "logs", "stats")

app = typer.Typer(add_completion=False)

NUMBERS = frozenset({"run", "pid", "exit_code"})

# What a line of the list has room for, and how it is headed there.
SHOWN = {
    "run": "run",
    "state": "state",
    "started_at": "started",
    "seconds": "seconds",
    "pages": "pages",
    "articles": "new",
    "changed": "changed",
    "repaired": "repaired",
    "misread": "misread",
    "failures": "failed",
    "per_minute": "p/min",
    "exit_code": "exit",
}


@app.command()
def runs(
    run: Annotated[
        int | None, typer.Argument(min=1, max=LARGEST, help="One run, with its counters.")
    ] = None,
    *,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 20,
    database: Database = None,
    json: Json = False,
) -> None:
    """Print the last runs, newest first, or everything that is known of one.

    A run without an end whose heart has stood still for a minute is "lost".

    Exit code 1 means that there is no run, or none with this number.

    \b
    Example:
        renmin runs
        renmin runs 12 --json
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    with reading(database) as connection:
        if run is not None:
            found = report.find(connection, run, clock.now())
            counters = report.counted(connection, run).rows
            channels = report.by_channel(connection, run).rows
        else:
            rows = report.listed(connection, clock.now(), slice_=(last, 0)).rows
    if run is None:
        _list(rows, json=json)
    elif found is None:
        typer.echo(f"there is no run {run}; all of them: renmin runs", err=True)
        raise typer.Exit(1)
    else:
        _one(found | {"by_channel": channels, "counters": counters}, json=json)


def _list(rows: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        echo_json(rows)
    elif rows:
        show([{SHOWN[name]: row[name] for name in SHOWN} for row in rows], list(SHOWN.values()))
    if not rows:
        typer.echo("no run so far; start one with: renmin crawl CHANNEL", err=True)
        raise typer.Exit(1)


def _one(found: dict[str, Any], *, json: bool) -> None:
    if json:
        echo_json(found)
        return
    channels, counters = found.pop("by_channel"), found.pop("counters")
    for name, value in found.items():
        # A process id is pasted into kill, a number of a run into a command.
        typer.echo(f"{name}: {value if name in NUMBERS else cell(value)}")
    for rows in (channels, counters):
        if rows:
            typer.echo()
            show(rows, list(rows[0]))


@app.command()
def logs(
    run: Annotated[int, typer.Argument(min=1, max=LARGEST, help="The run's number: renmin runs.")],
    database: Database = None,
) -> None:
    """Print the log of a run; the last hundred runs have theirs on the machine that crawled.

    Times are the machine's, with their zone. Exit code 1 means that there is none.

    \b
    Example:
        renmin logs 1
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    options = config.load(database=database)
    text = run_log.read(options, run)
    if text is None:
        typer.echo(
            f"no log of run {run} here ({run_log.path_of(options, run)}); all runs: renmin runs",
            err=True,
        )
        raise typer.Exit(1)
    typer.echo(text, nl=False)


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
        found = last_days(connection, clock.now(), days)
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
