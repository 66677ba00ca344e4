"""Pages that need not be fetched: old ones from outside, the raw archive read again, all of it."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler.bulk import cc_index as cc
from crawler.bulk.importing import Imported, Sources, import_files
from crawler.bulk.sources import SUFFIXES
from crawler.bulk.taking_in import rebuild as read_everything
from crawler.cli.options import LARGEST, Database, Json, day
from crawler.cli.output import progress_bar
from crawler.clock import SHANGHAI
from crawler.config import load
from crawler.crawl.reparse import reparse as read_again
from crawler.errors import ConfigError
from crawler.report.table import counted
from crawler.site.channels import name_in_rows
from crawler.store.engine import crawl_lock, open_store
from crawler.store.selection import require_channels

COMMANDS = ("import", "reparse", "rebuild")

app = typer.Typer(add_completion=False)


@app.command()
def reparse(
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(parser=day, metavar="DAY", help="Only pages fetched since then."),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=LARGEST, help="Worker processes; one a core if not given."),
    ] = None,
    database: Database = None,
) -> None:
    """Extract every archived article again with today's code; nothing is fetched.

    What reads otherwise is stored as a new extraction of the same revision.

    Example: renmin reparse --channel sd

    Exit codes: 0 done, 1 the archive holds no such article, 2 bad use, 3 a page could not be read.
    """
    config = load(database=database)
    channel = name_in_rows(channel) if channel else None
    store = open_store(config.database, create=False)
    if channel:
        with store.reading.connect() as connection:
            require_channels(connection, [channel])
    with crawl_lock(store), progress_bar("reading") as progress:
        result = read_again(
            store,
            config.archive_path,
            channel=channel,
            since=since.replace(tzinfo=SHANGHAI) if since else None,
            processes=processes,
            progress=progress,
        )
    store.close()
    rate = result.pages / result.seconds if result.seconds else 0.0
    typer.echo(
        f"{counted(result.pages, 'article')} read, {result.changed} read otherwise, "
        f"{len(result.errors)} could not be read; {rate:.0f} pages/s"
    )
    for url, reason in result.errors[:20]:
        # What extraction says begins with the address.
        typer.echo(f"  {reason if reason.startswith(url) else f'{url}: {reason}'}", err=True)
    if not result.pages:
        typer.echo("the archive holds no such article; fill it with: renmin crawl", err=True)
        raise typer.Exit(1)
    if result.errors:
        raise typer.Exit(3)


@app.command()
def rebuild(database: Database = None) -> None:
    r"""Make the articles of a lost database from the raw archive: nothing is fetched.

    Every visit is read again with today's code, so all texts of an article come back as its
    revisions, and copies are marked. Runs, schedules and alerts are gone; a backup keeps them.

    Exit codes: 0 done, 1 the archive has no article, 2 bad use, 3 some pages could not be read.

    \b
    Example:
        renmin rebuild --database sqlite:///output/renmin.db
    """
    config = load(database=database)
    store = open_store(config.database)
    command = " ".join(["renmin", *sys.argv[1:]])
    with crawl_lock(store), progress_bar("articles") as progress:
        counts = read_everything(store, config.archive_path, command=command, progress=progress)
    store.close()
    failed = {name: value for name, value in counts.items() if name.startswith("failure/")}
    typer.echo(
        f"{counts['article/new']:,} new articles, {counts['article/changed']:,} later texts, "
        f"{counts['article/unchanged']:,} unchanged, {sum(failed.values()):,} failed"
    )
    for name, value in failed.items():
        typer.echo(f"  {name}: {value}", err=True)
    if failed:
        raise typer.Exit(3)
    if not any(name.startswith("article/") for name in counts):
        typer.echo(f"{config.archive_path} has no article", err=True)
        raise typer.Exit(1)


# not run: renmin import --cc-index rows.parquet -- fetches from Common Crawl
# A page that was to be imported, and could not be.
FAILED = ("failure/", "skipped/no-address")


@app.command("import")
def import_(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files and folders: WARC, WACZ, tar, *.archive.db, HTML; - for a list."
        ),
    ] = None,
    *,
    cc_index: Annotated[
        Path | None, typer.Option(help="Parquet: rows of Common Crawl's columnar index.")
    ] = None,
    cc_base: Annotated[
        str, typer.Option(help="Where Common Crawl's files are: an address or a folder.")
    ] = cc.BASE,
    cc_delay: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds between two requests to it.")
    ] = cc.DELAY,
    url_map: Annotated[
        Path | None, typer.Option(help="CSV of two columns: a page's file, its address.")
    ] = None,
    any_host: Annotated[bool, typer.Option(help="Also pages of other sites.")] = False,
    processes: Annotated[
        int,
        typer.Option(min=0, max=LARGEST, help="Processes that read pages; 0: one for each core."),
    ] = 0,
    database: Database = None,
    as_json: Json = False,
) -> None:
    r"""Take old pages into the database, as if they had been crawled on the day of their capture.

    The raw bytes go into the archive, the articles through the same reading as in a crawl; texts of
    one address become its revisions in the order of time, copies are marked. The same command again
    goes on where the last one stopped. A saved page must tell its address: by the map, by its place
    (wget -x), or itself. WARC files need the extra: pip install 'renmin[bulk]'. Of Common Crawl the
    records that rows of its index name are fetched, one at a time (docs/import.md has the query).

    Exit codes: 0 done, 1 nothing new was imported, 2 bad use, 3 something could not be read (the rest
    is imported).

    \b
    Example:
        renmin import saved/
        renmin import saved/ --url-map addresses.csv --json
        renmin import --cc-index rows.parquet
    """
    config = load(database=database)
    if not paths and cc_index is None:
        raise ConfigError("nothing to import: name files or folders, or --cc-index ROWS.parquet")
    ranges = cc.Ranges(cc_base, cc_delay)
    sources = Sources(
        paths=list(_files(paths or [])),
        addresses=_addresses(url_map),
        any_host=any_host,
        elsewhere=cc.sources(cc_index, ranges) if cc_index else (),
    )
    store = open_store(config.database)
    with crawl_lock(store), progress_bar("files") as progress:
        result = import_files(
            store,
            config.archive_path,
            sources,
            processes=processes or os.cpu_count() or 1,
            command=" ".join(["renmin", *sys.argv[1:]]),
            progress=progress,
        )
    store.close()
    _tell(result, as_json)


def _files(paths: list[str]) -> Iterator[Path]:
    """Every file that can be read, folders walked in order."""
    for name in sys.stdin.read().splitlines() if paths == ["-"] else paths:
        path = Path(name)
        if path.is_dir():
            inside = sorted(
                each for each in path.rglob("*") if each.name.lower().endswith(SUFFIXES)
            )
            if not inside:
                raise ConfigError(f"{name}: no file in it ends in {', '.join(SUFFIXES)}")
            yield from inside
        elif path.is_file():
            yield path
        else:
            raise ConfigError(f"{name}: no such file or folder")


def _addresses(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        reason = "is a folder" if path.is_dir() else (error.strerror or "cannot be read").lower()
        raise ConfigError(f"--url-map {path}: {reason}; name a CSV file") from None
    except UnicodeDecodeError:
        raise ConfigError(f"--url-map {path}: is no text in UTF-8; save it as UTF-8") from None
    except csv.Error as error:
        raise ConfigError(f"--url-map {path}: is no CSV: {error}") from None
    for number, row in enumerate(rows, 1):
        if len(row) != 2 or "://" not in row[1]:
            raise ConfigError(f"--url-map {path}: line {number} is not FILE,ADDRESS")
    return {name.removeprefix("./"): url for name, url in rows}


def _tell(result: Imported, as_json: bool) -> None:
    counts = result.counts
    stored = sum(counts[f"article/{name}"] for name in ("new", "changed", "earlier"))
    failed = sum(value for name, value in counts.items() if name.startswith(FAILED))
    if as_json:
        typer.echo(json.dumps({"run": result.run_id, "counters": dict(sorted(counts.items()))}))
    else:
        typer.echo(
            f"run {result.run_id}: {counts['article/new']} new articles, "
            f"{counts['article/changed']} later and {counts['article/earlier']} earlier texts, "
            f"{counts['article/unchanged']} unchanged, {counts['skipped/known']} known, {failed} failed"
        )
        for name, value in counts.most_common():
            if name.startswith(("failure/", "skipped/", "status/")):
                typer.echo(f"  {name}: {value}")
    for problem in result.problems:
        typer.echo(f"{problem.place}: {problem.detail}", err=True)
    if failed:
        raise typer.Exit(3)
    if not stored:
        typer.echo(_why_nothing(counts), err=True)
        raise typer.Exit(1)


def _why_nothing(counts: Counter[str]) -> str:
    """What a person can do who expected articles."""
    if counts["skipped/known"] or counts["article/unchanged"]:
        return "nothing new: all of it was imported before"
    if counts["skipped/no-address"]:
        return "nothing was imported: the pages do not tell their address; give it with --url-map"
    return "nothing was imported; pages of other sites need --any-host"
