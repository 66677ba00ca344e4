"""This installation: whether it is sound, and what is set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from crawler import clock
from crawler.cli.options import Database, Json
from crawler.cli.output import echo_json, show
from crawler.config import load, read, sections
from crawler.config import sections as channel_tables
from crawler.config.resolve import Read, contents, table
from crawler.config.show import Show, example_head, example_table, of_table, shown, top_level, typed
from crawler.watch.alerts import configuration as alerts
from crawler.watch.doctor import FAIL, examine

COMMANDS = ("doctor", "config")

app = typer.Typer(add_completion=False)


@app.command()
def doctor(database: Database = None, json: Json = False) -> None:
    """Look at Python, libraries, database, archive, disk and settings; say what to do.

    Nothing is fetched. A line is ok, warn (it works, with a risk) or fail (it does not).

    Exit codes: 0 nothing fails, 1 something does, 2 bad settings.

    \b
    Example:
        renmin doctor
        renmin doctor --json | jq '.[] | select(.state != "ok")'
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    lines = examine(load(database=database), clock.now())
    if json:
        echo_json([asdict(line) for line in lines])
    else:
        for line in lines:
            typer.echo(f"{line.state:4}  {line.subject:10}  {line.message}")
    raise typer.Exit(1 if any(line.state == FAIL for line in lines) else 0)


@app.command()
def config(
    *,
    example: Annotated[
        bool, typer.Option("--example", help="Print a commented renmin.toml instead.")
    ] = False,
    database: Database = None,
    json: Json = False,
) -> None:
    """Print every option, its value and where it comes from; a secret is printed as ***.

    The whole of renmin.toml is checked. Exit code 2 says that something in it cannot be used.

    \b
    Example:
        renmin config
        renmin config --example > example.toml
        renmin config --json | jq -r 'select(.from != "default") | .option'
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if example:
        typer.echo(example_head())
        for prefix, values, names in _alert_tables(alerts.defaults()):
            typer.echo("\n".join(example_table(prefix, values, names)))
        typer.echo("\n".join(example_table(sections.TABLE, sections.Policy())))
        return
    found = read(database=database)
    show_value = typed if json else shown
    rows = [*top_level(found, show_value), *_tables(found, show_value)]
    if not json:
        typer.echo(f"file: {found.file or 'none (renmin config --example prints one)'}")
    show(rows, ["option", "value", "from"], as_json=json)


def _tables(found: Read, show_value: Show) -> Iterator[dict[str, Any]]:
    source = str(found.file)
    given = table(found.file, "channels")
    for name, channel in channel_tables.load(found.file).items():
        yield from of_table(f"channels.{name}", channel, given[name], source, show=show_value)
    given = table(found.file, "alerts")
    for prefix, values, names in _alert_tables(alerts.load(found.file)):
        changed = given.get(prefix.removeprefix("alerts."), {})
        yield from of_table(prefix, values, changed, source, names, show=show_value)
    kept, given = sections.load_policy(found.file), contents(found.file).get(sections.TABLE, {})
    yield from of_table(sections.TABLE, kept, given, source, show=show_value)


def _alert_tables(
    settings: alerts.AlertSettings,
) -> Iterator[tuple[str, Any, set[str]]]:
    yield "alerts.webhook", settings.webhook, set()
    yield "alerts.email", settings.email, set()
    yield "alerts.services", settings.services, set()
    yield "alerts.reminders", settings.reminders, set()
    for name, rule in settings.rules.items():
        yield f"alerts.{name}", rule, alerts.changeable(name)
