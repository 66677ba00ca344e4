"""``renmin jobs``: the workers of a fleet, and the hosts that they sweep."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from crawler import clock
from crawler.cli.options import LARGEST, Database, Json, opened, reading
from crawler.cli.output import echo_json, show
from crawler.crawl.holding import STALLED_SECONDS
from crawler.errors import ConfigError
from crawler.report import watch as report
from crawler.report.table import counted
from crawler.site.channels import find
from crawler.store import job_schema
from crawler.store.engine import Store

app = typer.Typer(add_completion=False)

# not run: renmin jobs -- needs a server

NO_WORKERS = "an SQLite file has no workers: they share a server, --database postgresql://..."

Numbers = Annotated[list[int], typer.Argument(min=1, help="Numbers of jobs: renmin jobs.")]


@app.callback(invoke_without_command=True)
def jobs(
    context: typer.Context,
    database: Database = None,
    every: Annotated[bool, typer.Option("--all", help="Also jobs that have ended.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only jobs that failed.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST, help="So many jobs at most.")] = 100,
    as_json: Json = False,
) -> None:
    """Show the workers and the jobs of a fleet; with a command, change them.

    Each process of renmin worker has two workers: one sweeps, one does what is planned.
    A job sweeps one host (task ``sweep``), or holds it for a crawl that somebody started by hand
    (``hold``). ``stalled`` is one whose worker has been silent for half a minute: others take it.

    \b
    Example:
        renmin jobs --database postgresql://renmin@db.example/renmin
        renmin jobs run sd bj
        renmin jobs stop 17
        renmin jobs retry 12 13

    Exit codes: 0 done, 1 there is no such job, 2 bad use, 3 failed.
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if context.invoked_subcommand is not None:
        return
    states: tuple[str, ...] = ("todo", "doing")
    if failed or every:
        states = ("failed", "aborted") if failed else report.STATES
    with reading(database) as connection:
        if connection.dialect.name != "postgresql":
            raise ConfigError(NO_WORKERS)
        job_schema.require(connection, str(connection.engine.url), to_work=False)
        there = report.workers(connection, STALLED_SECONDS)
        processes = report.processes(connection, clock.now())
        found = report.jobs(connection, STALLED_SECONDS, states, limit)
        counts = report.job_counts(connection)
    if as_json:
        echo_json({"processes": processes, "workers": there, "jobs": found, "counts": counts})
        return
    if not there:
        typer.echo("no worker is there; start some: renmin worker", err=True)
    show(processes, report.PROCESS_COLUMNS)
    show(there, report.WORKER_COLUMNS)
    listed = [row | {"channels": " ".join(row["channels"] or "-")} for row in found]
    show(listed, report.JOB_COLUMNS)
    if not found:
        typer.echo("no job waits or is at work: renmin jobs --all", err=True)
    typer.echo(" · ".join(f"{state} {counts[state]}" for state in report.STATES if state in counts))


@app.command()
def run(
    channels: Annotated[list[str], typer.Argument(help="Channel ids, or: all.")],
    database: Database = None,
) -> None:
    """Let the workers sweep channels now; a host that is being swept is swept again after that."""
    for name in channels:
        if name != "all":
            find(name)
    with _server(database) as (store, sweeps), store.writing.begin() as connection:
        made = sweeps.defer(connection, sweeps.of_channels(connection, channels))
    typer.echo(
        f"{counted(len(made), 'job')}: {_listed(made)}"
        if made
        else "nothing: all of it waits already"
    )


@app.command()
def stop(numbers: Numbers, database: Database = None) -> None:
    """Take back jobs that wait, and end those at work; what they had fetched stays."""
    _each(database, "stop", numbers)


@app.command()
def retry(numbers: Numbers, database: Database = None) -> None:
    """Let jobs that failed or were stopped be done again."""
    _each(database, "retry", numbers)


def _each(database: str | None, what: str, numbers: list[int]) -> None:
    with _server(database) as (store, sweeps), store.writing.begin() as connection:
        refused = [number for number in numbers if not getattr(sweeps, what)(connection, number)]
    done = [number for number in numbers if number not in refused]
    if done:
        typer.echo(f"{what}: {_listed(done)}")
    if refused:
        typer.echo(f"no job to {what}: {_listed(refused)}; what there is: renmin jobs", err=True)
        raise typer.Exit(1)


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


@contextlib.contextmanager
def _server(database: str | None) -> Iterator[tuple[Store, Any]]:
    """The database of a fleet, and what can be done with its jobs.

    Raises:
        ConfigError, StoreError: It is a file, or has no tables of procrastinate.
    """
    with opened(database, create=True) as store:
        if store.is_sqlite:
            raise ConfigError(NO_WORKERS)
        with store.reading.connect() as connection:
            job_schema.require(connection, store.url)
        # procrastinate is an extra.
        yield store, importlib.import_module("crawler.watch.fleet.sweeps")
