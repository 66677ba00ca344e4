"""``renmin replica``: the stand-in site."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import orjson
import typer

from crawler.cli.options import LARGEST
from crawler.errors import ConfigError
from crawler.replica.addresses import TODAY, Clock
from crawler.replica.faults import FAULTS
from crawler.replica.proxy import LOOPBACK, Access, serve
from crawler.replica.site import Site

app = typer.Typer(add_completion=False)
_FAULT_HELP = "Let the site misbehave, everywhere or with =CHANNEL,...: " + ", ".join(FAULTS) + "."


@app.command()
def replica(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8877,
    articles: Annotated[
        int, typer.Option(min=0, max=LARGEST, help="Articles on all channels.")
    ] = 300,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST, help="Another seed is another site.")
    ] = 1,
    latency: Annotated[float, typer.Option(min=0, help="Seconds before every answer.")] = 0.0,
    list_: Annotated[
        bool, typer.Option("--list", help="Print what it holds, one JSON line a page, and exit.")
    ] = False,
    channel: Annotated[
        list[str] | None, typer.Option(help="Channel that holds articles; repeat. Default: all.")
    ] = None,
    fault: Annotated[list[str] | None, typer.Option(help=_FAULT_HELP)] = None,
    day: Annotated[
        int, typer.Option(min=0, max=LARGEST, help="Days that have passed since --today.")
    ] = 0,
    today: Annotated[str, typer.Option(help="Day 0, YYYY-MM-DD.")] = TODAY.isoformat(),
    access_log: Annotated[
        Path | None,
        typer.Option(help="File that gets a JSON line a request: at, connection, method, url ..."),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Articles only: nothing broken, copied or slow.")
    ] = False,
) -> None:
    """Serve invented articles as an HTTP proxy that answers for every channel's host.

    Listens on loopback only, prints its address, and ends with Ctrl-C or SIGTERM.
    The same --articles, --seed and --day are the same site.

    \b
    Example:
        renmin replica --port 8877 --articles 600 &
        renmin crawl sd --proxy http://127.0.0.1:8877
        renmin replica --list --articles 600 | head
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    site = Site(
        articles=articles,
        seed=seed,
        faults=fault or (),
        channels=channel or (),
        clock=Clock(today=_day(today), day=day),
        plain=plain,
    )
    if list_:
        for row in site.rows():
            typer.echo(orjson.dumps(row))
        return
    try:
        with _access_log(access_log) as log:
            asyncio.run(serve(site, port, latency, typer.echo, log))
    except OSError as error:
        raise ConfigError(
            f"--port {port}: {error.strerror} on {LOOPBACK}; --port 0 takes any free one"
        ) from error


@contextlib.contextmanager
def _access_log(path: Path | None) -> Iterator[Callable[[Access], None] | None]:
    """What writes a line a request; ``None`` where none is wanted."""
    if path is None:
        yield None
        return
    try:
        file = path.open("ab", buffering=0)
    except OSError as error:
        raise ConfigError(f"--access-log {path}: {error.strerror}") from error
    with file:

        def write(access: Access) -> None:
            file.write(orjson.dumps(access, option=orjson.OPT_APPEND_NEWLINE))

        yield write


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--today {text}: not a date of the form YYYY-MM-DD") from error
