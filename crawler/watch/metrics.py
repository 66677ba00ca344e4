"""The figures in Prometheus' text format, version 0.0.4.

All series are gauges that are read from the tables: a crawl ends before anybody could scrape it,
so what it did is told by the figures of each channel's last run that is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler import __version__, clock
from crawler.store.migrations import HEAD
from crawler.store.tables import alert, frontier, run
from crawler.watch.alerts.facts import ChannelRun, Facts, ListPage
from crawler.watch.alerts.inputs import gather
from crawler.watch.alerts.settings import default_rules

PREFIX = "renmin_"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: the labels with their values, and the number."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """One metric: its name without the prefix, what it counts, its samples."""

    name: str
    help: str
    samples: tuple[Sample, ...]


# Of each list page that a crawl starts from.
_LIST_SERIES: tuple[tuple[str, str, Callable[[ListPage], float | None]], ...] = (
    ("list_status", "HTTP status of a list page's last look; 0 without an answer.",
     lambda page: page.status or 0),
    ("list_links", "Articles that a list page led to when it was last read.",
     lambda page: page.links),
    ("list_newest_timestamp_seconds", "The latest day that an address on a list page named.",
     lambda page: page.newest_at.timestamp() if page.newest_at else None),
    ("list_brought_timestamp_seconds", "When a list page last brought something new.",
     lambda page: page.brought_at.timestamp()),
)  # fmt: skip


def exposition(connection: Connection, now: datetime | None = None) -> str:
    """Write all series.

    Args:
        connection: Any.
        now: The moment of asking; the clock's if ``None``.

    Returns:
        Lines of text; a series without samples still has its HELP and TYPE.
    """
    now = now or clock.now()
    facts = gather(connection, now)
    series = [
        *_of_last_runs(facts),
        *_of_tables(connection, facts),
    ]
    return "".join(line for one in series for line in _lines(one))


def health(connection: Connection, now: datetime | None = None) -> dict[str, object]:
    """What ``/healthz`` says of a database that answers.

    Returns:
        ``status`` (always ``ok``: a database that does not answer raises instead), ``schema``,
        ``run_age_seconds`` since the last sign of life of a crawl (null before the first), and
        ``alerts_open``.
    """
    now = now or clock.now()
    query = sa.select(sa.func.max(run.c.heartbeat_at, type_=run.c.heartbeat_at.type))
    beat: datetime | None = connection.scalar(query)
    open_alerts = sa.select(sa.func.count()).where(alert.c.closed_at.is_(None))
    return {
        "status": "ok",
        "version": __version__,
        "schema": HEAD,
        "run_age_seconds": int((now - beat).total_seconds()) if beat else None,
        "alerts_open": connection.scalar(open_alerts),
    }


def _of_last_runs(facts: Facts) -> Iterator[Series]:
    last = [runs[0] for runs in facts.channels.values()]
    yield Series(
        "last_run_timestamp_seconds",
        "When the channel's last run that is over began.",
        tuple(_of(one, one.started_at.timestamp()) for one in last),
    )
    yield Series(
        "last_run_articles",
        "Articles of the last run, by whether they were new, changed or unchanged.",
        tuple(
            _of(one, one.count(f"article/{event}"), event=event)
            for one in last
            for event in ("new", "changed", "unchanged")
        ),
    )
    for name, prefix, label, what in (
        ("last_run_responses", "status/", "status", "Responses of the last run by HTTP status."),
        ("last_run_failures", "failure/", "reason", "Visits of the last run that brought nothing."),
        ("last_run_designs", "template/", "design", "Articles of the last run by page design."),
    ):
        yield Series(name, what, tuple(_by_name(last, prefix, label)))
    yield Series(
        "last_run_field_ratio",
        "Share of the last run's new and changed articles in which a field is filled.",
        tuple(_ratios(last)),
    )
    yield Series(
        "last_run_text",
        "Articles of the last run whose text was repaired or is doubtful, and lost characters "
        "(U+FFFD) that were stored.",
        tuple(
            _of(one, one.count(name), kind=kind)
            for one in last
            for kind, name in (
                ("repaired", "article/repaired"),
                ("doubtful", "article/doubtful"),
                ("lost_characters", "text/fffd"),
            )
        ),
    )


def _of_tables(connection: Connection, facts: Facts) -> Iterator[Series]:
    yield Series(
        "newest_article_timestamp_seconds",
        "When the newest article of the channel was published.",
        tuple(
            Sample({"channel": channel}, at.timestamp())
            for channel, at in facts.newest.items()
            if at is not None
        ),
    )
    for name, what, value in _LIST_SERIES:
        yield Series(
            name,
            what,
            tuple(
                Sample({"channel": page.channel, "list": page.node_id}, found)
                for page in facts.lists
                if (found := value(page)) is not None
            ),
        )
    states = Counter(_state(one.is_lost(facts.now), one.is_over(facts.now)) for one in facts.runs)
    yield Series(
        "runs",
        "Runs of the last twelve weeks: running, ended, or lost (killed).",
        tuple(Sample({"state": one}, states[one]) for one in ("running", "ended", "lost")),
    )
    waiting = sa.select(frontier.c.state, sa.func.count()).group_by(frontier.c.state)
    yield Series(
        "frontier_pages",
        "Pages of the frontier by state.",
        tuple(
            Sample({"state": state.lower()}, number)
            for state, number in sorted((row[0], row[1]) for row in connection.execute(waiting))
        ),
    )
    yield Series(
        "alerts_open",
        "Open alerts by rule.",
        tuple(_alerts(connection)),
    )


def _of(one: ChannelRun, value: float, **labels: str) -> Sample:
    return Sample({"channel": one.channel, **labels}, value)


def _by_name(runs: Iterable[ChannelRun], prefix: str, label: str) -> Iterator[Sample]:
    for one in runs:
        for name, value in sorted(one.counts.items()):
            if name.startswith(prefix):
                yield _of(one, value, **{label: name.removeprefix(prefix)})


def _ratios(runs: Iterable[ChannelRun]) -> Iterator[Sample]:
    for one in runs:
        for name, value in sorted(one.counts.items()):
            if name.startswith("field/") and one.articles:
                share = round(value / one.articles, 4)
                yield _of(one, share, field=name.removeprefix("field/"))


def _alerts(connection: Connection) -> Iterator[Sample]:
    query = sa.select(alert.c.rule, sa.func.count()).where(alert.c.closed_at.is_(None))
    number = {row[0]: row[1] for row in connection.execute(query.group_by(alert.c.rule))}
    for rule in default_rules().values():
        labels = {"rule": rule.name, "severity": rule.severity}
        yield Sample(labels, number.get(rule.name, 0))


def _state(lost: bool, over: bool) -> str:
    if lost:
        return "lost"
    return "ended" if over else "running"


def _lines(one: Series) -> Iterator[str]:
    name = PREFIX + one.name
    yield f"# HELP {name} {_escaped(one.help)}\n"
    yield f"# TYPE {name} gauge\n"
    for sample in one.samples:
        labels = ",".join(f'{key}="{_quoted(value)}"' for key, value in sample.labels.items())
        yield f"{name}{{{labels}}} {_number(sample.value)}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
