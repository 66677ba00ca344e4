"""``renmin demo``: the main job on the stand-in site, in a minute, without touching the network."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.options import LARGEST
from crawler.errors import RenminError

app = typer.Typer(add_completion=False)

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
    return [sys.executable, "-m", "crawler.cli"]


def _environment() -> dict[str, str]:
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}
