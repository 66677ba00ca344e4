"""The rules. Each is a pure function: facts and its settings in, findings out.

To add one: write the function, name it in :data:`RULES`, give it a table in ``alerts.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from crawler.watch.alerts.configuration import RuleSettings
from crawler.watch.alerts.facts import Facts, Finding
from crawler.watch.alerts.rules import intake, working

Rule = Callable[[Facts, RuleSettings], Iterable[Finding]]

RULES: Mapping[str, Rule] = {
    # Does it run?
    "run_missing": working.run_missing,
    "run_lost": working.run_lost,
    "run_failed": working.run_failed,
    "schedule_failed": working.schedule_failed,
    "backfill_stuck": working.backfill_stuck,
    # Does something come in?
    "articles_low": intake.articles_low,
    "source_stale": intake.source_stale,
    "list_dead": intake.list_dead,
    "pages_failing": intake.pages_failing,
    "requests_refused": intake.requests_refused,
    "robots_refused": intake.robots_refused,
    # Is it what it was?
    "field_missing": intake.field_missing,
    "design_shift": intake.design_shift,
    "text_shift": intake.text_shift,
    "text_short": intake.text_short,
    "text_lost": intake.text_lost,
    "own_faults": intake.own_faults,
    # Can it go on?
    "disk_low": working.disk_low,
    "disk_full_soon": working.disk_full_soon,
}


def findings(facts: Facts, settings: Mapping[str, RuleSettings]) -> list[Finding]:
    """All that is wrong, in the order of the rules; what only follows from another is left out."""
    found = [
        finding
        for name, rule in RULES.items()
        if settings[name].enabled
        for finding in rule(facts, settings[name])
        if not settings[name].ignores(finding.subject)
    ]
    return [one for one in found if not _follows(one, found, facts)]


def _follows(one: Finding, found: Sequence[Finding], facts: Facts) -> bool:
    """Whether a finding is told by another: one trouble is one alert."""
    told = {(each.rule, each.subject) for each in found}
    if one.rule in ("pages_failing", "articles_low"):
        refused = ("requests_refused", one.subject) in told
        return (refused and _share(facts, one.subject, "failure/http_403", "failure/http_429")) or (
            one.rule == "articles_low"
            and ("pages_failing", one.subject) in told
            and _share(facts, one.subject, "failure/")
        )
    if one.rule == "robots_refused":
        # Nothing of the site was reached: that is told of the run.
        return any(
            run.reason == "unreachable" and ("run_failed", f"run {run.id}") in told
            for run in facts.runs
            for host in facts.hosts
            if host.name == one.subject and host.robots == "unreadable"
            if run.started_at <= host.at <= (run.ended_at or facts.now)
        )
    if one.rule == "run_failed":
        run = next(run for run in facts.runs if one.subject == f"run {run.id}")
        if run.reason == "disk_full":
            return any(rule == "disk_low" for rule, _ in told)
        # No list could be read, since each channel refused us.
        why = {("requests_refused", channel) for channel in run.channels}
        return run.reason == "lists_failed" and why <= told
    return False


def _share(facts: Facts, channel: str, *names: str) -> bool:
    """Whether these counters are half of the visits of a channel's last run, or more."""
    last = facts.channels[channel][0]
    return 2 * last.count(*names) >= last.count("failure/") + last.count("page/")
