"""A transaction writes of a host only while its job is still the one that holds it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from crawler.crawl.holding import HeldHosts, Pace
from crawler.errors import HoldLostError
from crawler.store import leases
from tests.fleet.conftest import HOST

pytestmark = pytest.mark.postgres


def test_a_hold_is_good_while_its_job_is_at_work(jobs):
    """Another worker, another attempt or a job that waits again is somebody else's."""
    mine = jobs.hold(jobs.worker())
    other = replace(mine, worker=jobs.worker())
    again = replace(mine, attempts=1)

    with jobs.store.writing.begin() as c:
        found = [leases.confirm(c, [hold]) for hold in (mine, other, again)]
    jobs.take_over(mine)
    with jobs.store.writing.begin() as c:
        found.append(leases.confirm(c, [mine]))

    assert found == [{HOST: False}, {}, {}, {}]


def test_a_hold_says_whether_others_wait(jobs):
    """A crawl that waits for the same host is seen; not one for another host, nor another sweep."""
    mine = jobs.hold(jobs.worker())
    jobs.waiting("bj.people.com.cn", task=leases.HOLD)
    jobs.waiting()
    with jobs.store.writing.begin() as c:
        alone = leases.confirm(c, [mine])
    jobs.waiting(task=leases.HOLD)
    with jobs.store.writing.begin() as c:
        awaited = leases.confirm(c, [mine])

    assert (alone, awaited) == ({HOST: False}, {HOST: True})


def test_taking_over_waits_for_the_transaction_that_writes(jobs):
    """What was begun while the host was ours is committed before anybody else can have it."""
    mine = jobs.hold(jobs.worker())
    taker = threading.Thread(target=jobs.take_over, args=(mine,))

    with jobs.store.writing.begin() as c:
        leases.confirm(c, [mine])
        taker.start()
        taker.join(0.5)
        waited = taker.is_alive()
    taker.join(10)

    assert waited
    assert jobs.state(mine.job)[0] == "todo"


def test_a_process_that_was_silent_for_too_long_writes_nothing(jobs):
    """Its transaction is refused, it is told once, and the host is asked no more."""
    mine = jobs.hold(jobs.worker())
    held = HeldHosts(Pace(3.0))
    told = []
    held.on_lost = told.append
    held.add(mine, confirmed=held._now())
    work = held.guarded(HOST, lambda _connection: "written")

    with jobs.store.writing.begin() as c:
        before = work(c), held.may_ask(HOST)
    jobs.take_over(mine)
    with jobs.store.writing.begin() as c, pytest.raises(HoldLostError):
        work(c)

    assert before == ("written", True)
    assert (told, held.may_ask(HOST)) == ([HOST], False)
