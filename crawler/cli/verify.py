"""``renmin verify``: whether a data set is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.dataset.folder import verify as check

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Folders or files that renmin export wrote.", metavar="PATH..."),
    ],
) -> None:
    r"""Hold every file of a data set against the checksums of its manifest.

    \b
    Example:
        renmin verify articles.jsonl
        renmin verify dataset/

    Exit codes: 0 all are whole, 1 something was changed or is missing, 2 no manifest.
    """
    broken = False
    for path in paths:
        faults = check(path)
        broken = broken or bool(faults)
        for fault in faults:
            typer.echo(fault, err=True)
        if not faults:
            typer.echo(f"{path}: whole")
    if broken:
        raise typer.Exit(1)
