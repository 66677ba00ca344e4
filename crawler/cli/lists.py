"""``renmin lists``: do the list pages still lead to articles?"""

from __future__ import annotations

from typing import Annotated

import typer

from crawler import clock
from crawler.cli.options import Database, Json, reading
from crawler.cli.output import echo_json
from crawler.report.channels import list_pages
from crawler.report.table import Row
from crawler.site.channels import find

app = typer.Typer(add_completion=False)


@app.command()
def lists(
    channels: Annotated[
        list[str] | None, typer.Argument(help="Channel ids, hosts or Chinese names; none for all.")
    ] = None,
    poor: Annotated[
        bool, typer.Option("--poor", help="Only lists that are failing or quiet.")
    ] = False,
    database: Database = None,
    json: Json = False,
) -> None:
    """Print each list page's last status, links, newest link, and when it last brought something.

    A list is good; failing, if its last look found no article; quiet, if it brought nothing new
    for 30 days; unseen, before its first look. renmin probe looks at them anew.

    Exit codes: 0 none is failing, 1 one is, or none was looked at yet, 2 bad use.

    \b
    Example:
        renmin lists sd
        renmin lists --poor
        renmin lists --json | jq '.[] | select(.state == "failing") | .url'
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    names = [find(name).id for name in channels or ()]
    with reading(database) as connection:
        rows = list_pages(connection, clock.now()).rows
    rows = [row for row in rows if not names or row["channel"] in names]
    shown = [row for row in rows if not poor or row["state"] in ("failing", "quiet")]
    if json:
        echo_json(shown)
    else:
        for row in shown:
            typer.echo(_line(row))
    if all(row["state"] == "unseen" for row in rows):
        typer.echo("no list page was looked at yet; begin with: renmin crawl CHANNEL", err=True)
        raise typer.Exit(1)
    raise typer.Exit(1 if any(row["state"] == "failing" for row in rows) else 0)


def _line(row: Row) -> str:
    def day(name: str) -> str:
        return f"{row[name]:%Y-%m-%d}" if row[name] else "-"

    return (
        f"{row['channel']:6} {row['state']:8} {row['status'] or row['reason'] or '-':>4} "
        f"{row['links']:4} links  newest {day('newest_at'):10}  brought {day('brought_at'):10}  "
        f"looked {day('looked_at'):10}  {row['label']}  {row['url']}"
    )
