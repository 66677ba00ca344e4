"""The figures in Prometheus' text format, version 0.0.4.

All series are gauges that are read from the tables: a crawl ends before anybody could scrape it,
so what it did is told by the figures of each channel's last run that is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from crawler import __version__, clock
from crawler.report import storage
from crawler.store.migrations import HEAD
from crawler.store.tables import alert, frontier, run
from crawler.watch.alerts.configuration import default_rules
from crawler.watch.alerts.facts import ChannelRun, Facts, ListFacts
from crawler.watch.alerts.inputs import gather

PREFIX = "renmin_"
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Sample(NamedTuple):
    """The labels with their values, and the number."""

    labels: dict[str, str]
    value: float


class _Figures(Collector):
    """Series that were read for one answer."""

    def __init__(self, series: Iterable[Metric]) -> None:
        self._series = tuple(series)

    def collect(self) -> Iterable[Metric]:
        """What :func:`exposition` prints."""
        return self._series


def _series(name: str, what: str, samples: Iterable[Sample]) -> Metric:
    """One metric: its name without the prefix, what it counts, its samples."""
    gauge = GaugeMetricFamily(PREFIX + name, what)
    for labels, value in samples:
        gauge.add_sample(gauge.name, labels, value)
    return gauge


# Of each list page that a crawl starts from.
_LIST_SERIES: tuple[tuple[str, str, Callable[[ListFacts], float | None]], ...] = (
    ("list_status", "HTTP status of a list page's last look; 0 without an answer.",
     lambda page: page.status or 0),
    ("list_links", "Articles that a list page led to when it was last read.",
     lambda page: page.links),
    ("list_newest_timestamp_seconds", "The latest day that an address on a list page named.",
     lambda page: page.newest_at.timestamp() if page.newest_at else None),
    ("list_brought_timestamp_seconds", "When a list page last brought something new.",
     lambda page: page.brought_at.timestamp()),
)  # fmt: skip


# Of each disk that holds files of ours.
_DISK_SERIES: tuple[tuple[str, str, Callable[[storage.DiskUse], float | None]], ...] = (
    ("disk_free_bytes", "Room on a disk that holds files of renmin, by the last sample.",
     lambda disk: disk.free),
    ("disk_full_days", "Days until it is full, at the pace of the last two weeks.",
     lambda disk: disk.days_left),
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
    registry = CollectorRegistry(auto_describe=False)
    series = [*_of_last_runs(facts), *_of_tables(connection, facts)]
    registry.register(_Figures([*series, *_of_storage(connection, now)]))
    return generate_latest(registry).decode()


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


def _of_last_runs(facts: Facts) -> Iterator[Metric]:
    last = [runs[0] for runs in facts.channels.values()]
    yield _series(
        "last_run_timestamp_seconds",
        "When the channel's last run that is over began.",
        tuple(_of(one, one.started_at.timestamp()) for one in last),
    )
    yield _series(
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
        yield _series(name, what, tuple(_by_name(last, prefix, label)))
    yield _series(
        "last_run_field_ratio",
        "Share of the last run's new and changed articles in which a field is filled.",
        tuple(_ratios(last)),
    )
    yield _series(
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


def _of_tables(connection: Connection, facts: Facts) -> Iterator[Metric]:
    yield _series(
        "newest_article_timestamp_seconds",
        "When the newest article of the channel was published.",
        tuple(
            Sample({"channel": channel}, at.timestamp())
            for channel, at in facts.newest.items()
            if at is not None
        ),
    )
    for name, what, value in _LIST_SERIES:
        yield _series(
            name,
            what,
            tuple(
                Sample({"channel": page.channel, "list": page.node_id}, found)
                for page in facts.lists
                if (found := value(page)) is not None
            ),
        )
    states = Counter(_state(one.is_lost(facts.now), one.is_over(facts.now)) for one in facts.runs)
    yield _series(
        "runs",
        "Runs of the last twelve weeks: running, ended, or lost (killed).",
        tuple(Sample({"state": one}, states[one]) for one in ("running", "ended", "lost")),
    )
    waiting = sa.select(frontier.c.state, sa.func.count()).group_by(frontier.c.state)
    yield _series(
        "frontier_pages",
        "Pages of the frontier by state.",
        tuple(
            Sample({"state": state.lower()}, number)
            for state, number in sorted((row[0], row[1]) for row in connection.execute(waiting))
        ),
    )
    yield _series(
        "alerts_open",
        "Open alerts by rule.",
        tuple(_alerts(connection)),
    )


def _of_storage(connection: Connection, now: datetime) -> Iterator[Metric]:
    found = storage.overview(connection, now)
    yield _series(
        "storage_bytes",
        "Size of what renmin keeps, by the last sample; database, archive and logs add up.",
        tuple(Sample({"part": part.name}, part.bytes) for part in found.parts),
    )
    for name, what, value in _DISK_SERIES:
        yield _series(
            name,
            what,
            tuple(
                Sample({"machine": disk.machine, "path": disk.path}, figure)
                for disk in found.disks
                if (figure := value(disk)) is not None
            ),
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
