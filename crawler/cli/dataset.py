"""A data set from outside: what its records are made of, and whether it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from crawler.dataset.arrow import arrow_schema
from crawler.dataset.folder import verify as check
from crawler.dataset.schema import FLAT, SCHEMA, as_markdown, json_schema
from crawler.errors import ConfigError

COMMANDS = ("schema", "verify")

app = typer.Typer(add_completion=False)


@app.command()
def schema(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Schema.")] = False,
    as_arrow: Annotated[
        bool, typer.Option("--arrow", help="As Arrow schema; needs pyarrow (extra: parquet).")
    ] = False,
    flat: Annotated[
        bool, typer.Option("--flat", help="Of the flat record that export --flat writes.")
    ] = False,
) -> None:
    r"""Print the fields of the exported record, in their order, with type and meaning.

    \b
    Example:
        renmin schema
        renmin schema --json > record.schema.json

    Exit codes: 0 done, 2 bad use.
    """
    if as_json and as_arrow:
        raise ConfigError("--json --arrow: two forms at once; name one")
    fields = FLAT if flat else SCHEMA
    if as_json:
        typer.echo(orjson.dumps(json_schema(fields), option=orjson.OPT_INDENT_2).decode())
    elif as_arrow:
        typer.echo(arrow_schema(fields).to_string())
    else:
        typer.echo(as_markdown(fields), nl=False)


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
