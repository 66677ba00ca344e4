"""Every table of the dashboard by name: the page, its CSV and its JSON ask the same question."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import Connection
from starlette.requests import Request

from crawler.report import articles, channels, concordance, queue, runs, stats, storage, watch
from crawler.report.table import Row, Table, table
from crawler.store.selection import Selection
from crawler.watch.alerts.configuration import RuleSettings
from crawler.watch.schedule.planning import following
from crawler.web import query
from crawler.web.query import Ask


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the database: all tables of an answer come from one snapshot.

    Attributes:
        connection: Its transaction is the snapshot.
        ask: What is asked for.
        now: When.
        rules: Of the alerts, by name.
    """

    connection: Connection
    ask: Ask
    now: datetime
    rules: Mapping[str, RuleSettings]

    @property
    def channel(self) -> str | None:
        """The channel that is asked for; ``None`` for all."""
        return self.ask.channel or None

    @property
    def run(self) -> int:
        """The run that is asked for, else the last one; 0 before the first."""
        return self.ask.run or runs.newest(self.connection) or 0

    @property
    def slice(self) -> tuple[int, int]:
        """How many rows, and how many come before."""
        return self.ask.size, self.ask.offset

    def table(self, name: str) -> Table:
        """The table with this name."""
        return ANSWERS[name](self)


@contextlib.contextmanager
def looking(request: Request, ask: Ask | None = None) -> Iterator[Look]:
    """Look at the database for ``request``.

    Raises:
        StoreError: It cannot be looked at.
    """
    state = request.app.state
    with state.reader.connect() as connection:
        yield Look(connection, ask or query.read(request), state.settings.clock(), state.rules)


def _failures(look: Look) -> Table:
    limit, offset = look.slice
    reason = look.ask.reason or None
    return queue.failed_pages(
        look.connection, reason=reason, channel=look.channel, limit=limit, offset=offset
    )


def _waits(look: Look) -> Table:
    part = look.ask.waits or "waiting"
    return queue.waits(look.connection, look.now, part, look.channel, look.slice)


def _alerts(look: Look) -> Table:
    ask = look.ask
    wanted = [name for name, rule in look.rules.items() if rule.severity == ask.severity]
    return watch.alerts(
        look.connection,
        subject=look.channel,
        rules=wanted if ask.severity else None,
        state=ask.state,
        day=ask.day,
        slice_=look.slice,
    )


def _runs(look: Look) -> Table:
    ask = look.ask
    return runs.listed(
        look.connection,
        look.now,
        channel=look.channel,
        state=ask.state,
        day=ask.day,
        slice_=look.slice,
    )


def _schedules(look: Look) -> Table:
    found = watch.schedules(look.connection)
    for row in found.rows:
        if row["enabled"]:
            row["next_at"] = following(row["cron"], look.now)
    return found


def _coverage(look: Look) -> Table:
    corpus = Selection(channels=[look.channel] if look.channel else [], include_duplicates=True)
    rows = concordance.coverage(look.connection, corpus)
    return table(" ".join(concordance.COVERAGE), rows)


def _storage(look: Look) -> Table:
    found = storage.overview(look.connection, look.now)
    rows = [{"what": one.name, "size": one.bytes, "a_day": one.a_day} for one in found.parts]
    return table("what size a_day", rows, measured_at=found.measured_at)


def _disks(look: Look) -> Table:
    found = storage.overview(look.connection, look.now)
    columns = "machine path free total a_day days_left"
    return table(
        columns, [{name: getattr(one, name) for name in columns.split()} for one in found.disks]
    )


def _growth(look: Look) -> Table:
    """One row a day: what database, archive and logs took."""
    days: dict[date, Row] = {}
    for at, what, size in storage.overview(look.connection, look.now).history:
        if what in storage.WHOLES:
            empty: Row = dict.fromkeys(storage.WHOLES)
            days.setdefault(at.date(), {"day": at.date()} | empty)[what] = size
    return table(f"day {' '.join(storage.WHOLES)}", list(days.values()))


def _narrowed(ask: Ask) -> articles.Narrowed:
    return articles.Narrowed(
        channel=ask.channel, design=ask.design, relation=ask.relation, day=ask.day
    )


ANSWERS: Mapping[str, Callable[[Look], Table]] = MappingProxyType(
    {
        "today": lambda look: channels.today(look.connection, look.now),
        "days": lambda look: channels.daily(look.connection, look.now, look.channel),
        "stats": lambda look: stats.stats(look.connection, look.now, look.ask.days),
        "runs": _runs,
        "run-channels": lambda look: runs.by_channel(look.connection, look.run),
        "run-counters": lambda look: runs.counted(look.connection, look.run),
        "run-curve": lambda look: runs.curve(look.connection, look.run),
        "run-articles": lambda look: runs.latest_articles(look.connection, look.run),
        "articles": lambda look: articles.latest(look.connection, _narrowed(look.ask), *look.slice),
        "copies": lambda look: articles.copies(look.connection, look.ask.article),
        "search": lambda look: articles.found(
            look.connection, look.ask.q, _narrowed(look.ask), *look.slice
        ),
        "text-days": lambda look: stats.health_over_time(
            look.connection, look.now, look.ask.days, look.channel
        ),
        "text-damage": lambda look: stats.held_damage(look.connection, look.channel),
        "text-kinds": lambda look: stats.damage_kinds(
            stats.held_damage(look.connection, look.channel)
        ),
        "text-hosts": lambda look: stats.health_by(look.connection, "channel", look.channel),
        "text-designs": lambda look: stats.health_by(look.connection, "design", look.channel),
        "charsets": lambda look: stats.charsets(
            look.connection, look.now, look.ask.days, look.channel
        ),
        "reasons": lambda look: queue.failures_by_reason(look.connection, look.channel),
        "failures": _failures,
        "coverage": _coverage,
        "storage": _storage,
        "disks": _disks,
        "storage-days": _growth,
        "lists": lambda look: channels.list_pages(look.connection, look.now, look.channel),
        "queue": lambda look: queue.by_channel(look.connection, look.now),
        "queue-pages": _waits,
        "requests": lambda look: queue.requests(look.connection, *look.slice),
        "alerts": _alerts,
        "schedule": _schedules,
        "schedule-history": lambda look: watch.history(look.connection, *look.slice),
    }
)
