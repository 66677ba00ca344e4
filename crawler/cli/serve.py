"""``renmin serve``: the schedule's loop in the foreground."""

from __future__ import annotations

import time
from datetime import datetime

import typer

from crawler import clock, config
from crawler.cli.options import Database, log_to_stderr, opened
from crawler.watch import serve as loop
from crawler.watch.alerts import settings
from crawler.watch.alerts.check import check, watched_files
from crawler.watch.ping import ping
from crawler.watch.sampling import sample
from crawler.watch.schedule.process import starter
from crawler.watch.schedule.runner import Outside, stop_on_sigterm

app = typer.Typer(add_completion=False)


@app.command()
def serve(database: Database = None) -> None:
    """Crawl what is due, look for what is wrong and tell, until ended: for machines without timers.

    SIGTERM and Ctrl-C stop the crawl that is going on in order, and end with exit code 0. The
    dashboard is a program of its own: renmin dashboard.

    \b
    Example:
        renmin schedule set morning --channels all --cron "15 6 * * *"
        renmin serve
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    log_to_stderr()
    options = config.load(database=database)
    alerts = settings.load()
    with opened(database, create=True) as store:
        files = watched_files(options)
        outside = Outside(start=starter(options.database, options.proxy), now=clock.now)
        try:
            with stop_on_sigterm():
                typer.echo(f"serving {store.url}; Ctrl-C ends", err=True)

                def look(_now: datetime) -> None:
                    check(store, alerts, clock.now, files)
                    sample(store, options, clock.now())
                    ping(options.ping_url)

                loop.serve(store, outside, look, time.sleep)
        except (SystemExit, KeyboardInterrupt):
            loop.guarded("leave", lambda: loop.leave(store))
            typer.echo("ended", err=True)
