"""Jobs of a worker that died are done by others, and end by nobody but their own worker."""

from __future__ import annotations

import asyncio

import pytest
from procrastinate.jobs import Job, Status

from crawler.crawl.holding import Pace
from crawler.fleet.worker import make_app, take_over
from crawler.store.leases import HOLD

pytestmark = pytest.mark.postgres

# Seconds that a worker has been silent: one is heard of for as long as the test takes.
DEAD, ALIVE = 60.0, -60.0


def with_app(database: str, work) -> None:
    """Do ``work`` with an open application."""

    async def run() -> None:
        app = make_app(database)
        async with app.open_async():
            await work(app)

    asyncio.run(run())


def test_a_sweep_of_a_dead_worker_waits_again_and_that_of_a_live_one_does_not(jobs, postgres):
    """The next who comes begins it anew, at once."""
    dead, alive = jobs.hold(jobs.worker(DEAD)), jobs.hold(jobs.worker(ALIVE), "bj.people.com.cn")

    with_app(postgres, lambda app: take_over(app, Pace(0.5)))

    assert jobs.state(dead.job)[0] == "todo"
    assert jobs.state(alive.job)[0] == "doing"


def test_the_hold_of_a_crawl_that_died_ends_with_all_that_it_waited_for(jobs, postgres):
    """Nobody else has a use for it, and it would keep the others waiting."""
    worker, other = jobs.worker(DEAD), jobs.worker(ALIVE)
    held = jobs.hold(worker, task=HOLD, worker=worker)
    waiting = jobs.waiting("bj.people.com.cn", task=HOLD, worker=worker)
    theirs = jobs.waiting("ah.people.com.cn", task=HOLD, worker=other)

    with_app(postgres, lambda app: take_over(app, Pace(0.5)))

    assert jobs.state(held.job)[0] == "failed"
    assert jobs.state(waiting) == ()
    assert jobs.state(theirs)[0] == "todo"


def test_a_worker_that_comes_back_does_not_end_the_job_that_is_anothers(jobs, postgres):
    """It knows the job as it was when it was taken from it."""
    first, second = jobs.worker(), jobs.worker()
    hold = jobs.hold(first)
    old = Job(
        id=hold.job,
        queue="q",
        lock=hold.host,
        queueing_lock=None,
        task_name="sweep",
        worker_id=first,
        attempts=0,
    )
    jobs.take_over(hold)
    jobs._scalar(
        f"UPDATE procrastinate_jobs SET status = 'doing', worker_id = {second}"
        f" WHERE id = {hold.job} RETURNING id"
    )

    with_app(postgres, lambda app: app.job_manager.finish_job(old, Status.SUCCEEDED, False))
    with_app(postgres, lambda app: app.job_manager.retry_job(old))

    assert jobs.state(hold.job) == ("doing", second, 1)
