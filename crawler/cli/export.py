"""``renmin export``: the data set."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from crawler.cli.options import ended_in_order, reading
from crawler.errors import ConfigError

app = typer.Typer()


@app.command()
def export(
    destination: Annotated[
        str,
        typer.Argument(help="A file (.jsonl, .csv, .txt, also with .gz or .zst), or -."),
    ],
    format_name: Annotated[
        str | None,
        typer.Option("--format", help="jsonl, csv or txt, instead of what the ending says."),
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="Only this channel; give it again for several.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published on this day or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published before this day.")
    ] = None,
    include_duplicates: Annotated[
        bool, typer.Option("--include-duplicates", help="Copies too, marked as such.")
    ] = False,
    database: Annotated[str | None, typer.Option(help="Database URL.")] = None,
) -> None:
    """Write the articles to a file, with a manifest of counts and checksum beside it.

    Example: renmin export articles.jsonl.zst --channel sd --since 2026-01-01

    The file is whole or not there: it is written under another name first. If no article fits, a
    file that is there stays as it is. An article without a date counts by its first fetch.

    Exit codes: 0 done, 1 no article fits, 2 bad use, 3 failed.
    """
    from crawler.clock import midnight
    from crawler.dataset.files import export as write
    from crawler.dataset.files import format_of
    from crawler.dataset.record import as_record
    from crawler.site.channels import find
    from crawler.store import articles

    format_of(destination, format_name)
    channels = sorted({name if "." in name else find(name).id for name in channel or ()})
    if since and until and until <= since:
        raise ConfigError(f"--until {until:%Y-%m-%d}: not after --since {since:%Y-%m-%d}")
    query = {
        "channels": channels,
        "since": f"{since:%Y-%m-%d}" if since else None,
        "until": f"{until:%Y-%m-%d}" if until else None,
        "include_duplicates": include_duplicates,
    }
    with ended_in_order(), reading(database) as connection:
        found = articles.select(
            connection,
            channels=channels,
            since=midnight(since) if since else None,
            until=midnight(until) if until else None,
            include_duplicates=include_duplicates,
        )
        records = (as_record(article) for article in found)
        tally = write(records, destination, format_name=format_name, query=query)
    if tally.records == 0:
        typer.echo("no article fits; what there is: renmin stats", err=True)
        raise typer.Exit(1)
    if destination != "-":
        typer.echo(f"{tally.records} articles in {destination}")
