"""Look, enter what is wrong, tell: what ``renmin check`` and ``renmin serve`` do.

An alert is opened once, kept while its finding lasts, and closed when that is gone. Do not tell of
these for a while: a :class:`Silence`. I know of that one: :func:`acknowledge`.

All functions run inside the caller's transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.config import Config
from crawler.errors import ConfigError
from crawler.site import channels
from crawler.store import requests
from crawler.store.engine import Store
from crawler.store.open import file_of
from crawler.store.tables import alert, notice, silence
from crawler.watch.alerts import notices, notifiers
from crawler.watch.alerts.configuration import AlertSettings
from crawler.watch.alerts.facts import Facts, Finding
from crawler.watch.alerts.inputs import disks, gather
from crawler.watch.alerts.rules import findings
from crawler.watch.alerts.rules.working import disk_low

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to.

    Attributes:
        change: What it changed in the table of alerts.
        delivered: How many notices went out.
    """

    change: LookResult
    delivered: int

    @property
    def is_open(self) -> bool:
        """Whether any alert is open now."""
        return bool(self.change.opened or self.change.standing)


def check(
    store: Store,
    settings: AlertSettings,
    now: Callable[[], datetime],
    files: Iterable[Path] = (),
) -> Checked:
    """Look for what is wrong, enter it, and send the notices that wait.

    A way whose secret cannot be read fails like a server that is away; the others are told.
    """
    ways = ways_of(settings, now)
    moment = now()
    with store.reading.connect() as connection:
        found = findings(gather(connection, moment, files), settings.rules)
        resting = requests.paused(connection).keys() | _disabled()
    found = [one for one in found if one.subject.split("/")[0] not in resting]
    hours = settings.reminders.hours
    with store.writing.begin() as connection:
        change = enter(connection, found, settings.ways, moment)
        if hours:
            remind(connection, settings.ways, moment, timedelta(hours=hours))
    return Checked(change, notices.deliver(store, ways, settings.rules, moment))


def low_disks(settings: AlertSettings, config: Config, now: datetime) -> list[Finding]:
    """What the rule ``disk_low`` finds, without a look into the database."""
    facts = Facts(
        now=now,
        runs=(),
        channels={},
        earlier={},
        newest={},
        schedules=(),
        hosts=(),
        disks=disks(watched_files(config)),
    )
    rule = settings.rules["disk_low"]
    return list(disk_low(facts, rule)) if rule.enabled else []


def tell_at_once(
    found: Iterable[Finding], settings: AlertSettings, now: Callable[[], datetime]
) -> None:
    """Send findings that cannot be entered, since nothing can be written; a way may fail.

    There is no row that says what was told already: they are sent again by each check.
    """
    for name, send in ways_of(settings, now).items():
        for each in found:
            one = notices.Notice(
                id=0,
                event="opened",
                rule=settings.rules[each.rule],
                subject=each.subject,
                message=each.message,
                value=each.value,
                threshold=each.threshold,
                opened_at=now(),
                closed_at=None,
            )
            if error := notices.error_of(send, [one]):
                logger.warning("failed way=%s rule=%s: %s", name, each.rule, error)


def watched_files(config: Config) -> tuple[Path, ...]:
    """The files whose disks must not fill up: the database, if it is one, and the archive."""
    path = file_of(config.database)
    return (*([path] if path else []), config.archive_path)


def ways_of(settings: AlertSettings, now: Callable[[], datetime]) -> Mapping[str, notices.Send]:
    """How to send by each way that the settings name."""
    makers: dict[str, Callable[[], notices.Send]] = {
        "log": lambda: notices.log,
        "webhook": lambda: notifiers.webhook_sender(settings.webhook, now),
        "email": lambda: notifiers.email_sender(settings.email, now),
        "services": lambda: notifiers.services_sender(settings.services),
    }
    return {way: _made(makers[way]) for way in settings.ways}


