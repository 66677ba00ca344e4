"""The rules. Each is a pure function: facts and its settings in, findings out.

To add one: write the function, name it in :data:`RULES`, give it a table in ``alerts.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from crawler.watch.alerts.facts import Facts, Finding
from crawler.watch.alerts.rules import intake, quality, working
from crawler.watch.alerts.settings import RuleSettings

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
    "field_missing": quality.field_missing,
    "design_shift": quality.design_shift,
    "text_shift": quality.text_shift,
    "text_short": quality.text_short,
    "text_lost": quality.text_lost,
    "own_faults": quality.own_faults,
    # Can it go on?
    "disk_low": working.disk_low,
    "disk_full_soon": working.disk_full_soon,
}


def findings(facts: Facts, settings: Mapping[str, RuleSettings]) -> list[Finding]:
    """All that is wrong, in the order of the rules."""
    return [
        finding
        for name, rule in RULES.items()
        if settings[name].enabled
        for finding in rule(facts, settings[name])
        if not settings[name].ignores(finding.subject)
    ]
