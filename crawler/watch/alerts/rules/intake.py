"""Does something come in, and is it what it was? Values are looked at, not only presence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from statistics import median

from crawler.watch.alerts.configuration import RuleSettings
from crawler.watch.alerts.facts import (
    ChannelRun,
    Comparison,
    Facts,
    Finding,
    Size,
    chance,
    compare,
    usual_number,
    usual_share,
    variation,
)

_REFUSALS = ("status/403", "status/429")


def articles_low(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """The last run brought less than half of the articles that such runs bring."""
    for channel, runs in facts.channels.items():
        latest = next((run for run in runs if run.whole), None)
        if latest is None:
            continue
        before = (*runs, *facts.earlier.get(channel, ()))
        usual = usual_number(latest, before, rule.window)
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


_DESIGNS = ("template/", "failure/extraction")
# Articles that a rule repaired; that hold a place nobody could decide; whose page lied about its
# charset.
_HEALTH = {
    "repaired": "article/repaired",
    "doubtful": "article/doubtful",
    "mislabelled": "charset/disagrees",
}


def field_missing(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """A field is filled less often than it used to be."""
    for channel, runs in facts.channels.items():
        for field in _fields(runs):
            whole = "field/photos" if field == "captions" else None
            found = _compared(runs, rule, whole)
            if found is None:
                continue
            size = _size(found.now, whole)
            share = found.now[f"field/{field}"] / size
            usual = _usual(found, f"field/{field}", whole)
            by_chance = chance(usual, found.of, size)
            limit = usual - max(rule.threshold, by_chance)
            if share < limit:
                yield Finding(
                    rule=rule.name,
                    subject=f"{channel}/{field}",
                    message=f"{field}: in {share:.0%} of {size} articles"
                    f"{' with photos' if whole else ''}, usually in {usual:.0%}",
                    value=round(share, 4),
                    threshold=round(limit, 4),
                )


def design_shift(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """The mixture of page designs is another one, or pages cannot be read: the site changed."""
    for channel, runs in facts.channels.items():
        found = compare(
            runs, lambda run: run.count(*_DESIGNS), minimum=rule.minimum, window=rule.window
        )
        if found is None:
            continue
        now, usual = _designs(found.now), _usual_designs(found)
        distance, by_chance = variation(now, usual, found.of)
        limit = rule.threshold + by_chance
        if distance > limit:
            yield Finding(
                rule=rule.name,
                subject=channel,
                message=f"page designs now {_mixture(now)}; usually {_mixture(usual)}",
                value=round(distance, 4),
                threshold=round(limit, 4),
            )


def text_shift(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """More articles, or fewer, than usual are repaired, undecidable or mislabelled."""
    for channel, runs in facts.channels.items():
        found = _compared(runs, rule)
        if found is None:
            continue
        size = _size(found.now)
        for what, name in _HEALTH.items():
            share, usual = found.now[name] / size, _usual(found, name)
            by_chance = chance(usual, found.of, size)
            limit = max(rule.threshold, by_chance)
            if abs(share - usual) > limit:
                yield Finding(
                    rule=rule.name,
                    subject=f"{channel}/{what}",
                    message=f"{share:.0%} of {size} articles are {what}, usually {usual:.0%}",
                    value=round(share, 4),
                    threshold=round(usual + limit if share > usual else usual - limit, 4),
                )


def text_short(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """Articles are much shorter than usual: bodies are cut, though every field is filled."""
    for channel, runs in facts.channels.items():
        found = _compared(runs, rule)
        if found is None:
            continue
        mean = found.now["text/characters"] / _size(found.now)
        usual = median(run.count("text/characters") / run.articles for run in found.before)
        if mean < rule.threshold * usual:
            yield Finding(
                rule=rule.name,
                subject=channel,
                message=f"{mean:.0f} characters an article, usually {usual:.0f}",
                value=round(mean, 1),
                threshold=round(rule.threshold * usual, 1),
            )


def text_lost(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """Texts with U+FFFD were stored: characters that nobody can bring back."""
    for channel, runs in facts.channels.items():
        lost = runs[0].count("text/fffd")
        if lost > rule.threshold:
            yield Finding(
                rule=rule.name,
                subject=channel,
                message=f"{lost} lost characters (U+FFFD) in what run {runs[0].run_id} stored",
                value=lost,
                threshold=rule.threshold,
            )


def own_faults(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """Pages on which our own code broke: nothing is wrong with the site."""
    for channel, runs in facts.channels.items():
        broke = runs[0].count("failure/error_")
        if broke > rule.threshold:
            yield Finding(
                rule=rule.name,
                subject=channel,
                message=f"renmin itself broke on {broke} pages of run {runs[0].run_id}; they are "
                "archived: upgrade, then renmin reparse; please report it",
                value=broke,
                threshold=rule.threshold,
            )


def _compared(
    runs: tuple[ChannelRun, ...], rule: RuleSettings, whole: str | None = None
) -> Comparison | None:
    return compare(runs, _sizing(whole), minimum=rule.minimum, window=rule.window)


def _usual(found: Comparison, name: str, whole: str | None = None) -> float:
    return usual_share(found.before, lambda run: run.count(name), _sizing(whole))


def _sizing(whole: str | None) -> Size:
    """What a share is a share of: the counter ``whole``, or else all articles."""
    return lambda run: run.count(whole) if whole else run.articles


def _size(counts: Counter[str], whole: str | None = None) -> int:
    return counts[whole] if whole else counts["article/new"] + counts["article/changed"]


def _fields(runs: tuple[ChannelRun, ...]) -> list[str]:
    """Every field that was ever filled in these runs."""
    names = {name for run in runs for name in run.counts if name.startswith("field/")}
    return sorted(name.removeprefix("field/") for name in names)


def _designs(counts: Mapping[str, int]) -> dict[str, int]:
    """Numbers by design; pages that could not be read are a kind of their own."""
    found: Counter[str] = Counter()
    for name, value in counts.items():
        if name.startswith("template/"):
            found[name.removeprefix("template/")] += value
        elif name.startswith("failure/extraction"):
            found["unreadable"] += value
    return dict(found)


def _usual_designs(found: Comparison) -> dict[str, float]:
    """Shares by design that add up to 1."""
    by_run = {run.run_id: _designs(run.counts) for run in found.before}
    kinds = {kind for designs in by_run.values() for kind in designs}
    shares = {
        kind: usual_share(
            found.before,
            lambda run, kind=kind: by_run[run.run_id].get(kind, 0),  # type: ignore[misc]
            lambda run: sum(by_run[run.run_id].values()),
        )
        for kind in kinds
    }
    total = sum(shares.values()) or 1.0
    return {kind: share / total for kind, share in shares.items()}


def _mixture(designs: Mapping[str, float]) -> str:
    total = sum(designs.values())
    common = sorted(designs.items(), key=lambda item: (-item[1], item[0]))[:3]
    return ", ".join(f"{name} {number / total:.0%}" for name, number in common)
