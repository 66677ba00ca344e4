"""``renmin worker``: one of any number of processes that sweep hosts together."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer
from scrapy.utils.misc import load_object
from scrapy.utils.project import get_project_settings

from crawler import config
from crawler.cli.options import LARGEST, Database, log_to_stderr, opened, require_contact
from crawler.crawl.holding import STALLED_SECONDS, Pace
from crawler.errors import ConfigError
from crawler.hooks.given import read_settings
from crawler.store import job_schema

app = typer.Typer(add_completion=False)

# not run: renmin worker -- needs a server


@app.command()
def worker(
    database: Database = None,
    concurrency: Annotated[
        int, typer.Option(min=1, max=256, help="So many hosts at once; each takes 200 MB.")
    ] = 4,
    stalled: Annotated[
        float,
        typer.Option(min=1, max=LARGEST, help="Jobs are taken from who is silent for so long."),
    ] = STALLED_SECONDS,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when no job is left, instead of waiting.")
    ] = False,
    setting: Annotated[
        list[str] | None, typer.Option("-s", help="A Scrapy setting, KEY=VALUE, of the crawls.")
    ] = None,
) -> None:
    """Sweep hosts together with other workers, until ended: on PostgreSQL, on any number of machines.

    Each job is one host. What a schedule says is put into the queue by the workers themselves,
    what is asked for by `renmin jobs run` or the dashboard too. When a worker dies, the others go
    on with its hosts. SIGTERM and Ctrl-C end its crawls in order and leave their rest to others.

    Example: renmin worker --database postgresql://renmin@db.example/renmin

    Exit codes: 0 it was ended, 2 bad use, 3 failed.
    """
    log_to_stderr()
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    options = config.load(database=database)
    require_contact(options.contact, options.proxy)
    read_settings(setting or [], get_project_settings())
    with opened(database, create=True) as store:
        if store.is_sqlite:
            raise ConfigError(
                f"{store.url}: a file has one crawling process; workers share a server: "
                "--database postgresql://USER@HOST/NAME (on one machine: renmin serve)"
            )
        with store.reading.connect() as connection:
            job_schema.require(connection, store.url)
        fleet_worker = load_object("crawler.watch.fleet.work.FleetWorker")
        pace = Pace(stalled)
        at_work = fleet_worker(store, options.database, options.proxy, pace, setting or [])
        typer.echo(f"working on {store.url}; Ctrl-C ends", err=True)
        asyncio.run(at_work.work(concurrency, until_idle=until_idle))
    typer.echo("ended", err=True)
