"""One crawl's dealings with the store: its run, its pages, what its visits bring.

Everything that writes goes through the one :class:`~crawler.store.writer.Writer`; the methods
here hand jobs to it and give futures back, so that the crawl's event loop never waits for a disk.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from crawler.crawl.dedup_store import see_to_sketches
from crawler.crawl.holding import HeldHosts, look_at_host, take_host
from crawler.crawl.ingest import Intake, Outcome, finish, ingest
from crawler.crawl.prune import thin
from crawler.crawl.run import Plan, RunOutcome
from crawler.errors import HoldLostError, StoreError
from crawler.items import Article, Link, Visit
from crawler.store import frontier, last_visits, leases, requests, runs
from crawler.store.archive import Archive
from crawler.store.engine import Store
from crawler.store.frontier import LIST_PRIORITY
from crawler.store.leases import Hold, Lease
from crawler.store.writer import Writer, first_that_fits

logger = logging.getLogger(__name__)

PER_HOST = 16
OTHER_SKETCHES = (
    "stored sketches are of another version: copies of older articles are not noticed until: "
    "renmin dedup --store"
)


@dataclass(frozen=True, slots=True)
class Refill:
    """Answer to :meth:`CrawlSession.lease`.

    Attributes:
        leases: Pages to fetch, best first.
        asked: The hosts that were asked.
        elsewhere: Pages that another process is fetching or may have to leave to this one.
        wanted: Hosts that have pages, and that no job of this run holds or waits for.
        done: Hosts that are held and not needed any more, or that others wait for.
    """

    leases: tuple[Lease, ...]
    asked: frozenset[str]
    elsewhere: int = 0
    wanted: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


class CrawlSession:
    """A run of the crawl; see the module.

    Args:
        store: Where to.
        archive: For the raw bodies.
        plan: What to do.
        code_version: Of the extraction code.
        clock: The time; handed in by tests.
        held: The hosts that jobs of this process hold; ``None`` where it is the only one.
    """

    def __init__(
        self,
        store: Store,
        archive: Archive,
        plan: Plan,
        *,
        code_version: str,
        clock: Callable[[], datetime],
        held: HeldHosts | None = None,
    ) -> None:
        self.store = store
        self.plan = plan
        self._archive = archive
        self._clock = clock
        self.held = held
        self._only = only = held.only if held else None
        # The hosts of the pages that were leased and not recorded yet, by their rows.
        self._host_of: dict[int, str] = {}
        self._writer = Writer(store.writing, before_commit=self._book, on_fatal=self._broke)
        self._fatal: StoreError | None = None
        self.on_fatal: Callable[[StoreError], None] = lambda _error: None
        self.on_pages: Callable[[frozenset[str]], None] = lambda _hosts: None
        self.failed_articles = 0
        self.outcome = RunOutcome()
        self.limit_reached = False
        # How the run ended, also where its row could not be told.
        self.ended_as: str | None = None
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
            self._hosts = {only} if only else frontier.hosts_of(connection, plan.channels)
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

    @property
    def queue_name(self) -> str:
        """The queue of the jobs by which this run holds hosts."""
        return f"crawl-{self.run_id}"

    def may_ask(self, host: str) -> bool:
        """Whether a request to ``host`` may leave now."""
        return self.held is None or self.held.may_ask(host)

    def leave_host(self, name: str) -> None:
        """Ask nothing more of a host in this run."""
        self._left.add(name)

    def enter(self, links: Sequence[Link], *, start: bool = False) -> Future[int]:
        """Enter ``links`` into the frontier; those a crawl starts from are opened again."""
        if self._only:
            links = [link for link in links if urlsplit(link.fetch_url).hostname == self._only]
        self._see(urlsplit(link.fetch_url).hostname or "" for link in links)
        return self._writer.submit(partial(self._enter, links=links, start=start), urgent=True)

    def look_at_host(self, hold: Hold) -> Future[tuple[int, float]]:
        """What whoever held a host before has left, now that a job of ours holds it.

        Returns:
            How many pages it had taken and not settled: with none it ended in order. And the
            seconds between two requests that the host's robots.txt asks for.
        """
        return self._writer.submit(partial(look_at_host, hold=hold), urgent=True)

    def take_host(self, hold: Hold) -> Future[int]:
        """Take back the pages that were left behind on a host that a job of ours holds."""
        return self._writer.submit(partial(take_host, hold=hold), urgent=True)

    def lease(self, but: Collection[str] = ()) -> Future[Refill]:
        """Ask for pages of all hosts of the crawl but the named ones.

        With a limit, articles come before lists, so that a small crawl stays small.
        """
        wanted = sorted(self.hosts.difference(but))
        return self._writer.submit(partial(self._lease, wanted=wanted), urgent=True)

    def put_back(self, unused: Sequence[Lease]) -> Future[None]:
        """Give pages back that were not asked for."""
        ids = [lease.id for lease in unused]
        return self._writer.submit(lambda connection: leases.put_back(connection, self.run_id, ids))

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
        host = self._host_of.pop(visit.frontier_id, urlsplit(visit.url).hostname or "")

        def work(connection: Connection) -> Outcome:
            return ingest(connection, visit, self._intake, earlier)

        future = self._writer.submit(self.held.guarded(host, work) if self.held else work)
        future.add_done_callback(partial(self._recorded, host=host))
        return future

    def note_robots(self, host: str, **state: Any) -> Future[None]:
        """Remember what a host's robots.txt said."""
        now = self._clock()

        def work(connection: Connection) -> None:
            last_visits.note_robots(connection, host, now=now, **state)

        guarded = self.held is not None and self.held.of(host) is not None
        return self._writer.submit(self.held.guarded(host, work) if self.held and guarded else work)

    def count(self, counts: Mapping[tuple[str, str], int]) -> Future[None]:
        """Add to the run's counters what no visit brings."""
        return self._writer.submit(lambda connection: runs.count(connection, self.run_id, counts))

    def beat(self) -> Future[None]:
        """Say that the run is alive, have its holds confirmed, add a point to its curve."""
        return self._writer.submit(self._beat, urgent=True)

    def close(self, reason: str, exit_code: int, timeout: float | None = None) -> None:
        """Commit everything, give pages back, say how the run ended.

        Raises:
            StoreError: Writing had ended before; what was not committed is fetched again.
        """
        now = self._clock()
        self.ended_as = reason

        def finish(connection: Connection) -> None:
            runs.finish(connection, self.run_id, reason=reason, exit_code=exit_code, now=now)

        def end(connection: Connection) -> None:
            leases.release_run(connection, self.run_id)
            self._beat(connection)
            finish(connection)
            thin(connection, now)

        self._writer.submit(end, urgent=True)
        self._writer.stop(timeout)
        if self._fatal:
            # The archive alone may have broken; and one row fits in where many do not.
            first_that_fits(self.store.writing, end, finish)
        self._archive.close()
        self.store.close()
        if self._fatal:
            raise self._fatal

    def _begin(self, connection: Connection) -> tuple[int, datetime]:
        now, channels = self._clock(), self.plan.channels
        # A SQLite file has one crawl at a time (the crawl lock): whatever is leased is orphaned.
        if self.held is None:
            leases.take_back(connection)
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
            # Times have whole seconds: a sweep may begin in the second in which the last one ended.
            before = self.sweep + timedelta(seconds=1)
            frontier.open_again(connection, urls, before, self._clock())
        return new

    def _see(self, found: Iterable[str]) -> None:
        """Hear of hosts that have pages of this crawl."""
        self._hosts.update(host for host in found if self._only in (None, host))

    def _lease(self, connection: Connection, wanted: Sequence[str]) -> Refill:
        if self.held is None:
            return Refill(tuple(self._take(connection, wanted)), frozenset(wanted))
        asked = set(wanted)
        # Also of those that were left meanwhile: they go to others when their last page is done.
        mine = self.held.confirm(connection, self.held.among(asked | self._left))
        going = [host for host, is_over in mine.items() if host in asked and not is_over]
        taken = self._take(connection, going)
        idle = mine.keys() - {lease.host for lease in taken}
        done = idle - leases.busy_hosts(connection, self.run_id, idle)
        # Also where others fetch: when they end, or die, the rest is ours.
        rich = frontier.hosts_waiting(connection, asked - mine.keys(), self.days)
        asked_for = leases.asked_for(connection, self.queue_name) if rich else set()
        elsewhere = 0 if taken else self._elsewhere(connection)
        return Refill(
            tuple(taken),
            frozenset(wanted),
            elsewhere,
            wanted=frozenset(rich - asked_for),
            done=frozenset(done),
        )

    def _elsewhere(self, connection: Connection) -> int:
        """Pages that others fetch, or found on hosts that this run has not heard of."""
        self._see(frontier.hosts_of(connection, self.plan.channels))
        return frontier.waiting(connection, self.hosts, self.days)

    def _take(self, connection: Connection, names: Sequence[str]) -> Sequence[Lease]:
        taken = self._chosen(connection, names)
        self._host_of.update((lease.id, lease.host) for lease in taken)
        return taken

    def _chosen(self, connection: Connection, names: Sequence[str]) -> Sequence[Lease]:
        take = partial(leases.lease, connection, self.run_id, names)
        lists = (LIST_PRIORITY, LIST_PRIORITY)
        if self.plan.limit is None:
            return [
                *take(per_host=PER_HOST, ranks=lists),
                *take(per_host=PER_HOST, ranks=self.days),
            ]
        articles = take(per_host=PER_HOST, ranks=self.days)
        return articles or take(per_host=1, ranks=lists)

    def _recorded(self, future: Future[Outcome], host: str) -> None:
        """On the writer's thread: a visit is committed, or could not be stored."""
        if error := future.exception():
            if not isinstance(error, (StoreError, HoldLostError)):
                logger.error("a page could not be stored", exc_info=error)
            return
        found = future.result().hosts
        self._see(found)
        if self.held is not None:
            # It may have been the last page of the host, which can go to others then.
            found |= {host}
        if found:
            self.on_pages(found & self._hosts)

    def _beat(self, connection: Connection) -> None:
        now = self._clock()
        runs.beat(connection, self.run_id, now)
        if self.held is not None:
            self.held.confirm(connection, self.held.all())
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
