"""``renmin queue``: what waits to be fetched; and what failed, to be tried again."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler import clock
from crawler.cli.options import LARGEST, Database, Json, opened, reading
from crawler.cli.output import echo_json, show
from crawler.errors import ConfigError, UnknownChannelError
from crawler.report import queue as report
from crawler.report.queue import STATES
from crawler.report.table import counted
from crawler.site.channels import find
from crawler.store import frontier

app = typer.Typer(add_completion=False)
RETRY = "retry"


@app.command()
def queue(
    what: Annotated[
        str | None, typer.Argument(metavar="[CHANNEL|retry]", help="A channel, or: retry.")
    ] = None,
    *,
    state: Annotated[str | None, typer.Option(help="Only PENDING, LEASED, DONE or FAILED.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only this reason; error_* for all that begin so.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=LARGEST, help="Show so many pages at most.")
    ] = 20,
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Show what waits, what is due when, and which run holds it.

    Without a channel, a state or a reason: figures for each channel. With one of them the pages
    too. ``retry`` makes what failed wait again as if it had never been tried, given up or not.

    \b
    Example:
        renmin queue
        renmin queue sd --state FAILED
        renmin queue --reason "http_*"
        renmin queue retry --reason "error_*" --channel sd

    Exit codes: 0 done, 1 there is no such page, 2 bad use, 3 failed.
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    named = _channel(channel or (what if what != RETRY else None))
    if what == RETRY:
        _retry(database, named, reason)
        return

    chosen = {"channel": named, "state": _state(state), "reason": reason}
    with reading(database) as connection:
        figures = report.summary(connection, clock.now(), **chosen)
        pages = report.listed(connection, limit, **chosen) if any(chosen.values()) else None
    if not figures.rows:
        typer.echo("no such page in the queue; all of it: renmin queue", err=True)
        raise typer.Exit(1)
    if as_json:
        echo_json({"figures": figures.rows} | ({"pages": pages.rows} if pages else {}))
        return
    show(figures.rows, figures.columns)
    if pages:
        typer.echo("")
        show(pages.rows, pages.columns)
        if pages.total > len(pages.rows):
            typer.echo(f"{pages.total - len(pages.rows)} more; show them with --limit")


def _retry(database: str | None, channel: str | None, reason: str | None) -> None:
    with opened(database) as store, store.writing.begin() as connection:
        number = frontier.retry(connection, reason=reason, channel=channel)
    if not number:
        typer.echo(
            "nothing of that kind has failed; what has: renmin queue --state FAILED", err=True
        )
        raise typer.Exit(1)
    typer.echo(
        f"{counted(number, 'page')} {'waits' if number == 1 else 'wait'} again; fetch with: renmin crawl {channel or 'CHANNEL'}"
    )


def _channel(name: str | None) -> str | None:
    """The id of a channel; the host of a mirror as it is."""
    try:
        return find(name).id if name else None
    except UnknownChannelError:
        if name and "." in name:
            return name
        raise


def _state(name: str | None) -> str | None:
    if name and name.upper() not in STATES:
        raise ConfigError(f"--state={name}: there is {', '.join(STATES)}")
    return name.upper() if name else None
