"""``renmin export``: the data set."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from crawler.clock import SHANGHAI
from crawler.errors import ConfigError

app = typer.Typer()


@app.command()
def export(
    destination: Annotated[
        str, typer.Argument(help="A file (.jsonl, .csv, .txt, also with .gz or .zst), or -.")
    ],
    format_name: Annotated[
        str | None, typer.Option("--format", help="Instead of what the file's ending says.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
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

    The file is whole or not there: it is written under another name first. Exit codes: 0 done,
    1 no article fits, 2 bad use, 3 failed.
    """
    from crawler.config import load
    from crawler.dataset.files import export as write
    from crawler.dataset.record import as_record
    from crawler.site.channels import find
    from crawler.store import articles
    from crawler.store.engine import open_store

    if channel and "." not in channel:
        channel = find(channel).id
    if since and until and until <= since:
        raise ConfigError(f"--until {until:%Y-%m-%d}: not after --since {since:%Y-%m-%d}")
    store = open_store(load(database=database).database, create=False)
    query = {
        "channel": channel,
        "since": f"{since:%Y-%m-%d}" if since else None,
        "until": f"{until:%Y-%m-%d}" if until else None,
        "include_duplicates": include_duplicates,
    }
    with store.reading.connect() as connection:
        found = articles.select(
            connection,
            channel=channel,
            since=since.replace(tzinfo=SHANGHAI) if since else None,
            until=until.replace(tzinfo=SHANGHAI) if until else None,
            include_duplicates=include_duplicates,
        )
        records = (as_record(article) for article in found)
        tally = write(records, destination, format_name=format_name, query=query)
    store.close()
    if destination != "-":
        typer.echo(f"{tally.records} articles in {destination}")
    if tally.records == 0:
        typer.echo("no article fits; what there is: renmin stats", err=True)
        raise typer.Exit(1)
