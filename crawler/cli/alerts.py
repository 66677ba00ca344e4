"""Alerts: what was wrong and for how long, and a look at what is wrong now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from crawler import clock, config
from crawler.cli.options import LARGEST, Database, Json, log_to_stderr, opened, reading
from crawler.cli.output import echo_json, show
from crawler.config.convert import unknown
from crawler.crawl.prune import thin
from crawler.errors import UnknownChannelError
from crawler.report import watch
from crawler.report.table import Row, counted
from crawler.site.channels import find
from crawler.watch.alerts import configuration
from crawler.watch.alerts.check import (
    Silence,
    acknowledge,
    end_silences,
    low_disks,
    silence_for,
    tell_at_once,
    test_notice,
    watched_files,
)
from crawler.watch.alerts.check import check as look
from crawler.watch.alerts.configuration import AlertSettings
from crawler.watch.alerts.notifiers import ping
from crawler.watch.sampling import sample
from crawler.watch.schedule.schedules import parse_span

COMMANDS = ("alerts", "check")

app = typer.Typer(add_completion=False)

# What a line has room for.
SHORT = ("rule", "subject", "opened", "closed", "what")
RULE = ("name", "severity", "enabled", "threshold", "window", "minimum", "ignore")


@app.command()
def alerts(
    subject: Annotated[
        str | None, typer.Argument(help="Only about this: a channel, sd/captions, a schedule.")
    ] = None,
    *,
    last: Annotated[int, typer.Option(min=1, max=LARGEST, help="How many.")] = 50,
    rules: Annotated[bool, typer.Option("--rules", help="Print the rules in force.")] = False,
    silence: Annotated[
        str, typer.Option(help="Do not tell of these for so long: 90m, 8h, 168h.")
    ] = "",
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="Remind nobody of these any more.")
    ] = False,
    loud: Annotated[bool, typer.Option("--loud", help="End every silence.")] = False,
    rule: Annotated[str, typer.Option(help="With --silence, --acknowledge: this rule's.")] = "",
    database: Database = None,
    json: Json = False,
) -> None:
    """Print past and open alerts, the open ones first; nothing is looked at anew (renmin check).

    A silenced alert is entered and printed here, and not told; one that is still open when the
    silence ends is told then. An acknowledged one is not told again until it closes.

    Exit code 1 means that there never was one.

    \b
    Example:
        renmin alerts
        renmin alerts sd --json
        renmin alerts --rules
        renmin alerts sd --silence 8h
        renmin alerts sd --acknowledge
        renmin alerts --loud
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if rules:
        _print(_rules(), RULE, json=json)
        return
    if silence or acknowledge or loud:
        _say(database, silence, Silence(rule, subject or "", clock.now()), loud=loud)
        return
    with reading(database) as connection:
        subject = _subject(connection, subject) if subject else None
        rows = watch.alerts(connection, subject=subject, slice_=(last, 0)).rows
    if not rows:
        typer.echo("no alert so far; to look now: renmin check", err=True)
        raise typer.Exit(1)
    _print(rows if json else [_short(row) for row in rows], SHORT, json=json)


def _say(database: str | None, span: str, meant: Silence, *, loud: bool) -> None:
    known = configuration.default_rules()
    if meant.rule and meant.rule not in known:
        raise unknown("--rule", meant.rule, known, "rule")
    now = meant.until
    with opened(database) as store, store.writing.begin() as connection:
        meant = replace(meant, subject=_subject(connection, meant.subject))
        about = f"{meant.rule or 'every rule'}, {meant.subject or 'every subject'}"
        if loud:
            typer.echo(f"{counted(end_silences(connection, now), 'silence')} ended")
        elif span:
            until = now + parse_span("--silence", span)
            silence_for(connection, replace(meant, until=until), now)
            typer.echo(f"silent until {until:%Y-%m-%d %H:%M} +08:00: {about}")
        else:
            found = acknowledge(connection, meant.rule, meant.subject, now)
            typer.echo(f"{found} open alerts acknowledged: {about}")


def _subject(connection: Connection, given: str) -> str:
    """What rows call a subject: ``山东/captions`` is ``sd/captions``; a schedule has its own name."""
    head, slash, rest = given.partition("/")
    if any(row["name"] == given for row in watch.schedules(connection).rows):
        return given
    try:
        return f"{find(head).id}{slash}{rest}"
    except UnknownChannelError:
        return given


def _short(row: Row) -> Row:
    return {
        "rule": row["rule"],
        "subject": row["subject"],
        "opened": row["opened_at"],
        "closed": row["closed_at"] or "open",
        "what": row["message"],
    }


def _rules() -> list[Row]:
    return [
        {name: getattr(rule, name) for name in (*RULE, "title", "title_zh")}
        for rule in configuration.load().rules.values()
    ]


def _print(rows: list[Row], columns: Sequence[str], *, json: bool) -> None:
    if json:
        echo_json(rows)
    else:
        show(rows, columns)


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
    alerts = configuration.load()
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
