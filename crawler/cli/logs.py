"""``renmin logs``: what a run said while it went on."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler import config
from crawler.cli.options import LARGEST, Database
from crawler.crawl import run_log

app = typer.Typer(add_completion=False)


@app.command()
def logs(
    run: Annotated[int, typer.Argument(min=1, max=LARGEST, help="The run's number: renmin runs.")],
    database: Database = None,
) -> None:
    """Print the log of a run; the last hundred runs have theirs on the machine that crawled.

    Times are the machine's, with their zone. Exit code 1 means that there is none.

    \b
    Example:
        renmin logs 1
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    options = config.load(database=database)
    text = run_log.read(options, run)
    if text is None:
        typer.echo(
            f"no log of run {run} here ({run_log.path_of(options, run)}); all runs: renmin runs",
            err=True,
        )
        raise typer.Exit(1)
    typer.echo(text, nl=False)
