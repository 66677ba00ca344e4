"""The frontier's pages: what waits, what failed and is tried again, all that is known of one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated

import typer

from crawler import clock, config
from crawler.cli.options import LARGEST, Database, Json, opened, reading
from crawler.cli.output import echo_json, show
from crawler.errors import ConfigError
from crawler.report import queue as report
from crawler.report.queue import STATES, about
from crawler.report.table import Row, counted
from crawler.site.channels import name_in_rows
from crawler.site.urls import classify
from crawler.store import frontier
from crawler.store.archive import Archive
from crawler.store.frontier import Tombstone
from crawler.store.selection import require_channels
from crawler.store.tables import frontier as frontier_table

COMMANDS = ("queue", "why")

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
    asked = channel or (what if what != RETRY else None)
    named = name_in_rows(asked) if asked else None
    if what == RETRY:
        _retry(database, named, reason)
        return

    chosen = {"channel": named, "state": _state(state), "reason": reason}
    with reading(database) as connection:
        require_channels(connection, [named] if named else (), frontier_table.c.channel)
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
        require_channels(connection, [channel] if channel else (), frontier_table.c.channel)
        number = frontier.retry(connection, reason=reason, channel=channel)
    if not number:
        typer.echo(
            "nothing of that kind has failed; what has: renmin queue --state FAILED", err=True
        )
        raise typer.Exit(1)
    typer.echo(
        f"{counted(number, 'page')} {'waits' if number == 1 else 'wait'} again; fetch with: renmin crawl {channel or 'CHANNEL'}"
    )


def _state(name: str | None) -> str | None:
    if name and name.upper() not in STATES:
        raise ConfigError(f"--state={name}: there is {', '.join(STATES)}")
    return name.upper() if name else None


@app.command()
def why(
    url: Annotated[str, typer.Argument(help="Address of a page, in any spelling.")],
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Tell everything known of one address: state, tries, last answer, next look, where it was found.

    Example: renmin why http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html

    Exit codes: 0 done, 1 nothing is known of it, 2 bad use, 3 failed.
    """
    with reading(database) as connection:
        found = about(connection, url)
        gone = frontier.find_removed(connection, classify(url).canonical)
    if found is None:
        typer.echo(f"{url}: {_removed(gone) if gone else _unknown(url)}", err=True)
        raise typer.Exit(1)
    found["archived"] = _archived(database, found["url"])
    if as_json:
        echo_json(found)
        return
    for line in _lines(found):
        typer.echo(line)


def _removed(gone: Tombstone) -> str:
    """Why an address that was forgotten is not in the queue, and never will be."""
    return f"removed for good on {_when(gone.removed_at)} (renmin forget): {gone.reason}"


def _unknown(url: str) -> str:
    """Why an address that is not in the queue is not: no link led there, or it is not followed."""
    if skip := classify(url).skip:
        return f"never fetched: such addresses are left alone ({skip})"
    return "not known: no list, sitemap or page has led to it yet"


def _archived(database: str | None, url: str) -> int:
    """How many answers of a page the archive holds."""
    path = config.load(database=database).archive_path
    try:
        archive = Archive(path, readonly=True)
    except ConfigError:
        return 0
    with contextlib.closing(archive):
        return sum(1 for _ in archive.fetches(url))


def _lines(row: Row) -> Iterator[str]:
    held = f", held by run {row['leased_by']}" if row["leased_by"] else ""
    yield f"{row['url']}"
    yield f"  {row['kind']} of {row['channel']}: {row['state']}{held}"
    yield f"  found     {_when(row['found_at'])} on {row['found_on'] or 'the list of channels'}"
    yield f"  failures  {row['attempts']} in a row"
    if row["reason"]:
        yield f"  last try  {_when(row['settled_at'])} {row['reason']}: {row['detail']}"
    if row["status"]:
        yield f"  last page {_when(row['fetched_at'])} status {row['status']}, looked at {row['checks']} times, changed last {_when(row['changed_at'])}"
    yield f"  next look {_next(row)}"
    robots = row["robots_detail"] or "its robots.txt was not read yet"
    delay = f", a request every {row['crawl_delay']:g} s" if row["crawl_delay"] else ""
    yield f"  robots    {robots}{delay}"
    if row["article_id"]:
        yield f"  article   {row['article_id']}: {row['title']} (revision {row['revision']})"
    yield f"  archive   {row['archived'] or 'no'} answers"


def _next(row: Row) -> str:
    if row["state"] == "PENDING":
        return "in the next crawl of its channel"
    if row["state"] == "LEASED":
        return "now"
    if row["due_at"]:
        return _when(row["due_at"])
    if row["kind"] != "article":
        return "in every crawl of its channel"
    return "never by itself; with: renmin queue retry"


def _when(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
