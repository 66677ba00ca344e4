"""``renmin alerts``: what was wrong, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from crawler.cli.options import Database, Json, reading
from crawler.cli.output import echo_json, show
from crawler.report import watch
from crawler.report.table import Row
from crawler.watch.alerts import settings

app = typer.Typer(add_completion=False)

# What a line has room for.
SHORT = ("rule", "subject", "opened", "closed", "what")
RULE = ("name", "severity", "enabled", "threshold", "window", "minimum", "ignore")


@app.command()
def alerts(
    subject: Annotated[
        str | None, typer.Argument(help="Only about this: a channel, sd/captions, a schedule.")
    ] = None,
    *,
    last: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    rules: Annotated[bool, typer.Option("--rules", help="Print the rules in force.")] = False,
    database: Database = None,
    json: Json = False,
) -> None:
    """Print past and open alerts, the open ones first; nothing is looked at anew (renmin check).

    Exit code 1 means that there never was one.

    \b
    Example:
        renmin alerts
        renmin alerts sd --json
        renmin alerts --rules
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if rules:
        _print(_rules(), RULE, json=json)
        return
    with reading(database) as connection:
        rows = watch.alerts(connection, subject=subject, limit=last).rows
    if not rows:
        typer.echo("no alert so far; to look now: renmin check", err=True)
        raise typer.Exit(1)
    _print(rows if json else [_short(row) for row in rows], SHORT, json=json)


def _short(row: Row) -> Row:
    return {
        "rule": row["rule"],
        "subject": row["subject"],
        "opened": row["opened_at"],
        "closed": row["closed_at"] or "open",
        "what": row["message"],
    }


def _rules() -> list[Row]:
    return [
        {name: getattr(rule, name) for name in (*RULE, "title", "title_zh")}
        for rule in settings.load().rules.values()
    ]


def _print(rows: list[Row], columns: Sequence[str], *, json: bool) -> None:
    if json:
        echo_json(rows)
    else:
        show(rows, columns)
