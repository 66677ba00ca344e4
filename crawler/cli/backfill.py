"""``renmin backfill``: ranges of days that are fetched slice by slice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

import typer

from crawler import clock, config
from crawler.cli.options import LARGEST, Database, Json, log_to_stderr, opened, reading
from crawler.cli.output import echo_json, show
from crawler.clock import read_day
from crawler.errors import ConfigError
from crawler.report.table import Row, counted
from crawler.store.engine import Store
from crawler.watch.schedule import backfill as ranges
from crawler.watch.schedule.backfill import ACTIVE, Backfill, add, load, progress, work_off
from crawler.watch.schedule.process import Outside, starter, stop_on_signal

app = typer.Typer(add_completion=False)

Name = Annotated[str, typer.Argument(help="The back-fill's name.")]
COLUMNS = ("name", "channels", "since", "until", "slices", "fetched back to", "state", "stored",
           "waiting", "failed", "what")  # fmt: skip
# How often somebody who waits looks again.
LOOK_SECONDS = 5.0


@app.callback(invoke_without_command=True)
def backfill(context: typer.Context, database: Database = None, json: Json = False) -> None:
    """Fetch a range of days slice by slice, the latest first; without a command, show how far it is.

    A slice is one crawl with --since and --until. Slices are run one after the other by renmin serve
    and by renmin crawl --due whenever nothing else is due; they make way for what is, and go on
    afterwards, also after a kill. What stops one three times in a row is an alert.

    Exit code 1 means that there is no back-fill.

    \b
    Example:
        renmin backfill start year2025 --channels sd,bj --since 2025-01-01 --until 2026-01-01 --slice 30d
        renmin backfill
        renmin backfill pause year2025
        renmin backfill resume year2025
        renmin backfill remove year2025
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if context.invoked_subcommand is not None:
        return
    with reading(database) as connection:
        rows = [_row(one, progress(connection, one)) for one in load(connection)]
    if not rows:
        typer.echo("no back-fill yet; begin one: renmin backfill start --help", err=True)
        raise typer.Exit(1)
    if json:
        echo_json(rows)
    else:
        show(rows, COLUMNS)


