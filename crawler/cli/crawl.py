"""``renmin crawl``: crawl channels; run again to go on where it stopped.

When a crawl has ended it says in a few lines what came in, what failed, and what to do.
"""

from __future__ import annotations

import logging
import os
import shlex
import sys
import threading
from argparse import Namespace
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Annotated, Any, cast

import sqlalchemy as sa
import typer
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from crawler import clock
from crawler.cli.backfill import name_of, range_of, to_the_end
from crawler.cli.options import LARGEST, Database, require_contact
from crawler.config import Config, load
from crawler.crawl.session import CrawlSession
from crawler.errors import ConfigError, RenminError
from crawler.hooks.crawling import CONTINUE_SETTING, Crawling
from crawler.hooks.given import read_settings
from crawler.hooks.holding import hold_of, text_of
from crawler.report.table import counted
from crawler.site.channels import find
from crawler.site.channels import load as load_channels
from crawler.store import last_visits, requests
from crawler.store.engine import crawl_lock, open_store
from crawler.store.open import file_of, see_to
from crawler.store.tables import run, run_counter
from crawler.watch.alerts.notifiers import ping
from crawler.watch.schedule import backfill
from crawler.watch.schedule.asked import run_asked
from crawler.watch.schedule.backfill import Backfill, run_slice
from crawler.watch.schedule.runner import run_due
from spiders.channel import plan_of, require_arguments, start_links

app = typer.Typer(add_completion=False)

# A crawl that is asked to stop while it begins looks so often whether it can.
BEGIN_SECONDS = 0.1

# What Scrapy says of itself before it begins.
BANNER = (
    "scrapy.utils.log",
    "scrapy.addons",
    "scrapy.middleware",
    "scrapy.crawler",
    "scrapy.core.engine",
)


