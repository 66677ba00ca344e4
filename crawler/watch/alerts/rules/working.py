"""Does it run?"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.report.table import counted
from crawler.watch.alerts.configuration import RuleSettings
from crawler.watch.alerts.facts import ORDERLY, STOPPED, Facts, Finding, Run
from crawler.watch.schedule import planning


def run_missing(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """A schedule has not started a crawl for 1.5 of its periods: the dead-man's switch."""
    for one in facts.schedules:
        planned = planning.overdue(one.cron, one.since, facts.now, rule.threshold)
        if planned is None:
            continue
        period = (planning.following(one.cron, planned) - planned).total_seconds()
        yield Finding(
            rule=rule.name,
            subject=one.name,
            message=f"nothing was started since {one.since:%m-%d %H:%M}; it was planned for "
            f"{planned:%m-%d %H:%M}: is the timer, or renmin serve, running?",
            value=round((facts.now - one.since).total_seconds() / period, 2),
            threshold=rule.threshold,
        )


def run_lost(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """A run was killed: it has no end and its heart stands still."""
    since = facts.lately(rule.window)
    for run in facts.runs:
        if run.is_lost(facts.now) and run.started_at >= since and not _made_good(run, facts):
            yield Finding(
                rule=rule.name,
                subject=f"run {run.id}",
                message=f"killed after {run.heartbeat_at:%m-%d %H:%M}; the next crawl of "
                f"{_named(run.channels)} goes on where it stopped",
                value=1,
                threshold=0,
            )


def run_failed(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """A run ended because something broke."""
    since = facts.lately(rule.window)
    for run in facts.runs:
        broke = run.ended_at is not None and run.reason not in ORDERLY | STOPPED
        if broke and run.started_at >= since and not _made_good(run, facts):
            yield Finding(
                rule=rule.name,
                subject=f"run {run.id}",
                message=f"ended early: {run.reason or 'no reason given'} ({_named(run.channels)})",
                value=1,
                threshold=0,
            )


def schedule_failed(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """The last planned times of a schedule did not end well."""
    for one in facts.schedules:
        if one.bad_outcomes and len(one.bad_outcomes) >= rule.threshold:
            detail = f": {one.detail}" if one.detail else ""
            yield Finding(
                rule=rule.name,
                subject=one.name,
                message=f"{one.bad_outcomes[0]}, {len(one.bad_outcomes)} in a row{detail}",
                value=len(one.bad_outcomes),
                threshold=rule.threshold,
            )


def backfill_stuck(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """The next slice of a back-fill did not end well, several times in a row."""
    for one in facts.backfills:
        if one.failures >= rule.threshold:
            yield Finding(
                rule=rule.name,
                subject=one.name,
                message=f"its next slice did not end well {counted(one.failures, 'time')} in a row "
                f"({one.detail}); it is tried again every hour: renmin backfill",
                value=one.failures,
                threshold=rule.threshold,
            )


def _made_good(run: Run, facts: Facts) -> bool:
    """Whether every channel of the run was crawled to the end since."""
    since = {
        channel
        for later in facts.runs
        if later.id > run.id and later.reason in ORDERLY
        for channel in later.channels
    }
    return since >= set(run.channels)


def _named(channels: tuple[str, ...]) -> str:
    shown = ", ".join(channels[:5])
    return shown if len(channels) <= 5 else f"{shown} and {len(channels) - 5} more"


_MIB = 1024 * 1024


def disk_low(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """The disk of the database or of the archive is nearly full."""
    for disk in facts.disks:
        percent = 100 * disk.free / disk.total
        if percent < rule.threshold or disk.free < rule.minimum * _MIB:
            yield Finding(
                rule=rule.name,
                subject=disk.path,
                message=f"{disk.free // _MIB} MiB free, {percent:.1f} %: make room, or move the "
                "database; a crawl ends when the disk is full",
                value=round(percent, 2),
                threshold=rule.threshold,
            )


def disk_full_soon(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """At the pace of the last two weeks a disk will be full within days."""
    for disk in facts.disks:
        if disk.days_left is None or disk.a_day is None or disk.days_left >= rule.threshold:
            continue
        yield Finding(
            rule=rule.name,
            subject=disk.path,
            message=f"full in about {counted(round(disk.days_left), 'day')}: "
            f"{disk.free // _MIB} MiB free, {disk.a_day / _MIB:.0f} MiB more each day; what takes it: "
            "renmin disk; what may go: renmin prune",
            value=round(disk.days_left, 1),
            threshold=rule.threshold,
        )
