"""``renmin coverage``: what is held, and where the gaps are."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from crawler.cli.options import Channels, Copies, Database, Json, Since, Until, reading, selection
from crawler.cli.output import Csv, show
from crawler.report import concordance
from crawler.report.table import Row

app = typer.Typer(add_completion=False)


@app.command()
def coverage(
    *,
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    database: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    r"""Count the articles of each channel and month; a month without any is a gap.

    The table has a line a channel; --json and --csv have one a channel and month, the gaps too.

    Exit code 1 means that there is no article at all.

    \b
    Example:
        renmin coverage
        renmin coverage --channel sd --csv
    """
    corpus = selection(channel, since, until, copies)
    with reading(database) as connection:
        rows = concordance.coverage(connection, corpus)
    if as_json or as_csv:
        show(rows, concordance.COVERAGE, as_json=as_json, as_csv=as_csv)
    else:
        show(_by_channel(rows), ("channel", "articles", "first", "last", "gaps", "empty months"))
    if not rows:
        typer.echo("no article so far; begin with: renmin crawl CHANNEL", err=True)
        raise typer.Exit(1)


def _by_channel(rows: Sequence[Row]) -> list[Row]:
    channels = dict.fromkeys(row["channel"] for row in rows)
    return [_line(name, [row for row in rows if row["channel"] == name]) for name in channels]


def _line(channel: str, rows: Sequence[Row]) -> Row:
    months = [row["month"] for row in rows if row["month"] != "undated"]
    empty = [row["month"] for row in rows if not row["articles"]]
    return {
        "channel": channel,
        "articles": sum(row["articles"] for row in rows),
        "first": months[0] if months else None,
        "last": months[-1] if months else None,
        "gaps": len(empty),
        "empty months": " ".join(empty[:6]) + (" …" if len(empty) > 6 else ""),
    }
