"""``renmin doctor``: is this installation sound?"""

from __future__ import annotations

from dataclasses import asdict

import typer

from crawler import clock, config
from crawler.cli.options import Database, Json
from crawler.cli.output import echo_json
from crawler.watch.doctor import FAIL, examine

app = typer.Typer(add_completion=False)


@app.command()
def doctor(database: Database = None, json: Json = False) -> None:
    """Look at Python, libraries, database, archive, disk and settings; say what to do.

    Nothing is fetched. A line is ok, warn (it works, with a risk) or fail (it does not).

    Exit codes: 0 nothing fails, 1 something does, 2 bad settings.

    \b
    Example:
        renmin doctor
        renmin doctor --json | jq '.[] | select(.state != "ok")'
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    lines = examine(config.load(database=database), clock.now())
    if json:
        echo_json([asdict(line) for line in lines])
    else:
        for line in lines:
            typer.echo(f"{line.state:4}  {line.subject:10}  {line.message}")
    raise typer.Exit(1 if any(line.state == FAIL for line in lines) else 0)
