"""One crawl's dealings with the store: its run, its leases, what its visits bring.

Everything that writes goes through the one :class:`~crawler.store.writer.Writer`; the methods
here hand jobs to it and give futures back, so that the crawl's event loop never waits for a disk.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.crawl.dedup_store import see_to_sketches
from crawler.crawl.ingest import Intake, Outcome, finish, ingest
from crawler.crawl.outcome import RunOutcome
from crawler.crawl.plan import Plan
from crawler.crawl.prune_runs import thin
from crawler.errors import StoreError
from crawler.items import Article, Link, Visit
from crawler.store import frontier, hosts, leases, requests, runs
from crawler.store.archive import Archive
from crawler.store.engine import Store
from crawler.store.frontier import LIST_PRIORITY
from crawler.store.leases import Lease
from crawler.store.writer import Writer

logger = logging.getLogger(__name__)

# Longer than twelve missed heart-beats; a process that is stopped for longer has lost its leases.
LEASE_SECONDS = 60
PER_HOST = 16
OTHER_SKETCHES = (
    "stored sketches are of another version: copies of older articles are not noticed until: "
    "renmin dedup --store"
)
# With several processes on one database, so many hosts at most belong to one of them at a time.
HOSTS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Refill:
    """Answer to :meth:`CrawlSession.lease`.

    Attributes:
        leases: Pages to fetch, best first.
        asked: The hosts that were asked.
        elsewhere: Pages that another process is fetching or may have to leave to this one.
    """

    leases: tuple[Lease, ...]
    asked: frozenset[str]
    elsewhere: int = 0


class CrawlSession:
    """A run of the crawl; see the module.

    Args:
        store: Where to.
        archive: For the raw bodies.
        plan: What to do.
        code_version: Of the extraction code.
        clock: The time; handed in by tests.
        lease_seconds: After so long without a heart-beat, others may have this run's pages.
    """

    def __init__(
        self,
        store: Store,
        archive: Archive,
        plan: Plan,
        *,
        code_version: str,
        clock: Callable[[], datetime],
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self.store = store
        self.plan = plan
        self._archive = archive
        self._clock = clock
        self._lease_time = timedelta(seconds=lease_seconds)
        self._writer = Writer(store.writing, before_commit=self._book, on_fatal=self._broke)
        self._fatal: StoreError | None = None
        self.on_fatal: Callable[[StoreError], None] = lambda _error: None
        self.on_pages: Callable[[frozenset[str]], None] = lambda _hosts: None
        self.failed_articles = 0
        self.outcome = RunOutcome()
        self.limit_reached = False
        # Somebody asked for this run to be stopped: see store/requests.py.
        self.stop_asked = False
        # How far the run is: pages, new, failing; and how many pages wait.
        self.done: Counter[str] = Counter()
        self.queue = 0
        self._left: set[str] = set()
        with store.writing.begin() as connection:
            self.run_id, self.sweep = self._begin(connection)
            if not see_to_sketches(connection):
                logger.warning("%s", OTHER_SKETCHES)
            self._hosts = frontier.hosts_of(connection, plan.channels)
            self.resting = frontier.resting(connection, plan.channels, self._clock())
        self._left.update(self.resting)
        self._intake = Intake(self.run_id, self.sweep, plan.retries, code_version)
        self._writer.start()

    @property
    def days(self) -> tuple[int, int]:
        """The lowest and the highest priority of the articles that this crawl takes."""
        since, until = self.plan.since, self.plan.until
        return (
            since.toordinal() if since else 0,
            until.toordinal() - 1 if until else LIST_PRIORITY - 1,
        )

    @property
    def backlog(self) -> int:
        """Visits that are not committed yet."""
        return self._writer.backlog

    @property
    def hosts(self) -> set[str]:
        """Hosts that this run may ask."""
        return self._hosts - self._left

    @property
    def all_hosts(self) -> set[str]:
        """Hosts that have pages of this crawl, also those that were left."""
        return set(self._hosts)

    def leave_host(self, name: str) -> None:
        """Ask nothing more of a host in this run."""
        self._left.add(name)

    def enter(self, links: Sequence[Link], *, start: bool = False) -> Future[int]:
        """Enter ``links`` into the frontier; those a crawl starts from are opened again."""
        self._hosts.update(urlsplit(link.fetch_url).hostname or "" for link in links)
        return self._writer.submit(partial(self._enter, links=links, start=start), urgent=True)

    def lease(self, but: Collection[str] = ()) -> Future[Refill]:
        """Ask for pages of all hosts of the crawl but the named ones.

        With a limit, articles come before lists, so that a small crawl stays small.
        """
        wanted = sorted(self.hosts.difference(but))
        return self._writer.submit(partial(self._lease, wanted=wanted), urgent=True)

    def put_back(self, unused: Sequence[Lease]) -> Future[None]:
        """Give pages back that were not asked for."""
        ids = [lease.id for lease in unused]
        return self._writer.submit(lambda connection: leases.put_back(connection, ids))

    @property
    def archive_path(self) -> Path:
        """The archive's file."""
        return self._archive.path

    def record(self, visit: Visit, earlier: Article | None = None) -> Future[Outcome]:
        """Store what a visit brought, as a whole or not at all.

        Args:
            visit: What came.
            earlier: See :func:`crawler.crawl.ingest.ingest`.
        """
        self.outcome.visited(visit)
        self.failed_articles += visit.kind == "article" and visit.failure is not None
        future = self._writer.submit(
            lambda connection: ingest(connection, visit, self._intake, earlier)
        )
        future.add_done_callback(self._recorded)
        return future

    def note_robots(self, host: str, **state: Any) -> Future[None]:
        """Remember what a host's robots.txt said."""
        now = self._clock()
        return self._writer.submit(
            lambda connection: hosts.note_robots(connection, host, now=now, **state)
        )

    def count(self, counts: Mapping[tuple[str, str], int]) -> Future[None]:
        """Add to the run's counters what no visit brings."""
        return self._writer.submit(lambda connection: runs.count(connection, self.run_id, counts))

    def beat(self) -> Future[None]:
        """Say that the run is alive, keep its leases, add a point to its curve."""
        return self._writer.submit(self._beat, urgent=True)

    def close(self, reason: str, exit_code: int, timeout: float | None = None) -> None:
        """Commit everything, give leases back, say how the run ended.

        Raises:
            StoreError: Writing had ended before; what was not committed is fetched again.
        """
        now = self._clock()

        def end(connection: Connection) -> None:
            leases.release_run(connection, self.run_id)
            hosts.release_run(connection, self.run_id)
            self._beat(connection)
            runs.finish(connection, self.run_id, reason=reason, exit_code=exit_code, now=now)
            thin(connection, now)

        self._writer.submit(end, urgent=True)
        self._writer.stop(timeout)
        if self._fatal:
            # It was perhaps the archive that broke; the database may have room for this row.
            with contextlib.suppress(sa.exc.DBAPIError), self.store.writing.begin() as connection:
                end(connection)
        self._archive.close()
        self.store.close()
        if self._fatal:
            raise self._fatal

    def _begin(self, connection: Connection) -> tuple[int, datetime]:
        now, channels = self._clock(), self.plan.channels
        # A SQLite file has one crawl at a time (the crawl lock): whatever is leased is orphaned.
        if self.store.is_sqlite:
            leases.take_back(connection, None)
            hosts.free_all(connection)
        else:
            leases.take_back(connection, self._lease_clock(connection))
        sweep = runs.sweep_start(connection, channels, now)
        frontier.open_due(connection, channels, now)
        if runs.take_up(connection, self.plan.continues, channels, now):
            self._spend(runs.counted(connection, self.plan.continues, "page/article"))
            return self.plan.continues, sweep
        run_id = runs.start(
            connection,
            command=self.plan.command,
            channels=channels,
            settings=self.plan.settings,
            now=now,
        )
        return run_id, sweep

    def _spend(self, articles: int) -> None:
        """Count what the run fetched before it was stopped towards its limit."""
        if self.plan.limit is not None:
            self.plan = replace(self.plan, limit=max(0, self.plan.limit - articles))

    def _enter(self, connection: Connection, links: Sequence[Link], start: bool) -> int:
        new = frontier.add(connection, links, self._clock(), None)
        if start:
            urls = [link.url for link in links]
            frontier.open_again(connection, urls, self.sweep, self._clock())
        return new

    def _lease_clock(self, connection: Connection) -> datetime:
        """The time by which leases end: the server's, since machines disagree about theirs."""
        if self.store.is_sqlite:
            return self._clock()
        now: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return now

    def _lease(self, connection: Connection, wanted: Sequence[str]) -> Refill:
        now = self._lease_clock(connection)
        until = now + self._lease_time
        if self.store.is_sqlite:
            return Refill(tuple(self._take(connection, wanted, until)), frozenset(wanted))
        leases.take_back(connection, now)
        # What gives nothing may be fetched by others, unless its last pages are still on their way.
        busy = leases.busy_hosts(connection, self.run_id, wanted)
        hosts.let_go(connection, self.run_id, set(wanted) - busy)
        # A host without pages must not take the place of one that has some.
        rich = sorted(frontier.hosts_waiting(connection, wanted, self.days))
        mine = hosts.claim(
            connection, self.run_id, rich, most=self._share(connection), until=until, now=now
        )
        taken = self._take(connection, mine, until)
        elsewhere = 0 if taken else self._elsewhere(connection)
        return Refill(tuple(taken), frozenset(wanted) - (set(rich) - set(mine)), elsewhere)

    def _elsewhere(self, connection: Connection) -> int:
        """Pages that others fetch, or found on hosts that this run has not heard of."""
        self._hosts |= frontier.hosts_of(connection, self.plan.channels)
        return frontier.waiting(connection, self.hosts, self.days)

    def _share(self, connection: Connection) -> int:
        """How many hosts this run may hold, so that the others have some too."""
        alive = runs.sharing(connection, self.plan.channels, self._clock() - self._lease_time)
        return min(HOSTS_AT_ONCE, -(-len(self.hosts) // max(1, alive)))

    def _take(
        self, connection: Connection, names: Sequence[str], until: datetime
    ) -> Sequence[Lease]:
        take = partial(leases.lease, connection, self.run_id, names, until=until)
        lists = (LIST_PRIORITY, LIST_PRIORITY)
        if self.plan.limit is None:
            return [
                *take(per_host=PER_HOST, ranks=lists),
                *take(per_host=PER_HOST, ranks=self.days),
            ]
        articles = take(per_host=PER_HOST, ranks=self.days)
        return articles or take(per_host=1, ranks=lists)

    def _recorded(self, future: Future[Outcome]) -> None:
        """On the writer's thread: a visit is committed, or could not be stored."""
        if error := future.exception():
            if not isinstance(error, StoreError):
                logger.error("a page could not be stored", exc_info=error)
            return
        if found := future.result().hosts:
            self._hosts.update(found)
            self.on_pages(found)

    def _beat(self, connection: Connection) -> None:
        now = self._clock()
        until = self._lease_clock(connection) + self._lease_time
        runs.beat(connection, self.run_id, now)
        leases.extend(connection, self.run_id, until)
        hosts.extend(connection, self.run_id, until)
        queue = frontier.waiting(connection, self.hosts, self.days)
        runs.tick(connection, self.run_id, now, queue)
        self.queue = queue
        if asked := requests.take(connection, requests.STOP, now, self.run_id):
            requests.settle(connection, asked.id, now, "done")
            self.stop_asked = True

    def _book(self, connection: Connection, results: list[Any]) -> None:
        """Write what a batch has in common, before it is committed.

        The archive comes last: it has a transaction of its own, and a body that is kept although
        its page is then fetched again does no harm.
        """
        outcomes = [result for result in results if isinstance(result, Outcome)]
        counts: Counter[tuple[str, str]] = Counter()
        for outcome in outcomes:
            counts.update(outcome.counts)
        runs.count(connection, self.run_id, counts)
        self.done.update(_progress(counts))
        records = finish(connection, outcomes)
        if records:
            self._archive.keep(records)

    def _broke(self, error: StoreError) -> None:
        self._fatal = error
        self.on_fatal(error)


def _progress(counts: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """The counters that a person follows."""
    found: Counter[str] = Counter()
    for (_, name), value in counts.items():
        found["pages"] += value * name.startswith("page/")
        found["new"] += value * (name == "article/new")
        found["failing"] += value * name.startswith("failure/")
    return found
