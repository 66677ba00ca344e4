"""Several processes on one server share the hosts, and no host is forgotten for the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.crawl.plan import Plan
from crawler.crawl.session import HOSTS_AT_ONCE, CrawlSession
from crawler.items import Link
from crawler.store.archive import Archive
from crawler.store.engine import open_store
from tests.crawl.visits import NOW, article, visit

HOSTS = [f"h{n:02}.people.com.cn" for n in range(2 * HOSTS_AT_ONCE + 3)]
LINKS = [
    Link(
        url=f"http://{host}/1.html", fetch_url=f"http://{host}/1.html", kind="article", channel="sd"
    )
    for host in HOSTS
]


@pytest.fixture
def sessions(postgres, tmp_path):
    """A function that begins a run on the server."""
    begun = []

    def begin() -> CrawlSession:
        session = CrawlSession(
            open_store(postgres),
            Archive(tmp_path / f"{len(begun)}.db"),
            Plan("test", ("sd",)),
            code_version="1",
            clock=lambda: NOW + timedelta(seconds=len(begun)),
        )
        begun.append(session)
        return session

    yield begin
    for session in begun:
        session.close("finished", 0)


def fetch_all(session: CrawlSession) -> set[str]:
    """Lease pages and settle them, once; gives their hosts."""
    taken = session.lease().result(10).leases
    visits = [session.record(visit(each.id, article(each.id, channel="sd"))) for each in taken]
    for future in visits:
        future.result(10)
    return {lease.host for lease in taken}


@pytest.mark.postgres
def test_a_host_without_pages_takes_no_others_place(sessions):
    """With more hosts than a run may hold, those at the end of the alphabet have their turn too."""
    session = sessions()
    session.enter(LINKS, start=True).result(10)

    turns = [fetch_all(session) for _ in range(3)]

    assert [len(turn) for turn in turns] == [HOSTS_AT_ONCE, HOSTS_AT_ONCE, 3]
    assert set.union(*turns) == set(HOSTS)


@pytest.mark.postgres
def test_two_runs_hold_different_hosts(sessions):
    """What one fetches from the other does not, and each has a share."""
    one, other = sessions(), sessions()
    one.enter(LINKS[:8], start=True).result(10)
    other.enter(LINKS[:8], start=True).result(10)

    mine = {lease.host for lease in one.lease().result(10).leases}
    theirs = {lease.host for lease in other.lease().result(10).leases}
    refill = one.lease().result(10)

    assert (len(mine), len(theirs)) == (4, 4)
    assert mine | theirs == set(HOSTS[:8])
    # It waits for what the other holds: that one may die.
    assert (refill.leases, refill.elsewhere) == ((), 8)
