"""The hosts that jobs of this process hold, and whether it may still ask them.

On PostgreSQL a host belongs to the job that has its lock (:mod:`crawler.store.leases`), and a job
may be taken from a process that has been silent for too long: stopped, cut off, or without a
database. Such a process must neither write nor ask any more when it comes back:

- *Writing*: every transaction that stores something of a host locks the row of its job first.
- *Asking*: a request is sent only while the database has confirmed the hold within the last
  :attr:`Pace.window` seconds, by this machine's own clock, which runs on while a process is
  stopped. Whoever takes over from a process that did not end in order waits longer than that
  before its first request. So no host is asked by two at once, whatever the clocks say.

With one process (SQLite) nobody holds anything, and everything may be asked.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from crawler.errors import HoldLostError
from crawler.store import last_visits, leases
from crawler.store.leases import Hold

if TYPE_CHECKING:
    from crawler.crawl.session import CrawlSession

# A process whose worker has been silent for so long loses its jobs.
STALLED_SECONDS = 30.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a fleet notices what has died; all in seconds.

    Attributes:
        stalled: A job is taken from a worker that has been silent for so long.
    """

    stalled: float = STALLED_SECONDS

    @property
    def beat(self) -> float:
        """A worker says so often that it is alive, and a crawl has its holds confirmed."""
        return self.stalled / 6

    @property
    def window(self) -> float:
        """So long after a confirmation a host may be asked."""
        return self.stalled / 3

    @property
    def wait(self) -> float:
        """So long whoever takes over waits before it asks."""
        return self.stalled / 2

    @property
    def turn(self) -> float:
        """So long a host is kept although others wait for it."""
        return self.stalled

    @property
    def poll(self) -> float:
        """So often jobs are looked for that nobody has told of."""
        return min(5.0, self.stalled / 6)


@dataclass(slots=True)
class _Held:
    hold: Hold
    until: float
    confirmed: float


class HeldHosts:
    """What this process holds; used by its event loop and by the thread that writes.

    Args:
        pace: See there.
        only: The one host that this crawl asks; ``None`` for all of its channels'.
        now: A clock that runs on while the process is stopped.

    Attributes:
        on_lost: Called with a host that was taken away, on the thread that learned of it.
    """

    def __init__(
        self, pace: Pace, only: str | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.pace = pace
        self.only = only
        self.on_lost: Callable[[str], None] = lambda _host: None
        self._now = now
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}
        self._lost: set[str] = set()

    def add(self, hold: Hold, confirmed: float) -> None:
        """Hold a host; ``confirmed`` is when the database was last asked."""
        # Two processes that began together do not change hosts in step.
        until = self._now() + self.pace.turn * random.uniform(0.5, 1.5)
        with self._lock:
            self._lost.discard(hold.host)
            self._held[hold.host] = _Held(hold, until, confirmed)

    def drop(self, host: str) -> None:
        """Hold a host no more, in order: nothing of it is under way."""
        with self._lock:
            self._held.pop(host, None)

    def lose(self, hold: Hold) -> None:
        """Hold a host no more, although pages may be under way: nothing more is asked or written."""
        with self._lock:
            mine = self._held.get(hold.host)
            if mine is None or mine.hold != hold:
                return
            del self._held[hold.host]
            self._lost.add(hold.host)
        self.on_lost(hold.host)

    def of(self, host: str) -> Hold | None:
        """The hold on a host."""
        held = self._held.get(host)
        return held.hold if held else None

    def among(self, hosts: Iterable[str]) -> list[Hold]:
        """The holds on those of ``hosts`` that are held."""
        return [hold for host in hosts if (hold := self.of(host)) is not None]

    def all(self) -> list[Hold]:
        """Every hold."""
        with self._lock:
            return [held.hold for held in self._held.values()]

    def may_ask(self, host: str) -> bool:
        """Whether a request to ``host`` may leave now.

        Hosts that were never held are those of redirects: no page of the crawl waits there.
        """
        held = self._held.get(host)
        if held is None:
            return host not in self._lost
        return self._now() < held.confirmed + self.pace.window

    def confirm(self, connection: Connection, mine: Iterable[Hold]) -> dict[str, bool]:
        """Have the database confirm holds, for as long as this transaction lasts.

        Returns:
            The hosts that are still held, each with whether its turn is over and others wait.
        """
        mine = list(mine)
        asked_at = self._now()
        good = leases.confirm(connection, mine)
        for hold in mine:
            if hold.host not in good:
                self.lose(hold)
        with self._lock:
            for host in good:
                if held := self._held.get(host):
                    held.confirmed = max(held.confirmed, asked_at)
            return {
                host: wanted and host in self._held and self._now() > self._held[host].until
                for host, wanted in good.items()
            }

    def guarded(self, host: str, work: Callable[[Connection], T]) -> Callable[[Connection], T]:
        """``work`` for a transaction, done only while the hold that is good now still is."""
        hold = self.of(host)

        def guarded(connection: Connection) -> T:
            if hold is None or host not in self.confirm(connection, [hold]):
                raise HoldLostError(host)
            return work(connection)

        return guarded


def look_at_host(connection: Connection, hold: Hold) -> tuple[int, float]:
    """See :meth:`crawler.crawl.session.CrawlSession.look_at_host`."""
    if not leases.confirm(connection, [hold]):
        raise HoldLostError(hold.host)
    delays = last_visits.crawl_delays(connection, [hold.host])
    return leases.count(connection, hold.host), delays.get(hold.host, 0.0)


def take_host(connection: Connection, hold: Hold) -> int:
    """See :meth:`crawler.crawl.session.CrawlSession.take_host`."""
    if not leases.confirm(connection, [hold]):
        raise HoldLostError(hold.host)
    return leases.take_back(connection, hold.host)


async def begin(session: CrawlSession, held: HeldHosts, hold: Hold, delay: float) -> bool:
    """Begin to ask a host that a job holds: as soon as nobody else can still be asking it.

    Args:
        session: Of the crawl.
        held: What it holds.
        hold: The job that it was given.
        delay: Seconds between two requests to a host.

    Returns:
        False if the job was taken away again meanwhile.
    """
    try:
        left_behind, wanted_delay = await asyncio.wrap_future(session.look_at_host(hold))
        # Whoever held it before and ended in order has asked it just now; whoever did not may be
        # asking it still, until its window closes.
        await asyncio.sleep(max(delay, wanted_delay, held.pace.wait if left_behind else 0.0))
        await asyncio.wrap_future(session.take_host(hold))
    except HoldLostError:
        return False
    # The next heart-beat, or the first pages, confirm it.
    held.add(hold, confirmed=time.monotonic() - held.pace.window)
    session.on_pages(frozenset({hold.host}))
    return True
