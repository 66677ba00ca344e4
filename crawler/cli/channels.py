"""``renmin channels``: which channels there are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from crawler.cli.output import echo_json, show
from crawler.site.channels import Channel, find, load

app = typer.Typer(add_completion=False)


@app.command()
def channels(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Id, host, Chinese name or pinyin. All channels if none is named."),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON line a channel, with its list pages.")
    ] = False,
) -> None:
    """Print the known channels; with names, their list pages too.

    Exit code 2 means that a name is unknown; the nearest known ones are printed.

    \b
    Example:
        renmin channels
        renmin channels 山东 sz.people.com.cn
        renmin channels --json | jq -r .host
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    chosen = [find(name) for name in names] if names else list(load().values())
    if json:
        for channel in chosen:
            echo_json(asdict(channel))
    elif names:
        for channel in chosen:
            _print_lists(channel)
    else:
        _print_table(chosen)


def _print_table(chosen: list[Channel]) -> None:
    rows = [
        {
            "id": channel.id,
            "host": channel.host,
            "name": channel.name,
            "region": channel.region,
            "lists": len(channel.lists),
            "seen": channel.as_of,
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
