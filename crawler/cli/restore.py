"""``renmin restore``: a backup in place again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.options import Database
from crawler.config import load
from crawler.errors import ConfigError
from crawler.store.backup import backups, check
from crawler.store.backup import restore as put_back

app = typer.Typer(add_completion=False)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="A backup, or a folder of them: the latest.")],
    *,
    only_check: Annotated[bool, typer.Option("--check", help="Only see that it is sound.")] = False,
    database: Database = None,
) -> None:
    r"""Put a backup in the place of the configured database and archive, where nothing may be yet.

    It is checked first. Into a server the rows are copied; the index of words is made anew.

    Exit codes: 0 done, 2 something is there already or there is no backup, 3 it is not sound.

    \b
    Example:
        renmin restore backups/ --check
        renmin restore backups/ --database sqlite:///restored/renmin.db
    """
    found = backups(folder) if folder.is_dir() else []
    if not found:
        raise ConfigError(f"{folder}: no backup in it; renmin backup {folder} makes one")
    latest = found[-1]
    if only_check:
        check(latest)
    else:
        config = load(database=database)
        put_back(latest, config.database, config.archive_path)
    facts = latest.facts
    done = "is sound" if only_check else "is in place"
    typer.echo(f"{latest.folder} of {facts['made_at']} {done}: {facts['articles']:,} articles")
