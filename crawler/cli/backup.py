"""``renmin backup``: a copy to go back to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler import clock
from crawler.cli.options import LARGEST, Database
from crawler.config import load
from crawler.store.backup import back_up

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept.")],
    *,
    keep: Annotated[
        int,
        typer.Option(min=0, max=LARGEST, help="Remove all but so many of the latest; 0 keeps all."),
    ] = 0,
    database: Database = None,
) -> None:
    r"""Copy database and archive into a new folder below FOLDER, also while a crawl runs.

    The copies are checked and described in backup.json; a backup that did not come to its end is not
    there. A server's database is copied into a file. Take it back with renmin restore.

    Exit codes: 0 done, 2 bad use, 3 failed.

    \b
    Example:
        renmin backup backups/
        renmin backup backups/ --keep 7
    """
    config = load(database=database)
    made = back_up(config.database, config.archive_path, folder, clock.now(), keep)
    facts = made.facts
    size = sum(file["bytes"] for file in facts["files"].values()) / 1e6
    typer.echo(
        f"{made.folder}: {facts['articles']:,} articles, {facts['bodies']:,} raw bodies, {size:,.1f} MB"
    )
