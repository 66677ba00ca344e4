"""What an operator says about alerts: do not tell of these for a while; I know of that one.

All functions run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.tables import alert, silence


@dataclass(frozen=True, slots=True)
class Silence:
    """Until when which alerts are not told; an empty rule or subject stands for all."""

    rule: str
    subject: str
    until: datetime

    def covers(self, rule: str, subject: str) -> bool:
        """Whether an alert is meant; a channel stands for all that is about it."""
        return self.rule in ("", rule) and self.subject in ("", subject, subject.split("/")[0])


def in_force(connection: Connection, now: datetime) -> list[Silence]:
    """The silences of this moment, the one that ends first first."""
    query = sa.select(silence.c.rule, silence.c.subject, silence.c.until)
    rows = connection.execute(query.where(silence.c.until > now).order_by(silence.c.until))
    return [Silence(*row) for row in rows]


def add(connection: Connection, new: Silence, now: datetime, note: str = "") -> None:
    """Keep a silence."""
    values = {"rule": new.rule, "subject": new.subject, "until": new.until}
    connection.execute(sa.insert(silence), values | {"made_at": now, "note": note})


def end(connection: Connection, now: datetime) -> int:
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
