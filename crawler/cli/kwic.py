"""``renmin kwic``: every place of a word, with what stands around it."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.cli.options import Channels, Copies, Database, Json, Since, Until, reading, selection
from crawler.cli.output import Csv, show
from crawler.report import concordance

app = typer.Typer(add_completion=False)


@app.command()
def kwic(
    word: Annotated[str, typer.Argument(help="A word or phrase.")],
    *,
    width: Annotated[int, typer.Option(min=0, max=1_000, help="Characters on each side.")] = 20,
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    database: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    r"""Print every place of a word in titles, paragraphs and captions (keyword in context).

    Exit code 1 means that there is none.

    \b
    Example:
        renmin kwic 合作社 --width 12
        renmin kwic 合作社 --csv > places.csv
    """
    corpus = selection(channel, since, until, copies)
    with reading(database) as connection:
        found = concordance.kwic(connection, word, corpus, width)
        count = show(found, concordance.KWIC, as_json=as_json, as_csv=as_csv, right=("before",))
    if not count:
        typer.echo(f"no article holds {word!r}; what there is: renmin coverage", err=True)
        raise typer.Exit(1)
