"""Does something come in?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from crawler.watch.alerts import baseline
from crawler.watch.alerts.facts import Facts, Finding
from crawler.watch.alerts.settings import RuleSettings

_REFUSALS = ("status/403", "status/429")


def articles_low(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """The last run brought less than half of the articles that such runs bring."""
    for channel, runs in facts.channels.items():
        latest = next((run for run in runs if run.whole), None)
        if latest is None:
            continue
        before = (*runs, *facts.earlier.get(channel, ()))
        usual = baseline.usual_number(latest, before, rule.window)
        new = latest.count("article/new")
        if usual is not None and usual >= rule.minimum and new < rule.threshold * usual:
            yield Finding(
                rule=rule.name,
                subject=channel,
                message=f"{new} new articles, where such runs bring {usual:g}",
                value=new,
                threshold=rule.threshold * usual,
            )


def source_stale(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """The newest article of a channel is old, or there is none."""
    since = facts.lately(rule.window)
    for channel, runs in facts.channels.items():
        if runs[0].started_at < since:
            continue
        newest = facts.newest.get(channel)
        if newest is None:
            yield Finding(
                rule=rule.name,
                subject=channel,
                message="it was crawled, and holds no article with a date",
                value=round((facts.now - runs[-1].started_at).total_seconds() / 3600, 1),
                threshold=rule.threshold,
            )
            continue
        hours = (facts.now - newest).total_seconds() / 3600
        if hours > rule.threshold:
            yield Finding(
                rule=rule.name,
                subject=channel,
                message=f"the newest article is of {newest:%m-%d %H:%M}, {hours:.0f} hours ago",
                value=round(hours, 1),
                threshold=rule.threshold,
            )


def list_dead(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """A list page fails, leads to nothing, or has brought nothing new for long."""
    for page in facts.lists:
        # robots_refused tells of those.
        if page.looked_at < facts.lately(rule.window) or (page.reason or "").startswith("robots"):
            continue
        failing = _days(facts, page.failing_since) if page.failing_since else 0.0
        quiet = _days(facts, page.brought_at)
        why = f"{page.reason or 'it leads to no article'}, for {failing:.0f} days"
        if failing < rule.minimum:
            if quiet <= rule.threshold:
                continue
            why = f"nothing new for {quiet:.0f} days"
        yield Finding(
            rule=rule.name,
            subject=f"{page.channel}/{page.node_id}",
            message=f"{page.label} {page.url}: {why}; look with: renmin probe {page.channel}",
            value=round(failing if failing >= rule.minimum else quiet, 1),
            threshold=rule.minimum if failing >= rule.minimum else rule.threshold,
        )


def _days(facts: Facts, since: datetime) -> float:
    return (facts.now - since).total_seconds() / 86_400


def pages_failing(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """Many visits of the last run brought nothing, or all of them."""
    for channel, runs in facts.channels.items():
        failed = runs[0].count("failure/")
        visits = failed + runs[0].count("page/")
        if _too_many(failed, visits, rule, fewest=visits):
            yield Finding(
                rule=rule.name,
                subject=channel,
                message=f"{failed} of {visits} visits failed: {_reasons(runs[0].counts)}",
                value=round(failed / visits, 4),
                threshold=rule.threshold,
            )


def requests_refused(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """The site answers 403 or 429: we are too fast, or not wanted."""
    for channel, runs in facts.channels.items():
        refused = runs[0].count(*_REFUSALS)
        responses = runs[0].count("status/")
        if _too_many(refused, responses, rule, fewest=refused):
            yield Finding(
                rule=rule.name,
                subject=channel,
                message=f"{refused} of {responses} responses were 403 or 429; raise the delay, "
                "and see whether the site still wants to be crawled",
                value=round(refused / responses, 4),
                threshold=rule.threshold,
            )


def robots_refused(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """robots.txt of a host says no, or cannot be read: nothing is fetched from there."""
    for host in facts.hosts:
        if host.robots != "allowed" and host.at >= facts.lately(rule.window):
            yield Finding(
                rule=rule.name,
                subject=host.name,
                message=f"robots.txt: {host.robots}{f': {host.detail}' if host.detail else ''}",
                value=1,
                threshold=0,
            )


def _too_many(part: int, whole: int, rule: RuleSettings, fewest: int) -> bool:
    """Whether the share is over the threshold, and either enough were seen or it is everything."""
    if not part or part <= rule.threshold * whole:
        return False
    return part == whole or fewest >= rule.minimum


def _reasons(counts: Mapping[str, int]) -> str:
    """The commonest reasons, as ``http_404 12, timeout 3``."""
    found = ((value, name) for name, value in counts.items() if name.startswith("failure/"))
    return ", ".join(
        f"{name.removeprefix('failure/')} {value}"
        for value, name in sorted(found, reverse=True)[:3]
    )
