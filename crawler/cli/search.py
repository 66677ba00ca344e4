"""``renmin search``: which articles hold a word."""

from __future__ import annotations

import itertools
from typing import Annotated

import typer

from crawler.cli.options import (
    LARGEST,
    Channels,
    Copies,
    Database,
    Json,
    Since,
    Until,
    reading,
    selection,
)
from crawler.cli.output import Csv, show
from crawler.report import concordance

app = typer.Typer(add_completion=False)


@app.command()
def search(
    words: Annotated[str, typer.Argument(help="Words; each must be there.")],
    *,
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST, help="At most so many.")] = 50,
    database: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    r"""Find the articles that hold every word, the latest first.

    A word is found character by character: no dictionary decides what can be found, punctuation
    between counts for nothing, simplified and traditional are one. renmin kwic shows each place.

    Exit code 1 means that no article holds them.

    \b
    Example:
        renmin search 合作社
        renmin search "合作社 村" --since 2010-01-01 --json
    """
    corpus = selection(channel, since, until, copies)
    with reading(database) as connection:
        found = itertools.islice(concordance.articles(connection, words, corpus), limit)
        count = show(found, concordance.ARTICLES, as_json=as_json, as_csv=as_csv)
    if not count:
        typer.echo(f"no article holds {words!r}; what there is: renmin coverage", err=True)
        raise typer.Exit(1)
