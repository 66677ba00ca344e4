"""``renmin check``: what is wrong now."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crawler import clock, config
from crawler.cli.options import Database, Json, log_to_stderr, opened
from crawler.cli.output import echo_json, show
from crawler.crawl.prune import thin
from crawler.report import watch
from crawler.watch.alerts import settings
from crawler.watch.alerts.check import check as look
from crawler.watch.alerts.check import low_disks, tell_at_once, test_notice, watched_files
from crawler.watch.alerts.notifiers import ping
from crawler.watch.alerts.settings import AlertSettings
from crawler.watch.sampling import sample

app = typer.Typer(add_completion=False)
SHOWN = ("severity", "rule", "subject", "since", "what")


@app.command()
def check(
    *,
    test: Annotated[
        bool, typer.Option("--test-notice", help="Send a test by each way, and look at nothing.")
    ] = False,
    database: Database = None,
    json: Json = False,
) -> None:
    """Look for what is wrong, tell by log, webhook, e-mail and services, and print the open alerts.

    Made for a cron job or a timer (renmin schedule install). Rules and addresses are set in
    renmin.toml, tables [alerts.RULE], [alerts.webhook], [alerts.email] and [alerts.services]. Then ping_url is
    fetched, so that somebody notices when no check comes any more.

    Exit codes: 0 all is well, 1 alerts are open, 2 bad settings, 3 it could not be checked.

    \b
    Example:
        renmin check || mail -s "renmin" ops@example.org
        renmin check --json | jq -r '.[].message'
        renmin check --test-notice
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    log_to_stderr()
    alerts = settings.load()
    if test:
        raise typer.Exit(_told(test_notice(alerts, clock.now)))
    # Looked at first: on a full disk a database may not even open.
    full = low_disks(alerts, config.load(database=database), clock.now())
    try:
        rows = _checked(database, alerts)
    except Exception:
        tell_at_once(full, alerts, clock.now)
        raise
    rows = [{"severity": _severity(alerts, row["rule"])} | row for row in rows]
    if json:
        echo_json(rows)
    elif rows:
        show([row | {"since": row["opened_at"], "what": row["message"]} for row in rows], SHOWN)
    else:
        typer.echo("all is well")
    ping(config.load(database=database).ping_url)
    raise typer.Exit(1 if rows else 0)


def _told(results: dict[str, str | None]) -> int:
    """Say by which way a test went; the exit code."""
    for way, error in results.items():
        typer.echo(f"{way}: {error or 'ok'}")
    return 1 if any(results.values()) else 0


def _checked(database: str | None, alerts: AlertSettings) -> list[dict[str, Any]]:
    """Look, enter, tell; the alerts that are open then."""
    options = config.load(database=database)
    with opened(database) as store:
        look(store, alerts, clock.now, watched_files(options))
        with store.writing.begin() as connection:
            thin(connection, clock.now())
        sample(store, options, clock.now())
        with store.reading.connect() as connection:
            return watch.alerts(connection, state="open", slice_=(1000, 0)).rows


def _severity(alerts: Any, rule: str) -> str:
    # A rule of an older release may still have an alert open; the next look closes it.
    return alerts.rules[rule].severity if rule in alerts.rules else "notice"
