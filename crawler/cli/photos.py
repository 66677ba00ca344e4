"""``renmin photos``: the pictures of the articles, fetched when that is asked for, and handed on."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings

from crawler.cli.options import (
    LARGEST,
    Channels,
    Copies,
    Database,
    Since,
    Until,
    ended_in_order,
    opened,
    reading,
    require_contact,
    selection,
)
from crawler.config import load
from crawler.crawl.photos import Round, pillow
from crawler.dataset import formats, pictures, pseudonyms
from crawler.dataset.pseudonyms import Pseudonyms
from crawler.dataset.records import records
from crawler.dataset.request import ExportRequest
from crawler.errors import ConfigError
from crawler.hooks.given import read_settings
from crawler.store.engine import crawl_lock
from crawler.store.photos import PhotoStore
from spiders.photos import PhotoSpider

app = typer.Typer(add_completion=False, no_args_is_help=True)

MEGABYTE = 1024 * 1024
_FORMS = ("imagefolder", "parquet")


@app.callback()
def photos() -> None:
    """Fetch the articles' pictures politely, and export them with their captions.

    \b
    Example:
        renmin photos export pictures/ --format parquet

    Exit codes: 0 done, 1 there is none, 2 bad use, 3 failed.
    """  # noqa: D301 - the backspace is Click's mark for lines to keep


@app.command()
def fetch(
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    limit: Annotated[
        int | None, typer.Option(min=1, max=LARGEST, help="Ask for so many at most.")
    ] = None,
    max_megabytes: Annotated[
        int, typer.Option(min=1, max=200, help="A larger picture is refused.")
    ] = 20,
    proxy: Annotated[str | None, typer.Option(help="HTTP proxy that fetches for us.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("-s", metavar="KEY=VALUE", help="A Scrapy setting.")
    ] = None,
    database: Database = None,
) -> None:
    """Fetch the photos of stored articles that are not there yet.

    Polite as a crawl: robots.txt, one request at a time to a host and a pause after it, only hosts of
    the site; no crawl may run into the same SQLite file meanwhile. Each picture is kept once, by its
    content, in NAME.photos beside the archive; its digest and its size in pixels then stand in the
    article's record. The same command goes on where the last one stopped; what is no picture is named
    and not asked for again. Needs pip install 'renmin[photos]'.

    \b
    Example:
        renmin photos fetch --channel sd --since 2026-11-01
        renmin photos fetch --limit 100 --max-megabytes 5

    Exit codes: 0 done, 1 no photo is missing, 2 bad use, 3 none could be fetched, or it ended early.
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    config = load(database=database, proxy=proxy)
    chosen = selection(channel, since, until, copies)
    require_contact(config.contact, config.proxy)
    pillow()
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    project = get_project_settings()
    given = read_settings(setting or [], project)
    size = max_megabytes * MEGABYTE
    own = {"RENMIN_PROXY": config.proxy, "DOWNLOAD_MAXSIZE": size, "DOWNLOAD_WARNSIZE": 0}
    project.setdict({"LOG_LEVEL": "WARNING", **own, **given}, priority="cmdline")
    with (
        opened(database) as store,
        crawl_lock(store),
        closing(PhotoStore(config.photos_path)) as kept,
    ):
        # The command line as it was typed: main() has taken passwords out of it.
        round_ = Round(store, kept, shlex.join(["renmin", *sys.argv[1:]]), config.retries)
        code = 3
        try:
            code = _fetched(round_, kept, round_.enter(chosen), project, limit or 0)
        finally:
            round_.end(code)
    raise typer.Exit(code)


@app.command()
def export(
    destination: Annotated[str, typer.Argument(help="A folder.")],
    form: Annotated[str, typer.Option("--format", help="imagefolder or parquet.")] = "imagefolder",
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    without_names: Annotated[
        bool, typer.Option("--without-names", help="Pseudonyms for reporters and photographers.")
    ] = False,
    database: Database = None,
) -> None:
    """Write the fetched photos with their captions, as Hugging Face and others load them.

    A row is a picture and a caption, with credit, article, channel and day. The folder has a card and
    checksums (renmin verify); it is whole or not there.

    \b
    Example:
        renmin photos fetch --channel sd --limit 10
        renmin photos export pictures/
        renmin photos export pictures/ --format parquet --channel sd

    Exit codes: 0 done, 1 no fetched photo fits, 2 bad use, 3 failed.
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if form not in _FORMS:
        raise ConfigError(f"--format {form}: unknown; known are {', '.join(_FORMS)}")
    config = load(database=database)
    key = pseudonyms.key_file(config.archive_path)
    rename = Pseudonyms(pseudonyms.open_key(key)) if without_names else None
    request = ExportRequest(
        selection=selection(channel, since, until, copies), form=formats.named("jsonl")
    )
    with (
        ended_in_order(),
        closing(PhotoStore(config.photos_path, readonly=True)) as kept,
        reading(database) as connection,
    ):
        found = (record for _, record in records(connection, request))
        rows, number = pictures.export(
            map(rename, found) if rename else found,
            kept,
            Path(destination),
            cast("pictures.Form", form),
        )
    if not rows:
        typer.echo("no fetched photo fits; they are fetched by: renmin photos fetch", err=True)
        raise typer.Exit(1)
    typer.echo(f"{rows} captions of {number} pictures in {destination}")


def _fetched(round_: Round, kept: PhotoStore, missing: int, project: Any, limit: int) -> int:
    """Fetch, and say what came; gives the exit code."""
    spider = None
    if missing:
        process = AsyncCrawlerProcess(project)
        crawler = process.create_crawler(PhotoSpider)
        task = process.crawl(crawler, round_=round_, limit=limit)
        process.start()
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error
        spider = crawler.spider
    else:
        round_.reason = "finished"
    counts, (total, there, reasons) = round_.counts, kept.figures(round_.run_id)
    typer.echo(
        f"run {round_.run_id}: {counts['photo/new']} new pictures, {counts['photo/same']} at another "
        f"address; of {total} photos {there} are there"
    )
    for reason, number in reasons.items():
        typer.echo(f"  {reason}: {number}")
    if isinstance(spider, PhotoSpider) and spider.broken:
        raise spider.broken
    if not missing:
        typer.echo("no photo is missing that may be asked for", err=True)
        return 1
    came = counts["photo/new"] + counts["photo/same"]
    return 0 if came and round_.reason == "finished" else 3