def wrong_ways(settings: AlertSettings, now: Callable[[], datetime]) -> dict[str, str]:
    """What is wrong with which way, as far as it can be seen without sending."""
    wrong = {}
    for way, send in ways_of(settings, now).items():
        if isinstance(send, _Broken):
            wrong[way] = str(send.error)
    return wrong


def test_notice(settings: AlertSettings, now: Callable[[], datetime]) -> dict[str, str | None]:
    """Send a notice that is none by each way: the error in words, ``None`` if it went well."""
    rule = settings.rules["run_missing"]
    one = notices.Notice(
        id=0,
        event="test",
        rule=replace(rule, title="a test", title_zh="测试消息", severity="notice"),
        subject="test",
        message="This is a test: whoever reads it will be told of alerts. 测试消息，收到即表示告警能够送达。",
        value=None,
        threshold=None,
        opened_at=now(),
        closed_at=None,
    )
    return {way: notices.error_of(send, [one]) for way, send in ways_of(settings, now).items()}


@dataclass(frozen=True, slots=True)
class _Broken:
    """Stands for a way that cannot be used: each notice fails with the reason, and waits."""

    error: ConfigError

    def __call__(self, _batch: notices.Batch) -> None:
        raise self.error


def _made(maker: Callable[[], notices.Send]) -> notices.Send:
    try:
        return maker()
    except ConfigError as error:
        return _Broken(error)


def _disabled() -> set[str]:
    return {name for name, channel in channels.load().items() if not channel.enabled}


# Two processes that look at once: the second waits for the first.
_POSTGRES_LOCK = sa.text("SELECT pg_advisory_xact_lock(1634497125)")
_LONGEST_SUBJECT = 128


@dataclass(frozen=True, slots=True)
class LookResult:
    """What a look has changed.

    Attributes:
        opened: Ids of alerts that are new.
        closed: Ids of alerts whose finding is gone.
        standing: How many were open before and still are.
    """

    opened: tuple[int, ...]
    closed: tuple[int, ...]
    standing: int


