"""``renmin crawl``: crawl channels; run again to go on where it stopped."""

from __future__ import annotations

import os
import shlex
import sys
import threading
from typing import Annotated, Any

import typer
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings

from crawler.cli.options import Database
from crawler.config import load
from crawler.crawl.summary import summary_of
from crawler.errors import ConfigError, RenminError
from crawler.hooks.crawling import LEAVE_SECONDS, Crawling
from crawler.site.channels import find
from crawler.watch.schedule.runner import run_due

app = typer.Typer(add_completion=False)


@app.command()
def crawl(
    channels: Annotated[
        list[str] | None, typer.Argument(help="Channel ids, hosts or Chinese names: sd bj 上海.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All channels.")] = False,
    since: Annotated[
        str, typer.Option(help="Leave articles alone that are older than this day (2026-11-01).")
    ] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many articles.")] = None,
    mirror: Annotated[
        list[str] | None,
        typer.Option(help="List page of a host that republishes the channels; may be repeated."),
    ] = None,
    proxy: Annotated[str | None, typer.Option(help="HTTP proxy that fetches for us.")] = None,
    database: Database = None,
    setting: Annotated[
        list[str] | None, typer.Option("-s", help="A Scrapy setting, KEY=VALUE; may be repeated.")
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Run what the schedule says is due, then leave.")
    ] = False,
) -> None:
    """Crawl channels; run it again to go on where it stopped, whatever stopped it.

    Example: renmin crawl sd bj --since 2026-11-01

    Exit codes: 0 done, 1 nothing was due (--due), 2 bad use, 3 stopped early or failed.
    """
    config = load(database=database, proxy=proxy)
    if due:
        raise typer.Exit(_run_due(config.database))
    names = ["all"] if every else list(channels or ())
    settings = _settings(setting or [], config.database, config.proxy)
    require_known(names)
    require_contact(config.contact, config.proxy)
    arguments = {
        "channels": ",".join(names),
        "since": since,
        "limit": str(limit or ""),
        "mirrors": ",".join(mirror or ()),
        "command": shlex.join(["renmin", *sys.argv[1:]]),
    }
    raise typer.Exit(_run(arguments, settings))


def _settings(pairs: list[str], database: str, proxy: str) -> dict[str, str]:
    settings = {"RENMIN_DATABASE": database, "RENMIN_PROXY": proxy}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise ConfigError(f"-s {pair}: expected KEY=VALUE")
        settings[name] = value
    return settings


def require_known(names: list[str]) -> None:
    """A mistyped channel is said first, with the names that are nearest."""
    for name in names:
        if name != "all":
            find(name)


def require_contact(contact: str, proxy: str) -> None:
    """A newspaper must be able to reach whoever crawls it."""
    if not contact and not proxy:
        raise ConfigError(
            "no contact: the site's people must be able to reach you; say who answers for this "
            "crawl, in the environment (RENMIN_CONTACT=you@example.org) or in renmin.toml "
            '(contact = "you@example.org")'
        )


def _run(arguments: dict[str, str], settings: dict[str, str]) -> int:
    """Run the spider in this process and return the exit code."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")

    class Process(AsyncCrawlerProcess):
        """Leaves in time when it is asked to, whatever a slow host is doing."""

        def _signal_shutdown(self, signum: int, frame: Any) -> None:
            if crawling := crawler.get_extension(Crawling):
                deadline = threading.Timer(LEAVE_SECONDS, crawling.leave_now)
                deadline.daemon = True
                deadline.start()
            super()._signal_shutdown(signum, frame)

    project = get_project_settings()
    project.setdict(settings, priority="cmdline")
    process = Process(project)
    crawler = process.create_crawler("channel")
    task = process.crawl(crawler, **arguments)
    process.start()
    if task.done() and not task.cancelled() and (error := task.exception()):
        if isinstance(error, RenminError):
            raise error
        return 3
    crawling = crawler.get_extension(Crawling)
    if crawling is None:
        return 3
    typer.echo(summary_of(crawling.session))
    return crawling.exit_code


def _run_due(database: str) -> int:
    return run_due(database)