@app.command()
def start(
    name: Name,
    *,
    channels: Annotated[str, typer.Option(help="Channels, parted by commas; or: all.")],
    since: Annotated[str, typer.Option(help="The first day: 2019-01-01.")],
    until: Annotated[str, typer.Option(help="The day after the last; today if not named.")] = "",
    slice_: Annotated[str, typer.Option("--slice", help="Days at a time: 30d, 4w.")] = "30d",
    without: Annotated[
        str | None, typer.Option("--except", help="Channels to leave out, parted by commas.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, max=LARGEST, help="Articles a run, at most.")
    ] = None,
    database: Database = None,
) -> None:
    """Begin a back-fill; renmin serve and renmin crawl --due do it, or: renmin backfill run NAME.

    The same command again changes nothing.

    \b
    Example:
        renmin backfill start year2025 --channels all --since 2025-01-01 --until 2026-01-01 --slice 2w
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    options = {"except": without, "limit": limit}
    named = [part.strip() for part in channels.split(",") if part.strip()]
    one = range_of(name, named, since, until, slice_)
    chosen = {key: str(value) for key, value in options.items() if value is not None}
    with opened(database, create=True) as store, store.writing.begin() as connection:
        kept = add(connection, replace(one, options=chosen), clock.now())
    done, total = kept.slices
    typer.echo(f"{name}: {counted(total, 'slice')}, {done} done; how far it is: renmin backfill")


@app.command()
def run(name: Name, database: Database = None) -> None:
    """Run the slices of a back-fill now, one after the other, until it is done.

    Exit codes: 0 it is done, 1 somebody paused it, 2 bad use, 3 stopped: the same command goes on.
    """
    with opened(database) as store:
        raise typer.Exit(to_the_end(store, name, config.load(database=database)))


@app.command()
def pause(name: Name, database: Database = None) -> None:
    """Let a back-fill rest; the slice that is going on is stopped and not lost."""
    with opened(database) as store, store.writing.begin() as connection:
        ranges.switch(connection, name, on=False)
    typer.echo(f"paused {name}; to go on: renmin backfill resume {name}")


@app.command()
def resume(name: Name, database: Database = None) -> None:
    """Let a back-fill that rests, or that did not end well, go on at once."""
    with opened(database) as store, store.writing.begin() as connection:
        ranges.switch(connection, name, on=True)
    typer.echo(
        f"{name} goes on with the next round of renmin serve; or: renmin backfill run {name}"
    )


@app.command()
def remove(name: Name, database: Database = None) -> None:
    """Forget a back-fill; what it brought stays."""
    with opened(database) as store, store.writing.begin() as connection:
        ranges.remove(connection, name)
    typer.echo(f"removed {name}")


def range_of(name: str, channels: Sequence[str], since: str, until: str, slice_: str) -> Backfill:
    """A back-fill as it was typed.

    Raises:
        ConfigError: A day or the slice cannot be read.
    """
    first = read_day("--since", since)
    # Today's articles too.
    last = read_day("--until", until) if until else clock.now().date() + timedelta(days=1)
    return Backfill(
        name=name,
        channels=tuple(channels),
        since=first,
        until=last,
        slice_days=_days(slice_),
        options={},
        reached=last,
    )


def to_the_end(store: Store, name: str, options: config.Config) -> int:
    """Run slice after slice; the exit code."""
    log_to_stderr()
    outside = Outside(start=starter(options.database, options.proxy), now=clock.now)
    told = None
    try:
        with stop_on_signal():
            while (one := _named(store, name)).state == ACTIVE:
                if work_off(store, outside, only=name) is None:
                    time.sleep(LOOK_SECONDS)
                said = _said(store, name)
                if said != told:
                    typer.echo(said, err=True)
                told = said
    except (SystemExit, KeyboardInterrupt):
        typer.echo(f"stopped; to go on: renmin backfill run {name}, or renmin serve", err=True)
        return 3
    return 0 if one.state == ranges.DONE else 1


def _named(store: Store, name: str) -> Backfill:
    with store.reading.connect() as connection:
        (one,) = load(connection, name)
        return one


def _said(store: Store, name: str) -> str:
    with store.reading.connect() as connection:
        (one,) = load(connection, name)
        figures = progress(connection, one)
    done, total = one.slices
    waits = f", waits until {one.next_at:%H:%M}: {one.detail}" if one.failures else ""
    return (
        f"{name}: {done} of {counted(total, 'slice')}, fetched back to {one.reached}; "
        f"{counted(figures['stored'], 'article')} of the range stored, {figures['waiting']} wait{waits}"
    )


def _row(one: Backfill, figures: dict[str, int]) -> Row:
    done, total = one.slices
    what = one.detail
    if one.failures:
        what = f"{one.detail}, {counted(one.failures, 'time')} in a row; again {one.next_at:%m-%d %H:%M}"
    return {
        "name": one.name,
        "channels": ",".join(one.channels),
        "since": str(one.since),
        "until": str(one.until),
        "slices": f"{done}/{total}",
        "fetched back to": str(one.reached),
        "state": one.state,
        **figures,
        "what": what or "",
    }


def _days(text: str) -> int:
    """A slice as it is typed: 30d, 4w.

    Raises:
        ConfigError: It is none.
    """
    number, unit = text[:-1], text[-1:]
    if not number.isdecimal() or len(number) > 5 or unit not in "dw":
        raise ConfigError(f"--slice={text}: expected days or weeks, like 30d or 4w")
    return int(number) * (7 if unit == "w" else 1)


def name_of(channels: Sequence[str], since: date, until: date) -> str:
    """The name of a back-fill that nobody named: the same for the same command.

    >>> name_of(["sd", "bj"], date(2019, 1, 1), date(2020, 1, 1))
    'sd-bj-2019-01-01-2020-01-01'
    """
    named = "-".join(channels)
    return f"{named if len(named) <= 40 else f'{len(channels)}-channels'}-{since}-{until}"
