"""What runs until it is stopped: the dashboard, and the schedule's loop."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from crawler import clock, config
from crawler.cli.options import Database, log_to_stderr, opened
from crawler.config import Config, sections
from crawler.crawl.prune import before_of, prune
from crawler.store.engine import Store
from crawler.watch import serve as loop
from crawler.watch.alerts import configuration
from crawler.watch.alerts.check import check, watched_files
from crawler.watch.alerts.notifiers import ping
from crawler.watch.sampling import sample
from crawler.watch.schedule.process import Outside, starter, stop_on_signal
from crawler.web.app import serve as serve_dashboard
from crawler.web.guard import DashboardSettings

COMMANDS = ("dashboard", "serve")

app = typer.Typer(add_completion=False)


@app.command()
def dashboard(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8800,
    token: Annotated[
        str,
        typer.Option(
            envvar="RENMIN_DASHBOARD_TOKEN",
            help="Who knows it may look. In the environment it is not seen in the process list.",
        ),
    ] = "",
    name: Annotated[
        list[str] | None,
        typer.Option(help="Host name under which the dashboard is called (behind a proxy)."),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Without buttons: everybody may look, nobody ask.")
    ] = False,
    database: Database = None,
) -> None:
    """Show channels, runs, articles, text health and failures as web pages; stop it with Ctrl-C.

    It reads beside a crawl that writes; its buttons ask `renmin serve` or a timer for a crawl, stop
    a run, let channels rest, and let failed pages be tried again. On any address but loopback it refuses to start
    without a token. /metrics is for Prometheus; every table has its CSV and its JSON.

    Exit codes: 0 stopped, 2 the address cannot be used or a token is missing.

    \b
    Example:
        renmin dashboard
        RENMIN_DASHBOARD_TOKEN=$(openssl rand -hex 16) renmin dashboard --host 0.0.0.0
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    configured = config.load(database=database)
    settings = DashboardSettings(
        database=configured.database,
        archive=configured.archive_path,
        host=host,
        token=token or configured.dashboard_token,
        names=tuple(name or ()),
        read_only=read_only,
    )
    serve_dashboard(settings, port, lambda address: typer.echo(f"dashboard: {address}"))


logger = logging.getLogger(__name__)


@app.command()
def serve(database: Database = None) -> None:
    """Crawl what is due, look for what is wrong and tell, until ended: for machines without timers.

    SIGTERM, Ctrl-C and a closed terminal stop the crawl that is going on in order, and end with exit code 0. The
    dashboard is a program of its own: renmin dashboard.

    \b
    Example:
        renmin schedule set morning --channels all --cron "15 6 * * *"
        renmin serve
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    log_to_stderr()
    options = config.load(database=database)
    alerts = configuration.load()
    sections.load_policy()  # a table that cannot be used is refused now, and not tonight
    with opened(database, create=True) as store:
        files = watched_files(options)
        outside = Outside(start=starter(options.database, options.proxy), now=clock.now)
        try:
            with stop_on_signal():
                typer.echo(f"serving {store.url}; Ctrl-C ends", err=True)

                def look(_now: datetime) -> None:
                    check(store, alerts, clock.now, files)
                    sample(store, options, clock.now())
                    ping(options.ping_url)

                loop.serve(store, outside, look, time.sleep, tidy=partial(_tidy, store, options))
        except (SystemExit, KeyboardInterrupt):
            loop.guarded("leave", lambda: loop.leave(store))
            typer.echo("ended", err=True)


def _tidy(store: Store, options: Config, now: datetime) -> None:
    """What ``renmin prune --yes`` does, if the policy says that it is to be done by itself."""
    kept = sections.load_policy()
    if not kept.automatic:
        return
    for name, share in prune(store, options, before_of(kept.ages, now)).items():
        if share.fetches:
            logger.info("pruned kind=%s number=%d bytes=%d", name, share.fetches, share.bytes)
