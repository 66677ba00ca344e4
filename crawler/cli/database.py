"""A database as a whole: a copy to go back to, another database, the schema of this renmin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler import clock
from crawler.cli.options import LARGEST, Database, reading
from crawler.cli.output import progress_bar
from crawler.config import load
from crawler.errors import ConfigError
from crawler.report.table import counted
from crawler.store import upgrade as store
from crawler.store.backup import ARCHIVE, DATABASE, back_up, backups, check, copy_database
from crawler.store.backup import restore as put_back
from crawler.watch.consistency import compare

COMMANDS = ("backup", "restore", "copy", "upgrade")

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept.")],
    *,
    keep: Annotated[
        int,
        typer.Option(min=0, max=LARGEST, help="Remove all but so many of the latest; 0 keeps all."),
    ] = 0,
    no_archive: Annotated[
        bool, typer.Option("--no-archive", help="Copy the database alone, without raw bodies.")
    ] = False,
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
    archive = None if no_archive else config.archive_path
    made = back_up(config.database, archive, folder, clock.now(), keep)
    facts = made.facts
    size = sum(file["bytes"] for file in facts["files"].values()) / 1e6
    typer.echo(
        f"{made.folder}: {counted(facts['articles'], 'article')}, {counted(facts['bodies'], 'raw body', 'raw bodies')}, {size:,.1f} MB"
    )
    if archive:
        _tell_what_lacks(made.folder, archive)


def _tell_what_lacks(folder: Path, archive: Path) -> None:
    """Say how many articles of a backup have no raw bytes in it."""
    kept = folder / ARCHIVE
    if not kept.exists():
        return
    with reading(f"sqlite:///{folder / DATABASE}") as connection:
        found = compare(connection, kept)
    if found.without_body:
        typer.echo(
            f"{found.without_body:,} of {counted(found.articles, 'article')} have no raw body in it: "
            f"renmin prune let go of them, or they lie in another archive than {archive}",
            err=True,
        )


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
    typer.echo(
        f"{latest.folder} of {facts['made_at']} {done}: {counted(facts['articles'], 'article')}"
    )


@app.command()
def copy(
    source: Annotated[str, typer.Option("--from", metavar="URL", help="The database to copy.")],
    target: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database.")],
) -> None:
    r"""Copy every row of a database into another one: from SQLite to PostgreSQL, or back.

    What arrived is read again and compared. The raw archive is a file of its own: copy it too, or
    name it by the option archive. Passwords belong into the environment: RENMIN_DATABASE.

    Exit codes: 0 done, 2 bad use, 3 failed; the target is then empty.

    \b
    Example:
        renmin copy --from sqlite:///output/renmin.db --to sqlite:///copied.db
    """
    with progress_bar("tables") as progress:
        copied = copy_database(source, target, progress)
    told = ", ".join(f"{count:,} {name}" for name, count in copied.rows.items() if count)
    typer.echo(f"copied and compared: {told or 'no row'}")


@app.command()
def upgrade(
    database: Database = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    no_copy: Annotated[
        bool, typer.Option("--no-copy", help="Do not copy the file first: you have a backup.")
    ] = False,
) -> None:
    r"""Bring the database up to the schema of this renmin.

    Says from which schema to which, copies a SQLite file beside itself, then takes every step in
    one transaction: if anything goes wrong, the database is as it was. Nothing else in renmin
    changes the schema of a database that has one. A PostgreSQL server is not copied: take a
    pg_dump first. There the tables of procrastinate are brought up to date too.

    Exit codes: 0 it is up to date, 2 bad settings, 3 it could not be done.

    \b
    Example:
        renmin upgrade --dry-run
        renmin upgrade
    """
    url = load(database=database).database
    todo = store.plan(url)
    if not todo.is_needed:
        typer.echo(f"{todo.database}: schema {todo.found}, up to date")
        return
    if todo.found != todo.wanted:
        typer.echo(f"{todo.database}: from schema {todo.found} to {todo.wanted}")
    if todo.jobs:
        typer.echo(f"{todo.database}: the tables of procrastinate, which hands out the hosts")
    if dry_run:
        if todo.copy and not no_copy:
            typer.echo(f"would be copied first to {todo.copy} ({todo.size / 1e6:,.1f} MB)")
        return
    done = store.upgrade(url, copy=not no_copy)
    if done.copy and not no_copy:
        typer.echo(f"copied to {done.copy} ({done.size / 1e6:,.1f} MB)")
    typer.echo("up to date")