@app.command()
def crawl(
    channels: Annotated[
        list[str] | None, typer.Argument(help="Channel ids, hosts or Chinese names: sd bj 上海.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All channels.")] = False,
    without: Annotated[
        str, typer.Option("--except", help="Channels to leave out, parted by commas: gz,qh.")
    ] = "",
    since: Annotated[
        str,
        typer.Option(help="Leave articles alone that are older than this day (2026-11-01, 7d)."),
    ] = "",
    until: Annotated[
        str, typer.Option(help="Leave articles alone that are of this day or later.")
    ] = "",
    limit: Annotated[
        int | None, typer.Option(min=1, max=LARGEST, help="Stop after so many articles.")
    ] = None,
    mirror: Annotated[
        list[str] | None,
        typer.Option(help="List page of a host that republishes the channels; may be repeated."),
    ] = None,
    proxy: Annotated[str | None, typer.Option(help="HTTP proxy that fetches for us.")] = None,
    database: Database = None,
    setting: Annotated[
        list[str] | None, typer.Option("-s", help="A Scrapy setting, KEY=VALUE; may be repeated.")
    ] = None,
    slice_: Annotated[
        str,
        typer.Option(
            "--slice", help="Fetch from --since to --until so many days at a time: 30d, 4w."
        ),
    ] = "",
    due: Annotated[
        bool, typer.Option("--due", help="Run what the schedule says is due, then leave.")
    ] = False,
    continue_run: Annotated[int, typer.Option(min=0, max=LARGEST, hidden=True)] = 0,
    hold: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    r"""Crawl channels; run it again to go on where it stopped, whatever stopped it.

    With --slice a long range is fetched piece by piece, each a run; whatever stops it, the same
    command goes on, and so does renmin serve (renmin backfill shows how far it is).

    \b
    Example:
        renmin crawl sd bj --since 7d
        renmin crawl sd --since 2026-10-20 --until 2026-11-20 --slice 4w

    Exit codes: 0 done, 1 nothing was due (--due), 2 bad use, 3 stopped early or failed.
    """
    config = load(database=database, proxy=proxy)
    if due:
        raise typer.Exit(_run_due(config.database))
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    project = get_project_settings()
    settings = read_settings(setting or [], project)
    settings |= {"RENMIN_DATABASE": config.database, "RENMIN_PROXY": config.proxy}
    settings |= {CONTINUE_SETTING: str(continue_run)} if continue_run else {}
    names = list(channels or ())
    require_known(names)
    if every and names:
        raise ConfigError(f"--all with {' '.join(names)}: all channels, or these; say one of them")
    names = chosen(["all"] if every else names, without, config.database)
    if not (names or mirror) and (every or channels):
        typer.echo("nothing to crawl: every channel that was named is paused or left out", err=True)
        raise typer.Exit(0)
    require_contact(config.contact, config.proxy)
    if slice_:
        if not since or mirror or setting:
            raise ConfigError("--slice: needs --since, and goes neither with --mirror nor with -s")
        wanted = range_of("", ["all"] if every and not without else names, since, until, slice_)
        raise typer.Exit(_in_slices(replace(wanted, options=_limit(limit)), config))
    arguments = {
        "channels": ",".join(names),
        "since": since,
        "until": until,
        "limit": str(limit or ""),
        "mirrors": ",".join(mirror or ()),
        "command": shlex.join(["renmin", *sys.argv[1:]]),
    }
    # Whatever is wrong with them is said before Scrapy begins, and before there is a run.
    start_links(plan_of(**arguments), arguments["mirrors"])
    if hold:
        # One host, by the job of a worker.
        arguments["hold"] = text_of(hold_of(hold))
    _see_to_the_store(config.database)
    project.setdict(settings, priority="cmdline")
    raise typer.Exit(_run(arguments, project))


def _limit(limit: int | None) -> dict[str, str]:
    return {"limit": str(limit)} if limit else {}


def _in_slices(wanted: Backfill, config: Config) -> int:
    """Keep the range as a back-fill, or go on with the one that is kept, and run its slices."""
    one = replace(wanted, name=name_of(wanted.channels, wanted.since, wanted.until))
    store = open_store(config.database)
    try:
        with store.writing.begin() as connection:
            backfill.add(connection, one, clock.now())
        return to_the_end(store, one.name, config)
    finally:
        store.close()


def _see_to_the_store(database: str) -> None:
    """See that the crawl can write.

    Raises:
        RenminError: It cannot.
    """
    store = open_store(database)
    try:
        with crawl_lock(store):
            pass
    finally:
        store.close()


def require_known(names: list[str]) -> None:
    """A mistyped channel is said first, with the names that are nearest."""
    for name in names:
        if name != "all":
            find(name)


def chosen(names: list[str], without: str, database: str) -> list[str]:
    """The ids of the channels that are crawled: those named, but for what is to be left out.

    A channel that rests, by ``enabled = false`` or ``renmin channels pause``, is told of if it was
    named.
    """
    left_out = {find(name).id for name in without.split(",") if name.strip()}
    ids = list(load_channels()) if "all" in names else [find(name).id for name in names]
    resting = _resting(database)
    for name in ids:
        if name in resting and "all" not in names:
            typer.echo(f"{name} is left out: {resting[name]}", err=True)
    return [name for name in dict.fromkeys(ids) if name not in left_out | resting.keys()]


def _resting(database: str) -> dict[str, str]:
    """Why which channels rest."""
    off = "enabled = false in renmin.toml"
    resting = {name: off for name, one in load_channels().items() if not one.enabled}
    path = file_of(database)
    if path is not None:
        see_to(path, create=True)
    if path is None or path.exists():
        store = open_store(database)
        try:
            with store.reading.connect() as connection:
                found = requests.paused(connection)
        finally:
            store.close()
        resting |= {name: f"paused; renmin channels resume {name}" for name in found}
    return resting


# The project's own, see crawler/settings.py; every other RENMIN_... is checked.
_OF_THE_PROJECT = ("RENMIN_DATABASE=", "RENMIN_PROXY=")


class Command(ScrapyCrawl):
    """``scrapy crawl``: what it was given is checked before anything begins."""

    def process_options(self, args: list[str], opts: Namespace) -> None:
        """Read the command line; what cannot be used is said, with exit code 2."""
        own = [pair for pair in opts.set if not pair.startswith(_OF_THE_PROJECT)]
        try:
            read_settings(own, cast("Settings", self.settings))
            super().process_options(args, opts)
            if args != ["channel"]:
                raise ConfigError("type: scrapy crawl channel; the other spiders are renmin's own")
            require_arguments(opts.spargs)
        except RenminError as error:
            raise UsageError(str(error), print_help=False) from None


class _PromptProcess(AsyncCrawlerProcess):
    """Leaves in time when it is asked to, whatever a slow host is doing."""

    is_asked = False
    one: Crawler  # whose crawl it is

    def _signal_shutdown(self, signum: int, frame: Any) -> None:
        if not self.is_asked and not _runs(self.one):
            self.is_asked = True
            reactor = import_module("twisted.internet.reactor")
            reactor.callFromThread(self._stop_once_it_runs, reactor, signum, frame)
            return
        if crawling := _begun(self.one):
            deadline = threading.Timer(
                crawling.leave_seconds,
                crawling.leave_now,
                [lambda: print(summary_of(crawling.session), flush=True)],  # noqa: T201
            )
            deadline.daemon = True
            deadline.start()
        super()._signal_shutdown(signum, frame)

    def _stop_once_it_runs(self, reactor: Any, signum: int, frame: Any) -> None:
        """A crawl that only begins cannot be stopped in order: it is given the time to."""
        if _runs(self.one):
            self._signal_shutdown(signum, frame)
        else:
            reactor.callLater(BEGIN_SECONDS, self._stop_once_it_runs, reactor, signum, frame)


def _run(arguments: dict[str, str], settings: Settings) -> int:
    """Run the spider in this process and return the exit code."""
    for name in BANNER if settings["LOG_LEVEL"] != "DEBUG" else ():
        logging.getLogger(name).addFilter(lambda record: record.levelno >= logging.WARNING)
    process = _PromptProcess(settings)
    process.one = crawler = process.create_crawler("channel")
    task = process.crawl(crawler, **arguments)
    process.start()
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
    crawling = _begun(crawler)
    if crawling is None:
        raise RenminError("the crawl could not begin; what its log says stands above")
    typer.echo(summary_of(crawling.session))
    if crawling.exit_code == 0:
        ping(load().ping_url)
    return crawling.exit_code


def _begun(crawler: Crawler) -> Crawling | None:
    """What a crawl that has begun deals with the store by; ``None`` before."""
    try:
        return crawler.get_extension(Crawling)
    except RuntimeError:  # there are no extensions yet
        return None


def _runs(crawler: Crawler) -> bool:
    """Whether the crawl has begun so far that it can be stopped in order."""
    try:
        return crawler.engine.running
    except RuntimeError:  # there is no engine yet
        return False


def _run_due(database: str) -> int:
    asked = run_asked(database)
    code = run_due(database)
    if code == 1 and not asked:
        # Nothing else is to be done: the next slice of a back-fill.
        asked = run_slice(database)
    if code == 1 and asked:
        return 0
    if code == 1:
        typer.echo("nothing is due now; when what is due: renmin schedule", err=True)
    return code


Totals = Counter[str]


def summary_of(session: CrawlSession) -> str:
    """Sum up the run of ``session``: what came in, what failed, and which channels gave nothing."""
    with session.store.reading.connect() as connection:
        row = connection.execute(sa.select(run).where(run.c.id == session.run_id)).one()
        by_channel: dict[str, Totals] = defaultdict(Counter)
        for counter in connection.execute(
            sa.select(run_counter).where(run_counter.c.run_id == session.run_id)
        ):
            by_channel[counter.channel][counter.name] = counter.value
        closed = last_visits.closed(connection, session.all_hosts)
    session.store.close()
    totals: Totals = Counter()
    for counts in by_channel.values():
        totals.update(counts)
    # On a full disk the row may not know it.
    ended = row.finish_reason or session.ended_as or "lost"
    lines = [f"run {row.id} {ended}: {_came_in(totals)}"]
    if reasons := _named(totals, "failure"):
        lines.append(f"  failures: {reasons}")
    lines += [f"  {detail}" for _, _, detail in closed]
    lines += [
        f"  {host}: asks to be left alone until {until:%Y-%m-%d %H:%M}"
        for host, until in sorted(session.resting.items())
    ]
    if ended in ("shutdown", "stopped"):
        lines.append("  stopped; what was fetched is stored. The same command goes on from here")
    if said := session.outcome.advice(ended):
        lines.append(f"  {said}")
    lines += _silent(session.plan.channels, by_channel)
    return "\n".join(lines)


def _came_in(totals: Totals) -> str:
    return (
        f"{counted(_sum(totals, 'page'), 'page')}, {counted(totals['article/new'], 'new article')}, "
        f"{totals['article/changed']:,} changed, {counted(totals['article/duplicate'], 'duplicate')}, "
        f"{totals['article/repaired']} repaired, {_sum(totals, 'failure')} failed"
    )


def _silent(channels: tuple[str, ...], by_channel: Mapping[str, Totals]) -> Iterator[str]:
    """Channels of which not one page could be fetched; that is told, and is no error."""
    for channel in channels:
        counts = by_channel.get(channel, Counter())
        if _sum(counts, "failure") and not _sum(counts, "page"):
            yield f"  {channel}: no page could be fetched ({_named(counts, 'failure')})"


def _sum(counts: Totals, noun: str) -> int:
    return sum(value for name, value in counts.items() if name.startswith(f"{noun}/"))


def _named(counts: Totals, noun: str) -> str:
    """The commonest counters of a noun: ``http_404 5, timeout 1``."""
    found = Counter(
        {
            name.partition("/")[2]: value
            for name, value in counts.items()
            if name.startswith(f"{noun}/")
        }
    )
    return ", ".join(f"{reason} {number}" for reason, number in found.most_common(8))
