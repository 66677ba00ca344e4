"""The stand-in site: served for who crawls it, and the main job done on it in a minute."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import orjson
import typer

from crawler.cli.options import LARGEST
from crawler.errors import ConfigError, RenminError
from crawler.replica.addresses import TODAY, Clock
from crawler.replica.faults import FAULTS
from crawler.replica.proxy import LOOPBACK, Access, serve
from crawler.replica.site import Site

COMMANDS = ("replica", "demo")

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


CHANNELS = ("sd", "bj", "gd", "sh", "sc")
# A server of our own needs no politeness; one of its pages never answers.
AT_FULL_SPEED = (
    *("-s", "DOWNLOAD_DELAY=0"),
    *("-s", "AUTOTHROTTLE_ENABLED=False"),
    *("-s", "DOWNLOAD_TIMEOUT=3"),
    *("-s", "LOG_LEVEL=CRITICAL"),
)


@app.command()
def demo(
    articles: Annotated[
        int, typer.Option(min=10, max=LARGEST, help="Articles of the stand-in site.")
    ] = 400,
    folder: Annotated[Path, typer.Option(help="Where to put what comes out.")] = Path(
        "output/demo"
    ),
) -> None:
    """Serve a stand-in for the site, crawl five of its channels, and show what came out.

    Example: renmin demo

    Exit codes: 0 done, 3 failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("renmin.*"):
        old.unlink()
    database = f"sqlite:///{folder / 'renmin.db'}"
    data_set = folder / "articles.jsonl"
    typer.echo(
        f"1. a stand-in for the site: {articles} invented articles on {len(CHANNELS)} channels"
    )
    with _replica(articles) as proxy:
        typer.echo(f"2. renmin crawl {' '.join(CHANNELS)}")
        _renmin("crawl", *CHANNELS, "--proxy", proxy, "--database", database, *AT_FULL_SPEED)
    typer.echo("3. renmin stats")
    _renmin("stats", "--database", database)
    typer.echo(f"4. renmin export {data_set}")
    _renmin("export", str(data_set), "--database", database, "--include-duplicates")
    typer.echo(
        f"\nThe data set: {data_set} (its manifest beside it)\nThe database: {folder / 'renmin.db'}\n"
        f"Look at it:   renmin dashboard --database {database}"
    )


def _renmin(*arguments: str) -> None:
    """Run a command as a user would.

    Raises:
        RenminError: It failed.
    """
    done = subprocess.run([*_program(), *arguments], env=_environment(), check=False)
    if done.returncode != 0:
        raise RenminError(f"renmin {' '.join(arguments)}: ended with exit code {done.returncode}")


@contextmanager
def _replica(articles: int) -> Iterator[str]:
    """Serve the stand-in site; give its address as a proxy."""
    command = [*_program(), "replica", "--port", "0", "--articles", str(articles)]
    command += [word for channel in CHANNELS for word in ("--channel", channel)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment())
    try:
        line = server.stdout.readline() if server.stdout else ""
        address = next((word for word in line.split() if word.startswith("http://")), "")
        if not address:
            raise RenminError(f"the stand-in site did not start: {line.strip() or 'no answer'}")
        yield address
    finally:
        server.terminate()
        server.wait()


def _program() -> list[str]:
    """How the very renmin that is running was started."""
    script = Path(sys.argv[0])
    if script.name == "renmin" and script.is_file():
        return [str(script.absolute())]
    return [sys.executable, "-m", "crawler.cli"]


def _environment() -> dict[str, str]:
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}
