"""Crawl what somebody asked for on the dashboard or the command line, one after the other.

A request waits while another crawl is going on. A runner that is told to end puts its request
back: the next one goes on where the crawl was.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from crawler.errors import BusyError
from crawler.store import requests, runs
from crawler.store.engine import Store, crawl_lock, open_store
from crawler.store.requests import Request
from crawler.watch.schedule import process
from crawler.watch.schedule.process import Outside, Process, WatchedCrawl, stop_on_signal
from crawler.watch.schedule.runner import runner_lock

# As a schedule that does not say: then it is stopped, and what is left waits for the next crawl.
LONGEST = timedelta(hours=3)
# On a server several machines take requests: after so long, whoever took one has died.
LOST_AFTER = LONGEST + timedelta(hours=1)

logger = logging.getLogger(__name__)


def run_asked(database: str) -> int:
    """Run what was asked for with real crawls, as ``renmin crawl --due`` does; how many."""
    store = open_store(database)
    try:
        outside = Outside(start=process.starter(database))
        with store.writing.begin() as connection:
            requests.attend(connection, "timer", outside.now())
        with stop_on_signal():
            return work_off(store, outside)
    finally:
        store.close()


def work_off(store: Store, outside: Outside) -> int:
    """Run every crawl that was asked for and waits.

    Args:
        store: An open database.
        outside: Clock and starter.

    Returns:
        How many crawls were run.
    """
    with store.reading.connect() as connection:
        if not requests.waiting(connection, requests.RUN):
            return 0
    done = 0
    with runner_lock(store) as alone:
        while alone and (request := _take(store, outside.now())) is not None:
            _Asked(store, outside, request).to_the_end()
            done += 1
    return done


def _take(store: Store, now: datetime) -> Request | None:
    try:
        with crawl_lock(store):
            pass
    except BusyError:
        return None
    with store.writing.begin() as connection:
        # We hold the lock of a SQLite file: whoever took something before is dead.
        before = now if store.is_sqlite else now - LOST_AFTER
        if lost := requests.settle_lost(connection, now, before):
            logger.warning("settled requests=%d whose runner was killed", lost)
        return requests.take(connection, requests.RUN, now)


class _Asked(WatchedCrawl[None]):
    """One crawl that was asked for."""

    def __init__(self, store: Store, outside: Outside, request: Request) -> None:
        super().__init__(outside)
        self._store = store
        self._request = request
        self._began = outside.now()
        self.deadline = self._began + LONGEST

    def arguments(self) -> list[str]:
        channels = self._request.channels
        logger.info("start request=%d channels=%s", self._request.id, ",".join(channels))
        with self._store.reading.connect() as connection:
            return ["crawl", *channels, *runs.to_go_on(connection, self._request.run_id)]

    def look(self, child: Process) -> None:
        """Note the number of the run as soon as it has one."""
        if self.linked:
            return
        with self._store.writing.begin() as connection:
            found = runs.of_process(connection, child.pid, self._began)
            if found is not None:
                requests.link(connection, self._request.id, found)
                self.linked = True

    def not_started(self, why: str) -> None:
        self._settle("failed", why)

    def broken_off(self, error: BaseException, code: int) -> None:  # noqa: ARG002 - goes on later
        with self._store.writing.begin() as connection:
            requests.put_back(connection, self._request.id)

    def stopped(self, code: int) -> None:  # noqa: ARG002 - it was our doing
        self._settle("timeout", None)

    def ended(self, code: int) -> None:
        self._settle(*_outcome(code))

    def _settle(self, outcome: str, detail: str | None) -> None:
        with self._store.writing.begin() as connection:
            now = self.outside.now()
            requests.settle(connection, self._request.id, now, outcome, detail)
        logger.info("end request=%d outcome=%s", self._request.id, outcome)


def _outcome(code: int) -> tuple[str, str | None]:
    if code == 0:
        return "done", None
    if code > 0:
        return "failed", f"renmin crawl ended with exit code {code}"
    return "failed", f"the crawl was ended by signal {-code}"
