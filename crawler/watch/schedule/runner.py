"""Run what is due, once, one crawl after the other.

The database is the memory: whoever runs next, after a kill too, sees from ``schedule_run`` what
was settled. The clock and the crawl are handed in, so that weeks can be played in a test.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.errors import BusyError
from crawler.store import requests, runs
from crawler.store.engine import Store, crawl_lock, lock_file, open_store
from crawler.watch.schedule import history, process, schedules
from crawler.watch.schedule.planning import Due
from crawler.watch.schedule.process import Outside, Process, WatchedCrawl, stop_on_signal
from crawler.watch.schedule.schedules import Schedule

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """One run that this call has seen to its end.

    Attributes:
        schedule: Its name.
        planned_at: The planned time that it settled.
        outcome: ``done``, ``failed`` or ``timeout``.
        exit_code: Of the crawl; negative for the signal that ended it, ``None`` if it never began.
    """

    schedule: str
    planned_at: datetime
    outcome: str
    exit_code: int | None


def run_due(database: str) -> int:
    """Run what is due in ``database`` with real crawls, as ``renmin crawl --due`` does.

    Returns:
        The exit code: 0 all went well, 1 nothing was due, 3 a crawl did not end well.
    """
    store = open_store(database)
    try:
        with stop_on_signal():
            ended = work_off(store, Outside(start=process.starter(database)))
    finally:
        store.close()
    if not ended:
        return 1
    return 0 if all(one.outcome == "done" for one in ended) else 3


def work_off(store: Store, outside: Outside) -> list[Ended]:
    """Run every schedule that is due, each at most once, the longest waiting first.

    A run whose runner was told to end in the middle is gone on with before anything else. A planned time that was missed is caught up by one run that says how many it stands for. On
    SQLite one runner works at a time; a second one records overlaps and leaves the rest to the
    first. On PostgreSQL each schedule is claimed by one runner.

    Args:
        store: An open database.
        outside: Clock and starter.

    Returns:
        What was run, in order; empty if nothing was due.
    """
    ended: list[Ended] = []
    with runner_lock(store) as alone:
        if not alone:
            _refuse_overlaps(store, outside.now())
            return ended
        _settle_abandoned(store, outside)
        while (
            claimed := _take_up(store, outside) or _claim_next(store, outside, ended)
        ) is not None:
            ended.append(_Run(store, outside, *claimed).to_the_end())
    return ended


@contextlib.contextmanager
def runner_lock(store: Store) -> Iterator[bool]:
    """Be the one runner of a SQLite file; the system lets go of the lock however we end.

    Raises:
        StoreError: Something else lies where the lock should.
    """
    if store.path is None:
        yield True
        return
    with lock_file(store.path.with_name(store.path.name + ".due.lock")) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _settle_abandoned(store: Store, outside: Outside) -> None:
    with store.writing.begin() as connection:
        settled = history.settle_abandoned(
            connection, outside.now(), alone=store.is_sqlite, has_process=outside.has_process
        )
    if settled:
        logger.warning("settled runs=%d whose runner was killed", settled)


def _refuse_overlaps(store: Store, now: datetime, only: int | None = None) -> None:
    """Record the planned times that came while a run of the same schedule was going on."""
    with store.reading.connect() as connection:
        ripe = [
            (one, due)
            for one in schedules.load(connection)
            if only in (None, one.id)
            and (due := one.due(now))
            and history.going_on(connection, one.id)
        ]
    for one, due in ripe:
        with store.writing.begin() as connection:
            # claim() records the overlap: the run before is still there.
            history.claim(connection, one, due, now)
        logger.warning("refused schedule=%s planned=%s: overlap", one.name, due.planned_at)


Claimed = tuple[Schedule, Due, int]


def _take_up(store: Store, outside: Outside) -> Claimed | None:
    """A run that a runner before us was told to leave, to go on with it."""
    now = outside.now()
    with store.reading.connect() as connection:
        waiting = history.interrupted(connection)
        known = {one.id: one for one in schedules.load(connection)} if waiting else {}
    for schedule_id, due, row_id in waiting:
        one = known[schedule_id]
        # What is due of the same schedule by now does all that is left.
        if not one.enabled or one.due(now) or other_crawl(store) is not None:
            continue
        with store.writing.begin() as connection:
            taken = history.take_up(connection, row_id)
        if taken:
            return one, due, row_id
    return None


def _claim_next(store: Store, outside: Outside, ended: Sequence[Ended]) -> Claimed | None:
    now = outside.now()
    done = {one.schedule for one in ended}
    with store.reading.connect() as connection:
        waiting = [
            (due, one)
            for one in schedules.load(connection)
            if one.name not in done
            and (due := one.due(now) or history.try_again(connection, one, now))
        ]
    for due, one in sorted(waiting, key=lambda pair: (pair[0].planned_at, pair[1].name)):
        busy = other_crawl(store)
        with store.writing.begin() as connection:
            if busy is not None and not history.going_on(connection, one.id):
                history.refuse(connection, one, due, now, busy)
                continue
            row_id = history.claim(connection, one, due, now)
        if row_id is not None:
            return one, due, row_id
    return None


def other_crawl(store: Store) -> str | None:
    """What a crawl that somebody started by hand says; ``None`` if there is none."""
    try:
        with crawl_lock(store):
            return None
    except BusyError as error:
        return str(error)


class _Run(WatchedCrawl[Ended]):
    """A planned run."""

    def __init__(
        self, store: Store, outside: Outside, one: Schedule, due: Due, row_id: int
    ) -> None:
        super().__init__(outside)
        self.deadline = outside.now() + one.max_duration
        self._store = store
        self._schedule = one
        self._due = due
        self._row_id = row_id

    def arguments(self) -> list[str]:
        logger.info("start schedule=%s planned=%s", self._schedule.name, self._due.planned_at)
        with self._store.reading.connect() as connection:
            # Of a run that goes on after its runner was told to end.
            run_id = history.run_of(connection, self._row_id)
            return [*self._schedule.crawl_arguments, *runs.to_go_on(connection, run_id)]

    def look(self, child: Process) -> None:
        """Note the run's number, and the planned times that it stands in the way of."""
        if not self.linked:
            with self._store.writing.begin() as connection:
                self.linked = history.link(connection, self._row_id, child.pid)
        _refuse_overlaps(self._store, self.outside.now(), only=self._schedule.id)

    def not_started(self, why: str) -> Ended:
        return self._settled("failed", None, why)

    def broken_off(self, error: BaseException, code: int) -> None:
        if not isinstance(error, SystemExit | KeyboardInterrupt):
            self._settled("failed", code, f"stopped: {error}")
        elif code == 0:
            self._settled("done", code, None)
        else:
            self._settled("interrupted", code, history.INTERRUPTED_DETAIL)

    def stopped(self, code: int) -> Ended:
        limit = schedules.span_text(self._schedule.max_duration)
        return self._settled("timeout", code, f"stopped after {limit}")

    def ended(self, code: int) -> Ended:
        with self._store.reading.connect() as connection:
            passing = history.passing(connection, self._row_id)
            resting = requests.paused(connection).keys()
        if code == 0 and resting >= set(self._schedule.channels):
            return self._settled("done", code, "every channel is paused: renmin channels")
        if passing:
            return self._settled("failed", code, f"{passing}: it is tried again soon")
        return self._settled("done" if code == 0 else "failed", code, _explained(code))

    def _settled(self, outcome: str, exit_code: int | None, detail: str | None) -> Ended:
        now = self.outside.now()
        with self._store.writing.begin() as connection:
            values = {"outcome": outcome, "exit_code": exit_code, "detail": detail}
            history.settle(connection, self._row_id, now, **values)
        logger.info("end schedule=%s outcome=%s exit=%s", self._schedule.name, outcome, exit_code)
        return Ended(self._schedule.name, self._due.planned_at, outcome, exit_code)


def _explained(code: int) -> str | None:
    if code >= 0:
        return None if code == 0 else f"renmin crawl ended with exit code {code}"
    try:
        return f"the crawl was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"the crawl was ended by signal {-code}"
