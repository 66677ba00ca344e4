"""On a server a run takes pages only of hosts that its jobs hold, and writes only of those."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.crawl.holding import HeldHosts, Pace
from crawler.crawl.run import Plan
from crawler.crawl.session import CrawlSession
from crawler.errors import HoldLostError
from crawler.items import Link
from crawler.store.archive import Archive
from crawler.store.engine import open_store
from tests.crawl.visits import NOW, article, visit
from tests.fleet.conftest import Jobs

pytestmark = pytest.mark.postgres

SD, BJ = "sd.people.com.cn", "bj.people.com.cn"
LINKS = [
    Link(
        url=f"http://{host}/{n}.html",
        fetch_url=f"http://{host}/{n}.html",
        kind="article",
        channel="sd",
    )
    for host in (SD, BJ)
    for n in range(2)
]


@pytest.fixture
def fleet(server):
    """The jobs of the database."""
    return Jobs(server)


@pytest.fixture
def sessions(postgres, fleet, tmp_path):
    """A function that begins a run on the server."""
    begun = []

    def begin(only: str | None = None) -> CrawlSession:
        session = CrawlSession(
            open_store(postgres),
            Archive(tmp_path / f"{len(begun)}.db"),
            Plan("test", ("sd",)),
            code_version="1",
            clock=lambda: NOW + timedelta(seconds=len(begun)),
            held=HeldHosts(Pace(3.0), only),
        )
        begun.append(session)
        return session

    yield begin
    for session in begun:
        session.close("finished", 0)


def test_pages_come_of_held_hosts_and_the_others_are_wanted(sessions, fleet):
    """Nothing is taken of a host without a job; a job is asked for once."""
    session = sessions()
    session.enter(LINKS, start=True).result(10)
    session.held.add(fleet.hold(fleet.worker(), SD), confirmed=0.0)

    first = session.lease().result(10)
    fleet.waiting(BJ, queue=session.queue_name)
    second = session.lease().result(10)

    assert {lease.host for lease in first.leases} == {SD}
    assert (first.wanted, second.wanted) == ({BJ}, frozenset())
    # Two of the other host, and what is under way here.
    assert second.elsewhere == 4


def test_a_host_is_done_when_its_last_page_is_stored(sessions, fleet):
    """Not while a page is under way: it may bring more."""
    session = sessions()
    session.enter(LINKS[:2], start=True).result(10)
    session.held.add(fleet.hold(fleet.worker(), SD), confirmed=0.0)
    leased = session.lease().result(10).leases

    under_way = session.lease().result(10).done
    for each in leased:
        session.record(visit(each.id, article(each.id, channel="sd"))).result(10)
    after = session.lease().result(10)

    assert (under_way, after.done, after.elsewhere) == (frozenset(), {SD}, 0)


def test_a_visit_to_a_host_that_was_taken_over_is_not_stored(sessions, fleet):
    """Whoever took over takes the page back and stores it once."""
    one = sessions()
    one.enter(LINKS[:2], start=True).result(10)
    hold = fleet.hold(fleet.worker(), SD)
    one.held.add(hold, confirmed=0.0)
    leased = one.lease().result(10).leases
    other = sessions()
    fleet.take_over(hold)

    refused = one.record(visit(leased[0].id, article(1))).exception(10)
    mine = fleet.hold(fleet.worker(), SD)
    left_behind, _delay = other.look_at_host(mine).result(10)
    other.take_host(mine).result(10)
    other.held.add(mine, confirmed=0.0)
    again = other.lease().result(10).leases
    stored = other.record(visit(again[0].id, article(1))).exception(10)

    assert isinstance(refused, HoldLostError)
    assert stored is None
    assert (left_behind, {each.id for each in again}) == (2, {each.id for each in leased})


def test_a_run_for_one_host_knows_of_no_other(sessions):
    """What a worker starts for a host enters and waits for that host's pages alone."""
    session = sessions(only=BJ)
    session.enter(LINKS, start=True).result(10)
    refill = session.lease().result(10)

    assert session.hosts == {BJ}
    assert refill.elsewhere == 2
