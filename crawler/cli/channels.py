"""Channels: which there are, and whether their list pages still lead to articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from crawler import clock
from crawler.cli.options import Database, Json, opened, reading
from crawler.cli.output import cell, echo_json, show
from crawler.errors import ConfigError, StoreError
from crawler.report.channels import list_pages
from crawler.report.table import Row
from crawler.site.channels import Channel, find, load
from crawler.store import requests

COMMANDS = ("channels", "lists")

app = typer.Typer(add_completion=False)

SWITCHES = ("pause", "resume")


@app.command()
def channels(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Id, host, Chinese name or pinyin. All channels if none is named."),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON line a channel, with its list pages.")
    ] = False,
    database: Database = None,
) -> None:
    """Print the known channels; with names, their list pages too; or pause and resume channels.

    A paused channel is left out by every crawl and schedule, and no alert is about it. What
    renmin.toml says of a channel ([channels.sd]) is part of what is printed.

    Exit code 2 means that a name is unknown; the nearest known ones are printed.

    \b
    Example:
        renmin channels
        renmin channels 山东 sz.people.com.cn
        renmin channels --json | jq -r .host
        renmin channels pause sd bj
        renmin channels resume sd bj
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if names and names[0] in SWITCHES:
        _switch(names[0], names[1:], database)
        return
    chosen = [find(name) for name in names] if names else list(load().values())
    resting = _resting(database)
    if json:
        for channel in chosen:
            echo_json(asdict(channel) | {"paused_at": resting.get(channel.id)})
    elif names:
        for channel in chosen:
            _print_lists(channel)
            if since := resting.get(channel.id):
                typer.echo(
                    f"   paused since {cell(since)}; to go on: renmin channels resume {channel.id}"
                )
    else:
        _print_table(chosen, resting)


def _resting(database: str | None) -> dict[str, datetime]:
    """Since when which channels rest; none where there is no database yet."""
    try:
        with reading(database) as connection:
            return requests.paused(connection)
    except StoreError:
        return {}


def _switch(what: str, names: list[str], database: str | None) -> None:
    if not names:
        raise ConfigError(f"renmin channels {what}: name a channel: renmin channels {what} sd")
    found = [find(name) for name in names]
    with opened(database, create=True) as store, store.writing.begin() as connection:
        for channel in found:
            if what == "pause":
                requests.rest(connection, channel.id, clock.now())
                told = f"paused {channel.id}; to go on: renmin channels resume {channel.id}"
            elif requests.resume(connection, channel.id):
                told = f"resumed {channel.id}"
            else:
                told = f"{channel.id} was not paused"
            typer.echo(told)


def _print_table(chosen: list[Channel], resting: Mapping[str, datetime]) -> None:
    rows = [
        {
            "id": channel.id,
            "host": channel.host,
            "name": channel.name,
            "region": channel.region,
            "lists": len(channel.lists),
            "seen": channel.as_of,
            **({"paused": resting.get(channel.id)} if resting else {}),
        }
        for channel in chosen
    ]
    show(rows, list(rows[0]))


def _print_lists(channel: Channel) -> None:
    typer.echo(f"{channel.id}  {channel.name}  {channel.host}  seen {channel.as_of}")
    for page in channel.lists:
        mark = "*" if page.primary else " "
        typer.echo(f" {mark} {page.url}  {page.label}")
    for page in channel.disabled:
        typer.echo(f" - {page.url}  {page.label} (left out)")


@app.command()
def lists(
    channels: Annotated[
        list[str] | None, typer.Argument(help="Channel ids, hosts or Chinese names; none for all.")
    ] = None,
    poor: Annotated[
        bool, typer.Option("--poor", help="Only lists that are failing or quiet.")
    ] = False,
    database: Database = None,
    json: Json = False,
) -> None:
    """Print each list page's last status, links, newest link, and when it last brought something.

    A list is good; failing, if its last look found no article; quiet, if it brought nothing new
    for 30 days; unseen, before its first look. renmin probe looks at them anew.

    Exit codes: 0 none is failing, 1 one is, or none was looked at yet, 2 bad use.

    \b
    Example:
        renmin lists sd
        renmin lists --poor
        renmin lists --json | jq '.[] | select(.state == "failing") | .url'
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    names = [find(name).id for name in channels or ()]
    with reading(database) as connection:
        rows = list_pages(connection, clock.now()).rows
    rows = [row for row in rows if not names or row["channel"] in names]
    shown = [row for row in rows if not poor or row["state"] in ("failing", "quiet")]
    if json:
        echo_json(shown)
    else:
        for row in shown:
            typer.echo(_line(row))
    if all(row["state"] == "unseen" for row in rows):
        typer.echo("no list page was looked at yet; begin with: renmin crawl CHANNEL", err=True)
        raise typer.Exit(1)
    raise typer.Exit(1 if any(row["state"] == "failing" for row in rows) else 0)


def _line(row: Row) -> str:
    def day(name: str) -> str:
        return f"{row[name]:%Y-%m-%d}" if row[name] else "-"

    return (
        f"{row['channel']:6} {row['state']:8} {row['status'] or row['reason'] or '-':>4} "
        f"{row['links']:4} links  newest {day('newest_at'):10}  brought {day('brought_at'):10}  "
        f"looked {day('looked_at'):10}  {row['label']}  {row['url']}"
    )
