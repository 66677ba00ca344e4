"""The frontier: what is found once is fetched once, and nothing that was taken is forgotten."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from crawler.clock import SHANGHAI
from crawler.items import Failure, Link
from crawler.store import frontier, hosts, leases, runs
from crawler.store.frontier import LIST_PRIORITY

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)
ALL = (0, LIST_PRIORITY)
LATER = NOW + timedelta(minutes=1)


def link(number: int, kind: str = "article", channel: str = "sd", day: int = 1) -> Link:
    url = f"http://{channel}.people.com.cn/{kind}/{number}.html"
    published = date(2026, 11, day) if kind == "article" else None
    return Link(url=url, fetch_url=url, kind=kind, channel=channel, published=published)


@pytest.fixture
def run_id(any_store):
    with any_store.writing.begin() as c:
        return runs.start(c, command="t", channels=["sd"], settings={}, now=NOW)


def take(c, run_id, per_host=10, ranks=ALL, host="sd.people.com.cn"):
    return leases.lease(c, run_id, [host], per_host=per_host, ranks=ranks, until=LATER)


def test_a_page_that_is_found_twice_is_one_row(any_store, run_id):
    """Adding a known address adds nothing and changes nothing."""
    with any_store.writing.begin() as c:
        first = frontier.add(c, [link(1), link(2)], NOW, None)
        second = frontier.add(c, [link(2), link(3)], NOW, None)
        leased = take(c, run_id)

    assert (first, second) == (2, 1)
    assert len(leased) == 3


def test_lists_come_first_and_new_articles_before_old(any_store, run_id):
    """The order is lists, then articles by day, newest first."""
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1, day=3), link(2, day=9), link(3, kind="list")], NOW, None)
        leased = take(c, run_id)

    assert [lease.url.rpartition("/")[2] for lease in leased] == ["3.html", "2.html", "1.html"]


def test_a_leased_page_is_not_leased_again(any_store, run_id):
    """Two takers never hold the same page."""
    with any_store.writing.begin() as c:
        frontier.add(c, [link(n) for n in range(5)], NOW, None)
        first = {lease.id for lease in take(c, run_id, per_host=3)}
        second = {lease.id for lease in take(c, run_id, per_host=3)}

    assert len(first) == 3
    assert len(second) == 2
    assert not first & second


def test_since_leaves_older_articles_waiting(any_store, run_id):
    """Pages under the lowest rank stay PENDING and do not count as waiting for this crawl."""
    floor = date(2026, 11, 5).toordinal()
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1, day=3), link(2, day=9)], NOW, None)
        leased = take(c, run_id, ranks=(floor, LIST_PRIORITY))
        waiting = frontier.waiting(c, ["sd.people.com.cn"], (floor, LIST_PRIORITY))

    assert [lease.url[-6:] for lease in leased] == ["2.html"]
    assert waiting == 1


def test_leases_of_a_dead_process_are_taken_back_when_they_end(any_store, run_id):
    """An expired lease becomes PENDING; one that is still running does not."""
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1)], NOW, None)
        take(c, run_id)
        too_early = leases.take_back(c, NOW)
        in_time = leases.take_back(c, LATER + timedelta(seconds=1))
        again = take(c, run_id)

    assert (too_early, in_time, len(again)) == (0, 1, 1)


def test_a_heartbeat_keeps_leases(any_store, run_id):
    """An extended lease outlives its first end."""
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1)], NOW, None)
        take(c, run_id)
        leases.extend(c, run_id, LATER + timedelta(hours=1))
        taken_back = leases.take_back(c, LATER + timedelta(seconds=1))

    assert taken_back == 0


@pytest.mark.parametrize(
    ("failure", "reopened_at_once", "reopened_in_a_week"),
    [
        (Failure(reason="timeout"), True, True),
        (Failure(reason="http_404", retry=False), False, False),
    ],
)
def test_a_passing_failure_is_tried_again_and_a_final_one_is_not(
    any_store, run_id, failure, reopened_at_once, reopened_in_a_week
):
    """The first failure that may pass is due at once; a final one never."""
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1)], NOW, None)
        lease = take(c, run_id)[0]
        frontier.settle_failed(c, lease.id, failure, NOW)
        at_once = frontier.open_due(c, ["sd"], NOW)
        in_a_week = frontier.open_due(c, ["sd"], NOW + timedelta(days=7))

    assert bool(at_once) is reopened_at_once
    assert bool(at_once or in_a_week) is reopened_in_a_week


def test_a_page_that_keeps_failing_is_given_up(any_store, run_id):
    """After ``retries`` failures in a row a page is not due any more; its reason stays."""
    opened = []
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1)], NOW, None)
        for n in range(4):
            when = NOW + timedelta(days=30 * n)
            opened.append(len(take(c, run_id)))
            c.execute(frontier.frontier.update().values(state="LEASED"))
            frontier.settle_failed(c, 1, Failure(reason="timeout"), when, retries=3)
            frontier.open_due(c, ["sd"], when + timedelta(days=29))
        reason = c.scalar(frontier.frontier.select().with_only_columns(frontier.frontier.c.reason))

    assert opened == [1, 1, 1, 0]
    assert reason == "timeout"


def test_success_forgets_earlier_failures(any_store, run_id):
    """A page that answers again starts from zero attempts."""
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1)], NOW, None)
        frontier.settle_failed(c, 1, Failure(reason="timeout"), NOW)
        frontier.settle_done(c, [(1, NOW)], NOW)
        row = c.execute(frontier.frontier.select()).one()

    assert (row.state, row.attempts, row.reason) == ("DONE", 0, None)


def test_a_host_belongs_to_one_process(any_store, run_id):
    """What one run claims, another cannot claim before it is let go or expires."""
    names = ["a.example", "b.example", "c.example"]
    with any_store.writing.begin() as c:
        other = runs.start(c, command="t", channels=["sd"], settings={}, now=NOW)
        mine = hosts.claim(c, run_id, names, most=2, until=LATER, now=NOW)
        theirs = hosts.claim(c, other, names, most=2, until=LATER, now=NOW)
        hosts.let_go(c, run_id, mine)
        after = hosts.claim(c, other, names, most=3, until=LATER, now=NOW)

    assert (len(mine), len(theirs), len(after)) == (2, 1, 3)


def test_an_interrupted_crawl_goes_on_with_its_sweep(any_store, run_id):
    """A list that was read since the interrupted run began is not opened again."""
    later = NOW + timedelta(minutes=10)
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1, kind="list")], NOW, None)
        frontier.settle_done(c, [(1, None)], NOW + timedelta(minutes=1))
        sweep = runs.sweep_start(c, ["sd"], NOW + timedelta(minutes=5))
        reopened = frontier.open_again(c, [link(1, kind="list").url], sweep, later)
        runs.finish(c, run_id, reason="finished", exit_code=0, now=NOW)
        fresh = runs.sweep_start(c, ["sd"], NOW + timedelta(minutes=6))
        opened = frontier.open_again(c, [link(1, kind="list").url], fresh, later)

    assert (sweep, reopened, opened) == (NOW, 0, 1)


def test_a_list_that_was_read_in_the_future_is_read_again(any_store, run_id):
    """A clock that ran ahead does not keep a list from being read."""
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1, kind="list")], NOW, None)
        frontier.settle_done(c, [(1, None)], NOW + timedelta(days=400))

        opened = frontier.open_again(c, [link(1, kind="list").url], NOW, NOW)

    assert opened == 1
