"""``renmin alerts``: what was wrong, and for how long."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from crawler.cli.options import Database, Json, reading
from crawler.report import watch
from crawler.watch.alerts import settings

app = typer.Typer(add_completion=False)


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
        # A terminal has no room for the titles.
        _print(_rules() if json else [_slim(rule) for rule in _rules()], json=json)
        return

    with reading(database) as connection:
        rows = watch.alerts(connection, subject=subject, limit=last).rows
    if not rows:
        typer.echo("no alert so far; to look now: renmin check", err=True)
        raise typer.Exit(1)
    _print([dict(row) for row in rows] if json else [_short(row) for row in rows], json=json)


def _short(row: Any) -> dict[str, Any]:
    closed = row["closed_at"]
    return {
        "rule": row["rule"],
        "subject": row["subject"],
        "opened": f"{row['opened_at']:%m-%d %H:%M}",
        "closed": f"{closed:%m-%d %H:%M}" if closed else "open",
        "what": row["message"],
    }


def _rules() -> list[dict[str, Any]]:
    names = "name severity enabled threshold window minimum ignore title title_zh"
    return [
        {name: getattr(rule, name) for name in names.split()}
        for rule in settings.load().rules.values()
    ]


def _slim(rule: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if not key.startswith("title")}


def _print(rows: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        typer.echo(orjson.dumps(rows).decode())
        return
    table = Table(*rows[0], box=None)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)
