"""Whether a host may be asked follows from when the database last said that it is ours."""

from __future__ import annotations

from crawler.crawl.holding import HeldHosts, Pace
from crawler.store.leases import Hold

HOST = "sd.people.com.cn"
HOLD = Hold(HOST, 1, 1, 0)


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def held(clock: Clock) -> HeldHosts:
    """One host, confirmed now."""
    hosts = HeldHosts(Pace(30), now=clock)
    hosts.add(HOLD, confirmed=clock.now)
    return hosts


def test_a_host_is_asked_only_for_a_while_after_it_was_confirmed():
    """A process that was stopped in between asks nothing when it goes on."""
    clock = Clock()
    hosts = held(clock)
    at_once = hosts.may_ask(HOST)
    clock.now += hosts.pace.window

    assert (at_once, hosts.may_ask(HOST)) == (True, False)


def test_whoever_takes_over_waits_longer_than_a_request_may_still_leave():
    """The two times leave room between them, and end before a job is taken over a second time."""
    pace = Pace(30)

    assert pace.beat < pace.window < pace.wait < pace.stalled


def test_a_lost_host_is_not_asked_until_it_is_held_again():
    """Also if its hold was let go of meanwhile, and unlike a host that is only led to."""
    clock = Clock()
    hosts = held(clock)
    hosts.lose(HOLD)
    hosts.drop(HOST)
    lost = hosts.may_ask(HOST)
    hosts.add(Hold(HOST, 2, 1, 0), confirmed=clock.now)

    assert (lost, hosts.may_ask(HOST), hosts.may_ask("www.people.com.cn")) == (False, True, True)


def test_the_loss_of_an_old_hold_leaves_the_new_one_alone():
    """A late answer about a job that has ended says nothing of the next."""
    hosts = held(Clock())
    told = []
    hosts.on_lost = told.append
    hosts.lose(Hold(HOST, 0, 1, 0))

    assert (told, hosts.of(HOST)) == ([], HOLD)
