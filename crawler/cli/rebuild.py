"""``renmin rebuild``: a database from the archive alone."""

from __future__ import annotations

import sys

import typer

from crawler.bulk.rebuild import rebuild as run
from crawler.cli.options import Database
from crawler.cli.output import progress_bar
from crawler.config import load
from crawler.store.engine import crawl_lock, open_store

app = typer.Typer(add_completion=False)


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
        counts = run(store, config.archive_path, command=command, progress=progress)
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
