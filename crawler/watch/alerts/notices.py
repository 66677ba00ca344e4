"""Tell of alerts: each notice is a row until it was delivered or given up.

Nothing is sent by a crawl. ``renmin check`` and ``renmin serve`` deliver what waits, and what
could not be delivered waits longer each time. A notice is delivered at least once: a process that
is killed between the sending and the note of it leaves a notice that is sent again, under the
same number.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from crawler.site import channels
from crawler.store.engine import Store
from crawler.store.tables import alert, notice
from crawler.watch.alerts.configuration import RuleSettings

# After each failure in a row: a day in all, then it is given up.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
# So long one delivery may take, whatever the other side does.
PATIENCE_SECONDS = 15.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told.

    Attributes:
        id: The same each time it is tried: a receiver can drop what it has seen.
        event: ``opened``, ``closed``, ``reminder`` (it is still open) or ``test``.
        rule: The rule, with its titles and severity.
        subject: What it is about, as the rule names it.
        message: One sentence.
        value: The figure that was measured; ``None`` if there is none.
        threshold: The limit.
        opened_at: When the alert opened.
        closed_at: When it closed; ``None`` while it is open.
    """

    id: int
    event: str
    rule: RuleSettings
    subject: str
    message: str
    value: float | None
    threshold: float | None
    opened_at: datetime
    closed_at: datetime | None

    @property
    def about(self) -> str:
        """The subject with the Chinese name of its channel: ``山东 sd/captions``.

        What is no channel is given as it is.
        """
        known = channels.load().get(self.subject.split("/")[0])
        return f"{known.name} {self.subject}" if known else self.subject


Batch = Sequence[Notice]
# Tells of all that has happened since the last time, as one message.
Send = Callable[[Batch], None]


def log(batch: Batch) -> None:
    """The way that is always open."""
    for one in batch:
        level = logging.INFO if one.event == "closed" else logging.WARNING
        logger.log(
            level,
            "alert %s rule=%s subject=%s %s",
            one.event,
            one.rule.name,
            one.subject,
            one.message,
        )


def deliver(
    store: Store, ways: Mapping[str, Send], rules: Mapping[str, RuleSettings], now: datetime
) -> int:
    """Send the notices whose time has come: one message a way, however many they are.

    Args:
        store: An open database.
        ways: How to send by each way; notices of other ways are given up.
        rules: For titles and severity.
        now: The moment of sending.

    Returns:
        How many were delivered.
    """
    waiting: dict[str, list[int]] = defaultdict(list)
    for row_id, way in _waiting(store, now):
        waiting[way].append(row_id)
    delivered = 0
    for way, row_ids in waiting.items():
        claimed = [_claim(store, row_id, rules, now) for row_id in row_ids]
        batch = [(one, attempts) for one, attempts in claimed if one is not None]
        if not batch:
            continue
        known = way in ways
        error = (
            error_of(ways[way], [one for one, _ in batch])
            if known
            else "this way is no longer configured"
        )
        for one, attempts in batch:
            _note(store, one.id, now, error, give_up=not known or attempts > len(BACK_OFF))
        if error is None:
            delivered += len(batch)
        else:
            logger.warning("failed way=%s notices=%d: %s", way, len(batch), error)
    return delivered


def _waiting(store: Store, now: datetime) -> list[tuple[int, str]]:
    query = sa.select(notice.c.id, notice.c.way)
    query = query.where(notice.c.sent_at.is_(None), notice.c.next_at <= now)
    with store.reading.connect() as connection:
        return [(row.id, row.way) for row in connection.execute(query.order_by(notice.c.id))]


def _claim(
    store: Store, row_id: int, rules: Mapping[str, RuleSettings], now: datetime
) -> tuple[Notice | None, int]:
    """Take a notice for one attempt, so that no other process sends it at the same time."""
    query = sa.select(notice.c.event, notice.c.attempts, alert).join(
        alert, alert.c.id == notice.c.alert_id
    )
    query = query.where(notice.c.id == row_id, notice.c.sent_at.is_(None), notice.c.next_at <= now)
    with store.writing.begin() as connection:
        row = connection.execute(query.with_for_update(of=notice)).first()
        if row is None or row.rule not in rules:
            return None, 0
        wait = BACK_OFF[min(row.attempts, len(BACK_OFF) - 1)]
        connection.execute(
            sa.update(notice)
            .where(notice.c.id == row_id)
            .values(attempts=row.attempts + 1, next_at=now + wait)
        )
    names = "subject message value threshold opened_at closed_at event"
    values = {name: getattr(row, name) for name in names.split()}
    return Notice(id=row_id, rule=rules[row.rule], **values), row.attempts + 1


def _note(store: Store, row_id: int, now: datetime, error: str | None, *, give_up: bool) -> None:
    values: dict[str, object] = {"error": error[:500] if error else None}
    if error is None:
        values["sent_at"] = now
    elif give_up:
        values["next_at"] = None
    with store.writing.begin() as connection:
        connection.execute(sa.update(notice).where(notice.c.id == row_id).values(values))


def error_of(send: Send, batch: Batch) -> str | None:
    """Send within the patience: the error in words, ``None`` if it went well.

    In a thread of its own, since a socket's time-out starts anew with each byte that drips in.
    """
    errors: list[str | None] = []

    def attempt() -> None:
        try:
            send(batch)
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
        else:
            errors.append(None)

    thread = threading.Thread(target=attempt, name="renmin-notice", daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    return errors[0] if errors else f"no end within {PATIENCE_SECONDS:g} s"
