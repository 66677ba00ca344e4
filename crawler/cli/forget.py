"""``renmin forget``: take articles away for good."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from crawler.cli.options import Database, opened
from crawler.config import load
from crawler.crawl.forget import forget as run
from crawler.errors import ConfigError
from crawler.report.table import counted
from crawler.site.spelling import spell
from crawler.store.engine import crawl_lock

app = typer.Typer(add_completion=False)


@app.command()
def forget(
    urls: Annotated[
        list[str],
        typer.Argument(help="Addresses, in any spelling; - reads them from standard input."),
    ],
    reason: Annotated[str, typer.Option(help="Why; kept with a digest of the address.")],
    database: Database = None,
) -> None:
    r"""Remove articles with all that is kept of them, and keep them from coming back.

    Text, revisions, index of words, queue and raw bodies go. What stays is the SHA-256 of the
    address, the day and the reason: crawl, reparse, import and export obey it. Copies get the next
    original among themselves; remove them too if they are to go (docs/ethics.md).

    \b
    Example:
        renmin forget http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html --reason "asked by the person named"

    Exit codes: 0 done, 1 none of them was stored (they will not be fetched either), 2 bad use,
    3 failed.
    """
    named = sys.stdin.read().split() if urls == ["-"] else urls
    if not named:
        raise ConfigError("-: no address on standard input; one a line is wanted")
    if not reason.strip():
        raise ConfigError("--reason: is empty; say in a few words why, without naming what goes")
    for url in named:
        if isinstance(why := spell(url), str):
            raise ConfigError(f"{url}: is no address of a page ({why}); nothing was removed")
    config = load(database=database)
    with opened(database) as store, crawl_lock(store):
        done = run(store, config.archive_path, named, reason.strip(), config.photos_path)
    typer.echo(
        f"{counted(done.articles, 'article')} removed with "
        f"{counted(done.bodies, 'raw body', 'raw bodies')}"
        f"{' and ' + counted(done.pictures, 'photo') if done.pictures else ''}; "
        f"{counted(done.copies, 'copy', 'copies')} got another original or became one"
    )
    for url in done.unknown:
        typer.echo(f"{url}: nothing was stored there; it will not be fetched", err=True)
    if not done.articles:
        raise typer.Exit(1)
