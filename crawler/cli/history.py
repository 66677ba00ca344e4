"""``renmin history``: what the site changed in an article."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.cli.options import Database, Json, reading
from crawler.cli.output import echo_json
from crawler.report.revisions import as_lines, revisions_of

app = typer.Typer(add_completion=False)


@app.command()
def history(
    url: Annotated[str, typer.Argument(help="Address of an article, in any spelling.")],
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Show every text that an article had, and the differences word by word.

    What is gone stands in [-brackets-], what is new in {+braces+}. A new extraction is better
    code reading the same page; only a new revision was made by the site.

    Example: renmin history http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html

    Exit codes: 0 done, 1 the article is not stored, 2 bad use, 3 failed.
    """
    with reading(database) as connection:
        found = revisions_of(connection, url)
    if not found:
        typer.echo(f"{url}: not stored; what is: renmin export -", err=True)
        raise typer.Exit(1)
    if as_json:
        echo_json([each.as_dict() for each in found])
        return
    for line in as_lines(found):
        typer.echo(line)
