"""``renmin copy``: a whole database into another one."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.cli.output import progress_bar
from crawler.store.copying import copy_database

app = typer.Typer(add_completion=False)


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
