"""The raw archive, read again: what today's code makes of it, and a lost database out of it."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from crawler.bulk.taking_in import rebuild as read_everything
from crawler.cli.options import LARGEST, Database, day
from crawler.cli.output import progress_bar
from crawler.clock import SHANGHAI
from crawler.config import load
from crawler.crawl.reparse import reparse as read_again
from crawler.report.table import counted
from crawler.site.channels import find
from crawler.store.engine import crawl_lock, open_store

COMMANDS = ("reparse", "rebuild")

app = typer.Typer(add_completion=False)


@app.command()
def reparse(
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(parser=day, metavar="DAY", help="Only pages fetched since then."),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=LARGEST, help="Worker processes; one a core if not given."),
    ] = None,
    database: Database = None,
) -> None:
    """Extract every archived article again with today's code; nothing is fetched.

    What reads otherwise is stored as a new extraction of the same revision.

    Example: renmin reparse --channel sd

    Exit codes: 0 done, 1 the archive holds no such article, 2 bad use, 3 a page could not be read.
    """
    config = load(database=database)
    if channel and "." not in channel:
        channel = find(channel).id
    store = open_store(config.database, create=False)
    with crawl_lock(store), progress_bar("reading") as progress:
        result = read_again(
            store,
            config.archive_path,
            channel=channel,
            since=since.replace(tzinfo=SHANGHAI) if since else None,
            processes=processes,
            progress=progress,
        )
    store.close()
    rate = result.pages / result.seconds if result.seconds else 0.0
    typer.echo(
        f"{counted(result.pages, 'article')} read, {result.changed} read otherwise, "
        f"{len(result.errors)} could not be read; {rate:.0f} pages/s"
    )
    for url, reason in result.errors[:20]:
        # What extraction says begins with the address.
        typer.echo(f"  {reason if reason.startswith(url) else f'{url}: {reason}'}", err=True)
    if not result.pages:
        typer.echo("the archive holds no such article; fill it with: renmin crawl", err=True)
        raise typer.Exit(1)
    if result.errors:
        raise typer.Exit(3)


@app.command()
def rebuild(database: Database = None) -> None:
    r"""Make the articles of a lost database from the raw archive: nothing is fetched.

    Every visit is read again with today's code, so all texts of an article come back as its
    revisions, and copies are marked. Runs, schedules and alerts are gone; a backup keeps them.

    Exit codes: 0 done, 1 the archive has no article, 2 bad use, 3 some pages could not be read.

    \b
    Example:
        renmin rebuild --database sqlite:///output/renmin.db
    """
    config = load(database=database)
    store = open_store(config.database)
    command = " ".join(["renmin", *sys.argv[1:]])
    with crawl_lock(store), progress_bar("articles") as progress:
        counts = read_everything(store, config.archive_path, command=command, progress=progress)
    store.close()
    failed = {name: value for name, value in counts.items() if name.startswith("failure/")}
    typer.echo(
        f"{counts['article/new']:,} new articles, {counts['article/changed']:,} later texts, "
        f"{counts['article/unchanged']:,} unchanged, {sum(failed.values()):,} failed"
    )
    for name, value in failed.items():
        typer.echo(f"  {name}: {value}", err=True)
    if failed:
        raise typer.Exit(3)
    if not any(name.startswith("article/") for name in counts):
        typer.echo(f"{config.archive_path} has no article", err=True)
        raise typer.Exit(1)
