"""What is to be crawled becomes one job a host, once, in the transaction that decides it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.items import Link
from crawler.report import watch as report
from crawler.store import frontier, requests
from crawler.watch.fleet import sweeps
from crawler.watch.fleet.sweeps import Sweep
from tests.crawl.visits import NOW

pytestmark = pytest.mark.postgres

SD, BJ, OLD = "sd.people.com.cn", "bj.people.com.cn", "sd.people.cn"


def hosts(found) -> list[tuple[str, bool]]:
    return [(sweep.host, sweep.is_first) for sweep in found]


def test_a_job_says_all_of_its_sweep():
    """What is put into the queue is what is taken out of it."""
    sweep = Sweep(
        host=SD,
        channels=("sd",),
        options={"since": "7d"},
        is_first=False,
        ends_at=NOW + timedelta(hours=3),
        schedule_run=5,
    )

    assert Sweep.of(sweep.as_arguments) == sweep


def test_a_channel_is_its_own_host_and_those_where_its_pages_wait(server):
    """Other hosts are swept for what waits there; channels that rest are left out."""
    old = Link(
        url=f"http://{OLD}/1.html", fetch_url=f"http://{OLD}/1.html", kind="article", channel="sd"
    )
    with server.writing.begin() as c:
        frontier.add(c, [old], NOW, None)
        requests.rest(c, "bj", NOW)
        found = sweeps.of_channels(c, ["sd", "bj", "ah"], options={"except": "ah", "since": "7d"})

    assert hosts(found) == [(SD, True), (OLD, False)]
    assert {tuple(sweep.options.items()) for sweep in found} == {(("since", "7d"),)}


def test_the_same_sweep_waits_once(server, jobs):
    """Asked for twice it is one job, also while another sweep of the host is at work."""
    jobs.hold(jobs.worker(), SD)
    with server.writing.begin() as c:
        first = sweeps.defer(c, sweeps.of_channels(c, ["sd", "bj"]))
        second = sweeps.defer(c, sweeps.of_channels(c, ["sd"]))
        path = c.exec_driver_sql("SHOW search_path").scalar_one()

    assert (len(first), second) == (2, [])
    assert "renmin_jobs" not in path


def test_what_is_not_committed_is_no_job(server):
    """A worker that dies between taking and deferring has done nothing."""
    with server.writing.connect() as c:
        sweeps.defer(c, sweeps.of_channels(c, ["sd"]))
        c.rollback()

    with server.reading.connect() as c:
        assert report.jobs(c, 30, report.STATES, 10) == []


def test_a_job_that_was_stopped_is_done_again_without_its_deadline(server, jobs):
    """Stop takes it back, retry puts it into the queue for itself; another number is no job."""
    sweep = Sweep(host=SD, channels=("sd",), ends_at=NOW, schedule_run=3)
    with server.writing.begin() as c:
        (number,) = sweeps.defer(c, [sweep])
        too_early = sweeps.retry(c, number)
        stopped = sweeps.stop(c, number)
        again = sweeps.retry(c, number)
        unknown = sweeps.stop(c, number + 100), sweeps.retry(c, number + 100)
    with server.reading.connect() as c:
        newest = report.jobs(c, 30, ("todo",), 10)[0]

    assert (too_early, stopped, again, unknown) == (False, True, True, (False, False))
    assert newest["job"] > number
    assert jobs.state(number)[0] == "cancelled"


def test_jobs_are_shown_as_they_are(server, jobs):
    """At work, stalled since its worker is silent, or waiting; and who is there."""
    alive, silent = jobs.worker(-60), jobs.worker(60)
    jobs.hold(alive, SD)
    jobs.hold(silent, BJ)
    jobs.waiting("ah.people.com.cn")

    with server.reading.connect() as c:
        states = {row["host"]: row["state"] for row in report.jobs(c, 30, ("todo", "doing"), 10)}
        workers = {row["worker"]: (row["state"], row["doing"]) for row in report.workers(c, 30)}

    assert states == {SD: "doing", BJ: "stalled", "ah.people.com.cn": "todo"}
    assert workers == {alive: ("alive", 1), silent: ("stalled", 1)}
