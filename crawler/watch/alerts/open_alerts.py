"""The alerts that are open, and what an operator says about them.

An alert is opened once, kept while its finding lasts, and closed when that is gone. Do not tell of
these for a while: a :class:`Silence`. I know of that one: :func:`acknowledge`.

All functions run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.tables import alert, notice, silence
from crawler.watch.alerts.facts import Finding

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
