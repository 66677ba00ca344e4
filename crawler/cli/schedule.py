"""``renmin schedule``: when which channels are crawled."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler import clock, config
from crawler.cli.options import LARGEST, Database, Json, opened, reading
from crawler.cli.output import echo_json, show
from crawler.report import runs
from crawler.site.channels import find
from crawler.store import requests
from crawler.watch.schedule import planning, schedules, units
from crawler.watch.schedule.history import latest
from crawler.watch.schedule.schedules import Schedule, load, parse_span, save

app = typer.Typer(add_completion=False)

Name = Annotated[str, typer.Argument(help="The schedule's name.")]


@app.callback(invoke_without_command=True)
def schedule(context: typer.Context, database: Database = None, json: Json = False) -> None:
    """Show the schedules; with a command, change them.

    Cron expressions are read in Asia/Shanghai. What is due is run by `renmin crawl --due`, which
    a timer calls (renmin schedule install), or by `renmin serve`.

    Exit code 1 means that there is no schedule yet.

    \b
    Example:
        renmin schedule set morning --channels sd,bj --cron "15 6 * * *" --jitter 10m
        renmin schedule
        renmin schedule history morning
        renmin schedule install --systemd
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if context.invoked_subcommand is None:
        _show(database, json=json)


@app.command("set")
def set_(
    name: Name,
    *,
    channels: Annotated[str, typer.Option(help="Channels, parted by commas; or: all.")],
    cron: Annotated[str, typer.Option(help="Five fields: minute hour day month weekday.")],
    jitter: Annotated[str, typer.Option(help="Start up to this much later: 90s, 10m, 1h.")] = "0s",
    max_duration: Annotated[str, typer.Option(help="Stop a run that takes longer.")] = "3h",
    since: Annotated[str | None, typer.Option(help="As for renmin crawl: 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="As for renmin crawl.")] = None,
    without: Annotated[
        str | None, typer.Option("--except", help="Channels to leave out, parted by commas.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, max=LARGEST, help="As for renmin crawl.")
    ] = None,
    database: Database = None,
) -> None:
    """Keep a schedule under NAME, in place of an earlier one of that name.

    Exit code 2 means that the expression, a channel or a time cannot be read.

    \b
    Example:
        renmin schedule set east --channels sd,js,zj --cron "15 6,18 * * *" --max-duration 2h
        renmin schedule set everything --channels all --cron "30 5 * * *"
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    now = clock.now()
    options = {"since": since, "until": until, "except": without, "limit": limit}
    one = Schedule(
        name=name,
        channels=tuple(part.strip() for part in channels.split(",") if part.strip()),
        cron=cron,
        jitter=parse_span("--jitter", jitter),
        max_duration=parse_span("--max-duration", max_duration),
        options={key: str(value) for key, value in options.items() if value is not None},
        settled_until=now,
    )
    with opened(database, create=True) as store, store.writing.begin() as connection:
        save(connection, one, now)
    _show(database, json=False)


@app.command()
def remove(name: Name, database: Database = None) -> None:
    """Forget a schedule and its history; its runs and articles stay."""
    with opened(database) as store, store.writing.begin() as connection:
        schedules.remove(connection, name)
    typer.echo(f"removed {name}")


@app.command()
def enable(name: Name, database: Database = None) -> None:
    """Switch a schedule on again; the time that it was off is not caught up."""
    _switch(name, database, on=True)


@app.command()
def disable(name: Name, database: Database = None) -> None:
    """Keep a schedule without running it."""
    _switch(name, database, on=False)


@app.command("run-now")
def run_now(
    channels: Annotated[list[str], typer.Argument(help="Channels: id, host, name or pinyin.")],
    database: Database = None,
) -> None:
    """Ask `renmin serve`, or the timer that calls `renmin crawl --due`, for a crawl of CHANNELS.

    To crawl in this terminal instead: renmin crawl CHANNELS. What was asked for and what became of
    it stands on the dashboard's page of the queue.
    """
    names = [find(name).id for name in channels]
    with opened(database, create=True) as store, store.writing.begin() as connection:
        now = clock.now()
        number = requests.ask(connection, requests.RUN, now, names)
        present = requests.attending(connection, now)
    typer.echo(f"asked for a crawl of {' '.join(names)} (request {number})")
    if not present:
        typer.echo("nothing is there to take it; begin with: renmin serve", err=True)


@app.command()
def stop(
    run: Annotated[
        int, typer.Argument(max=LARGEST, help="The run's number, as renmin runs prints it.")
    ],
    database: Database = None,
) -> None:
    """Ask a run that is going on to end in order, whoever started it, on whatever machine.

    Exit code 1 means that no such run is going on.
    """
    with opened(database) as store, store.writing.begin() as connection:
        now = clock.now()
        going = [row["id"] for row in runs.going_on(connection, now)]
        if run in going:
            requests.ask(connection, requests.STOP, now, run_id=run)
    if run not in going:
        named = " ".join(map(str, going)) or "none"
        typer.echo(f"run {run} is not going on; these are: {named}", err=True)
        raise typer.Exit(1)
    typer.echo(f"run {run} was asked to stop; it obeys within seconds")


@app.command()
def history(
    name: Name,
    last: Annotated[int, typer.Option(min=1, max=LARGEST, help="How many, the latest first.")] = 20,
    database: Database = None,
    json: Json = False,
) -> None:
    """Print what became of the planned times of a schedule, the latest first.

    Outcomes: running, done, failed, timeout, overlap (refused), lost (runner and crawl killed).
    Exit code 1 means that none has come yet.
    """
    with reading(database) as connection:
        (one,) = load(connection, name)
        rows = latest(connection, one.id, last)
    if not rows:
        typer.echo(f"no planned time of {name} has come yet: renmin schedule", err=True)
        raise typer.Exit(1)
    _print(rows, json=json)


@app.command()
def install(
    systemd: Annotated[bool, typer.Option("--systemd", help="Print systemd units.")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="Print crontab lines.")] = False,
    write: Annotated[
        Path | None, typer.Option(help="Write the texts into this folder instead.")
    ] = None,
    database: Database = None,
) -> None:
    """Print what makes this machine crawl what is due, every five minutes.

    Nothing is installed: the texts are printed, with the paths, the user and the settings that
    are in force here. What renmin.toml says is not copied: the file is named. A password stays
    out of them. With --systemd: two timers, or in their place renmin-serve.service, and the
    dashboard, each shut into the folders of database and archive. With --cron: two lines, and a
    file for logrotate.

    \b
    Example:
        renmin schedule install --systemd --write units/
        renmin schedule install --cron
        renmin schedule install --cron --write cron/
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if systemd == cron:
        raise typer.BadParameter("say --systemd or --cron")
    machine = units.this_machine(config.read(database=database))
    if cron:
        texts = {"crontab": units.crontab_lines(machine), "logrotate": units.logrotate(machine)}
        places = {"crontab": "crontab -e", "logrotate": "/etc/logrotate.d/renmin"}
        # `crontab FILE` alone would put these lines in the place of all that the user has.
        lines = shlex.quote(str((write or Path()) / "crontab"))
        add = f"(crontab -l 2>/dev/null; cat {lines}) | crontab -" if write else "crontab -e"
        rotate = shlex.quote(str((write or Path()) / "logrotate"))
        then = (
            f"# then, once, to add the two lines to those that are there: {add}\n"
            f"# and as root: cp {rotate} /etc/logrotate.d/renmin"
        )
    else:
        texts = units.systemd_units(machine)
        places = {name: f"{units.SYSTEMD}/{name}" for name in texts}
        then = (
            "# then, as root: systemctl daemon-reload && "
            "systemctl enable --now renmin-due.timer renmin-check.timer\n"
            "# or, in their place: systemctl enable --now renmin-serve.service; "
            "and: renmin-dashboard.service"
        )
    for name, text in texts.items():
        if write is None:
            typer.echo(f"# {places[name]}\n{text}")
            continue
        write.mkdir(parents=True, exist_ok=True)
        (write / name).write_text(text, encoding="utf-8")
        typer.echo(write / name)
    typer.echo(then)


def _show(database: str | None, *, json: bool) -> None:
    with reading(database) as connection:
        found = schedules.load(connection)
        resting = requests.paused(connection)
    if not found:
        typer.echo(
            'no schedule yet; make one: renmin schedule set NAME --channels sd --cron "15 6 * * *"',
            err=True,
        )
        raise typer.Exit(1)
    now = clock.now()
    rows = [
        {
            "name": one.name,
            "channels": ",".join(one.channels),
            "cron": one.cron,
            "jitter": schedules.span_text(one.jitter),
            "max": schedules.span_text(one.max_duration),
            "options": " ".join(f"--{key} {value}" for key, value in one.options.items()),
            "next": planning.following(one.cron, now) if one.enabled else None,
            **({"paused": _paused(one, resting)} if resting else {}),
        }
        for one in found
    ]
    _print(rows, json=json)


def _paused(one: Schedule, resting: Collection[str]) -> str | None:
    """The channels of a schedule that are left out until somebody resumes them."""
    named = sorted(resting) if one.channels == (schedules.ALL,) else one.channels
    return ",".join(name for name in named if name in resting) or None


def _switch(name: str, database: str | None, *, on: bool) -> None:
    with opened(database) as store, store.writing.begin() as connection:
        schedules.enable(connection, name, on, clock.now())
    typer.echo(f"{'enabled' if on else 'disabled'} {name}")


def _print(rows: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        echo_json(rows)
    else:
        show(rows, list(rows[0]))
