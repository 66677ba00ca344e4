"""The frontier: what is found once is fetched once, and nothing that was taken is forgotten."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from crawler.clock import SHANGHAI
from crawler.items import Failure, Link
from crawler.store import frontier, leases, runs
from crawler.store.frontier import LIST_PRIORITY

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)
ALL = (0, LIST_PRIORITY)


def link(number: int, kind: str = "article", channel: str = "sd", day: int = 1) -> Link:
    url = f"http://{channel}.people.com.cn/{kind}/{number}.html"
    published = date(2026, 11, day) if kind == "article" else None
    return Link(url=url, fetch_url=url, kind=kind, channel=channel, published=published)


@pytest.fixture
def run_id(any_store):
    with any_store.writing.begin() as c:
        return runs.start(c, command="t", channels=["sd"], settings={}, now=NOW)


def take(c, run_id, per_host=10, ranks=ALL, host="sd.people.com.cn"):
    return leases.lease(c, run_id, [host], per_host=per_host, ranks=ranks)


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


def test_pages_of_a_dead_process_are_taken_back(any_store, run_id):
    """Whoever has a host, or the file, has its leased pages again; those of other hosts stay."""
    with any_store.writing.begin() as c:
        frontier.add(c, [link(1), link(2, channel="bj")], NOW, None)
        take(c, run_id)
        take(c, run_id, host="bj.people.com.cn")
        of_one_host = leases.take_back(c, "sd.people.com.cn")
        left = leases.count(c, "bj.people.com.cn")
        of_all = leases.take_back(c)

    assert (of_one_host, left, of_all) == (1, 1, 1)


def test_a_run_gives_back_its_own_pages_only(any_store, run_id):
    """A page that another run has by now stays with that run."""
    with any_store.writing.begin() as c:
        other = runs.start(c, command="t", channels=["sd"], settings={}, now=NOW)
        frontier.add(c, [link(1)], NOW, None)
        (page,) = take(c, run_id)
        leases.put_back(c, other, [page.id])
        after_others = leases.count(c, "sd.people.com.cn")
        leases.put_back(c, run_id, [page.id])
        after_mine = leases.count(c, "sd.people.com.cn")

    assert (after_others, after_mine) == (1, 0)


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


@pytest.mark.parametrize("reason", ["shutdown", "taken_over", "passed_on", "stopped"])
def test_a_crawl_that_others_go_on_with_is_one_sweep(any_store, run_id, reason):
    """Whoever takes a host over does not read its lists again."""
    with any_store.writing.begin() as c:
        runs.finish(c, run_id, reason=reason, exit_code=3, now=NOW)

        assert runs.sweep_start(c, ["sd"], NOW + timedelta(minutes=5)) == NOW


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
