"""The loop of ``renmin serve``: crawl what is due, look for what is wrong, tell, tidy up.

For machines that have neither systemd nor cron. What breaks in one round is logged, and the next
round tries again: a database that is away for an hour must not end a service.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

import sqlalchemy as sa

from crawler.crawl.prune import thin
from crawler.errors import RenminError
from crawler.store import requests
from crawler.store.engine import Store
from crawler.watch.schedule import asked, backfill
from crawler.watch.schedule.process import Outside
from crawler.watch.schedule.runner import work_off

ROUND = timedelta(seconds=30)
# How often it is looked whether somebody asked for something.
GLANCE = timedelta(seconds=2)
ATTEND_EVERY = timedelta(minutes=1)
CHECK_EVERY = timedelta(minutes=5)
THIN_EVERY = timedelta(hours=6)
TIDY_EVERY = timedelta(days=1)

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Chore:
    """Something to be done again and again.

    Attributes:
        name: For the log.
        work: What is done, with the time.
        every: How long it rests.
        next_at: When it is due; ``None`` before the first time.
    """

    name: str
    work: Callable[[datetime], object]
    every: timedelta
    next_at: datetime | None = None

    def look(self, now: datetime) -> None:
        """Do it if it is due; an error is logged, and it rests as usual."""
        if self.next_at is not None and now < self.next_at:
            return
        self.next_at = now + self.every
        guarded(self.name, lambda: self.work(now))


def serve(
    store: Store,
    outside: Outside,
    check: Callable[[datetime], object],
    sleep: Callable[[float], None],
    rounds: int | None = None,
    tidy: Callable[[datetime], object] = lambda _now: None,
) -> None:
    """Go round until somebody ends the process.

    Args:
        store: An open database.
        outside: Clock and starter.
        check: Looks for what is wrong and tells; also called while a crawl is going on.
        sleep: Waits so many seconds.
        rounds: So many, instead of without end.
        tidy: Lets go of what the operator's policy does not want any more, once a day.
    """
    chores = (
        Chore("check", check, CHECK_EVERY),
        Chore("thin", lambda now: _thin(store, now), THIN_EVERY),
        Chore("prune", tidy, TIDY_EVERY),
        Chore("attend", lambda now: _attend(store, now), ATTEND_EVERY),
    )

    def meanwhile() -> None:
        for chore in chores:
            chore.look(outside.now())

    outside = replace(outside, meanwhile=meanwhile)
    for done in count():
        if done == rounds:
            return
        guarded("schedule", lambda: work_off(store, outside))
        meanwhile()
        for _ in range(ROUND // GLANCE):
            guarded("requests", lambda: asked.work_off(store, outside))
            sleep(GLANCE.total_seconds())
        guarded("backfill", lambda: backfill.work_off(store, outside))


def guarded(name: str, work: Callable[[], object]) -> None:
    """Do ``work``; what breaks in a way that may pass is logged."""
    try:
        work()
    except (RenminError, sa.exc.SQLAlchemyError, OSError) as error:
        first_line = str(error).partition("\n")[0]
        logger.warning("failed work=%s: %s: %s", name, type(error).__name__, first_line)


def leave(store: Store) -> None:
    """Say that nobody is here to take requests any more."""
    with store.writing.begin() as connection:
        requests.leave(connection)


def _attend(store: Store, now: datetime) -> None:
    with store.writing.begin() as connection:
        requests.attend(connection, "serve", now)


def _thin(store: Store, now: datetime) -> None:
    with store.writing.begin() as connection:
        dropped = thin(connection, now)
    if dropped:
        logger.info("thinned points=%d", dropped)
