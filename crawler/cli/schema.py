"""``renmin schema``: what a record is made of."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from crawler.dataset.arrow import arrow_schema
from crawler.dataset.schema import FLAT, SCHEMA, as_markdown, json_schema
from crawler.errors import ConfigError

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