def enter(
    connection: Connection, findings: Sequence[Finding], ways: Sequence[str], now: datetime
) -> LookResult:
    """Bring the table of alerts up to date, and queue a notice for each change and way.

    Args:
        connection: Of a writing transaction.
        findings: All that is wrong now.
        ways: How it is told.
        now: The moment of the look.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_POSTGRES_LOCK)
    found = {(one.rule, one.subject[:_LONGEST_SUBJECT]): one for one in findings}
    standing = {
        (row.rule, row.subject): row.id
        for row in connection.execute(
            sa.select(alert.c.id, alert.c.rule, alert.c.subject).where(alert.c.closed_at.is_(None))
        )
    }
    opened = tuple(_open(connection, one, now) for key, one in found.items() if key not in standing)
    closed = tuple(row_id for key, row_id in standing.items() if key not in found)
    for key, row_id in standing.items():
        if key in found:
            _see(connection, row_id, found[key], now)
    if closed:
        statement = sa.update(alert).where(alert.c.id.in_(closed))
        connection.execute(statement.values(closed_at=now))
    _queue(connection, "opened", _loud(connection, opened, now), ways, now)
    # What nobody was told of has no end that they would want to hear of.
    _queue(connection, "closed", _told(connection, _loud(connection, closed, now)), ways, now)
    return LookResult(opened, closed, len(standing) - len(closed))


def remind(connection: Connection, ways: Sequence[str], now: datetime, every: timedelta) -> int:
    """Queue what is open, was told last so long ago or never, and that nobody acknowledged.

    Returns:
        How many alerts these are.
    """
    last = sa.select(sa.func.max(sa.func.coalesce(notice.c.sent_at, notice.c.next_at)))
    last = last.where(notice.c.alert_id == alert.c.id)
    told = last.scalar_subquery()
    query = sa.select(alert.c.id).where(
        alert.c.closed_at.is_(None),
        alert.c.acknowledged_at.is_(None),
        sa.or_(told.is_(None), told <= now - every),
    )
    ids = _loud(connection, tuple(connection.scalars(query)), now)
    _queue(connection, "reminder", ids, ways, now)
    return len(ids)


def _loud(connection: Connection, ids: Sequence[int], now: datetime) -> tuple[int, ...]:
    """Those of the alerts that no silence covers."""
    quiet = silences_in_force(connection, now)
    if not quiet or not ids:
        return tuple(ids)
    query = sa.select(alert.c.id, alert.c.rule, alert.c.subject).where(alert.c.id.in_(ids))
    return tuple(
        row.id
        for row in connection.execute(query)
        if not any(one.covers(row.rule, row.subject) for one in quiet)
    )


def _told(connection: Connection, ids: Sequence[int]) -> tuple[int, ...]:
    """Those of the alerts that were queued once."""
    query = sa.select(notice.c.alert_id).where(notice.c.alert_id.in_(ids)).distinct()
    return tuple(connection.scalars(query))


def _open(connection: Connection, finding: Finding, now: datetime) -> int:
    row = {
        "rule": finding.rule,
        "subject": finding.subject[:_LONGEST_SUBJECT],
        "message": finding.message,
        "value": finding.value,
        "threshold": finding.threshold,
        "opened_at": now,
        "seen_at": now,
    }
    row_id: int = connection.execute(sa.insert(alert).returning(alert.c.id), row).scalar_one()
    return row_id


def _see(connection: Connection, row_id: int, finding: Finding, now: datetime) -> None:
    connection.execute(
        sa.update(alert)
        .where(alert.c.id == row_id)
        .values(
            seen_at=now,
            message=finding.message,
            value=finding.value,
            threshold=finding.threshold,
        )
    )


def _queue(
    connection: Connection, event: str, ids: Sequence[int], ways: Sequence[str], now: datetime
) -> None:
    rows = [
        {"alert_id": row_id, "event": event, "way": way, "attempts": 0, "next_at": now}
        for row_id in ids
        for way in ways
    ]
    if rows:
        connection.execute(sa.insert(notice), rows)


@dataclass(frozen=True, slots=True)
class Silence:
    """Until when which alerts are not told; an empty rule or subject stands for all."""

    rule: str
    subject: str
    until: datetime

    def covers(self, rule: str, subject: str) -> bool:
        """Whether an alert is meant; a channel stands for all that is about it."""
        return self.rule in ("", rule) and self.subject in ("", subject, subject.split("/")[0])


def silences_in_force(connection: Connection, now: datetime) -> list[Silence]:
    """The silences of this moment, the one that ends first first."""
    query = sa.select(silence.c.rule, silence.c.subject, silence.c.until)
    rows = connection.execute(query.where(silence.c.until > now).order_by(silence.c.until))
    return [Silence(*row) for row in rows]


def silence_for(connection: Connection, new: Silence, now: datetime, note: str = "") -> None:
    """Keep a silence."""
    values = {"rule": new.rule, "subject": new.subject, "until": new.until}
    connection.execute(sa.insert(silence), values | {"made_at": now, "note": note})


def end_silences(connection: Connection, now: datetime) -> int:
    """End all silences; how many there were."""
    statement = sa.update(silence).where(silence.c.until > now).values(until=now)
    return connection.execute(statement).rowcount


def acknowledge(connection: Connection, rule: str, subject: str, now: datetime) -> int:
    """Note that somebody knows of the open alerts that are meant; how many these were."""
    meant = Silence(rule, subject, now)
    query = sa.select(alert.c.id, alert.c.rule, alert.c.subject)
    rows = connection.execute(
        query.where(alert.c.closed_at.is_(None), alert.c.acknowledged_at.is_(None))
    )
    ids: Sequence[int] = [row.id for row in rows if meant.covers(row.rule, row.subject)]
    connection.execute(sa.update(alert).where(alert.c.id.in_(ids)).values(acknowledged_at=now))
    return len(ids)
