r"""``renmin upgrade``: the database of an older renmin, brought up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler import config
from crawler.cli.options import Database
from crawler.store import upgrade as store

app = typer.Typer(add_completion=False)


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
    pg_dump first.

    Exit codes: 0 it is up to date, 2 bad settings, 3 it could not be done.

    \b
    Example:
        renmin upgrade --dry-run
        renmin upgrade
    """
    url = config.load(database=database).database
    todo = store.plan(url)
    if todo.found == todo.wanted:
        typer.echo(f"{todo.database}: schema {todo.found}, up to date")
        return
    typer.echo(f"{todo.database}: from schema {todo.found} to {todo.wanted}")
    if dry_run:
        if todo.copy and not no_copy:
            typer.echo(f"would be copied first to {todo.copy} ({todo.size / 1e6:,.1f} MB)")
        return
    done = store.upgrade(url, copy=not no_copy)
    if done.copy and not no_copy:
        typer.echo(f"copied to {done.copy} ({done.size / 1e6:,.1f} MB)")
    typer.echo("up to date")
