"""``renmin serve``: the schedule's loop in the foreground."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from functools import partial

import typer

from crawler import clock, config
from crawler.cli.options import Database, log_to_stderr, opened
from crawler.config import Config, policy
from crawler.crawl.prune import before_of, prune
from crawler.store.engine import Store
from crawler.watch import serve as loop
from crawler.watch.alerts import settings
from crawler.watch.alerts.check import check, watched_files
from crawler.watch.ping import ping
from crawler.watch.sampling import sample
from crawler.watch.schedule.process import starter
from crawler.watch.schedule.runner import Outside, stop_on_sigterm

app = typer.Typer(add_completion=False)

logger = logging.getLogger(__name__)


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

                loop.serve(store, outside, look, time.sleep, tidy=partial(_tidy, store, options))
        except (SystemExit, KeyboardInterrupt):
            loop.guarded("leave", lambda: loop.leave(store))
            typer.echo("ended", err=True)


def _tidy(store: Store, options: Config, now: datetime) -> None:
    """What ``renmin prune --yes`` does, if the policy says that it is to be done by itself."""
    kept = policy.load()
    if not kept.automatic:
        return
    for name, share in prune(store, options, before_of(kept.ages, now)).items():
        if share.fetches:
            logger.info("pruned kind=%s number=%d bytes=%d", name, share.fetches, share.bytes)
