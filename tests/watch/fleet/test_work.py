"""Schedules and wishes become jobs once, whoever comes to them, and are settled when those end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest

from crawler.crawl.holding import Pace
from crawler.errors import SchemaError
from crawler.fleet.worker import make_app
from crawler.store import requests
from crawler.watch.fleet import sweeps, work
from crawler.watch.fleet.sweeps import Sweep, Sweeper
from crawler.watch.schedule import history, schedules
from crawler.watch.schedule.schedules import Schedule
from tests.crawl.visits import NOW

pytestmark = pytest.mark.postgres

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def scheduled(server):
    """A schedule of two channels that is due at LATER."""
    with server.writing.begin() as c:
        one = Schedule(
            name="s", channels=("sd", "bj"), cron="0 * * * *", options={}, settled_until=NOW
        )
        schedules.save(c, one, NOW)
    return server


def last(server) -> dict:
    with server.reading.connect() as c:
        (one,) = schedules.load(c, "s")
        return history.latest(c, one.id, 1)[0]


def end(jobs, status: str) -> None:
    jobs._scalar(f"UPDATE procrastinate_jobs SET status = '{status}' RETURNING id")


def test_a_schedule_is_deferred_once(scheduled):
    """The second worker that looks finds it done."""
    first, second = work.defer_due(scheduled, LATER), work.defer_due(scheduled, LATER)

    assert (first, second) == (2, 0)


@pytest.mark.parametrize(
    ("status", "outcome"), [("succeeded", "done"), ("failed", "failed"), ("aborted", "failed")]
)
def test_a_planned_time_is_settled_when_its_last_job_has_ended(scheduled, jobs, status, outcome):
    """Not before; and as failed if one of them was."""
    work.defer_due(scheduled, LATER)
    work.settle(scheduled, LATER)
    before = last(scheduled)["outcome"]
    end(jobs, status)
    work.settle(scheduled, LATER)

    assert (before, last(scheduled)["outcome"]) == ("running", outcome)


def test_another_runner_leaves_what_the_workers_do_to_them(scheduled):
    """A ``renmin crawl --due`` on the same database does not take it for abandoned."""
    work.defer_due(scheduled, LATER)
    with scheduled.writing.begin() as c:
        settled = history.settle_abandoned(
            c, LATER + timedelta(days=1), alone=False, has_process=lambda _pid: False
        )

    assert settled == 0


def test_what_a_person_asks_for_is_done_by_the_workers(server, jobs):
    """The wish is taken, becomes jobs, and is settled with the last of them."""
    with server.writing.begin() as c:
        wanted = requests.ask(c, requests.RUN, NOW, ["sd"])

    deferred = work.defer_asked(server, NOW)
    with server.reading.connect() as c:
        there = [row["kind"] for row in requests.attending(c, NOW)]
        waiting = requests.waiting(c, requests.RUN)
    end(jobs, "succeeded")
    work.settle(server, NOW)
    with server.reading.connect() as c:
        outcome = c.exec_driver_sql(f"SELECT outcome FROM request WHERE id = {wanted}").scalar()

    assert (deferred, there, waiting, outcome) == (1, ["worker"], 0, "done")


def upgrade_to_a_newer_one(server) -> None:
    with server.writing.begin() as c:
        c.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")


@pytest.mark.parametrize("moment", ["before its crawl", "under its crawl", "a full disk"])
def test_a_worker_that_can_do_no_more_gives_its_job_back(
    server, postgres, jobs, moment, monkeypatch
):
    """Upgraded meanwhile, or a full disk: the job waits for the others, and the worker leaves."""
    hold = jobs.hold(jobs.worker())
    sweeper, left = Sweeper(server, {}, Pace(30.0), []), []
    sweeper.leave = lambda: left.append(jobs.state(hold.job)[0])

    async def crawl(*_: object) -> tuple[int, str | None]:
        if moment == "a full disk":
            return 3, "disk_full"
        upgrade_to_a_newer_one(server)
        return 3, None

    async def sweep() -> None:
        app = make_app(postgres)
        async with app.open_async():
            job = SimpleNamespace(id=hold.job, worker_id=hold.worker, attempts=hold.attempts)
            context = SimpleNamespace(job=job, app=app)
            await sweeper.sweep(context, **Sweep(host=hold.host, channels=("sd",)).as_arguments)

    monkeypatch.setattr(sweeper, "_crawl", crawl)
    if moment == "before its crawl":
        upgrade_to_a_newer_one(server)
    asyncio.run(sweep())

    assert left == ["todo"]
    assert ("disk is full" if moment == "a full disk" else "newer renmin") in str(sweeper.unfit)


def test_a_worker_ends_when_the_database_was_upgraded(server, postgres):
    """With the sentence that it would give at its start; what waits goes on waiting."""
    with server.writing.begin() as c:
        made = sweeps.defer(c, sweeps.of_channels(c, ["sd"]))
    upgrade_to_a_newer_one(server)

    with pytest.raises(SchemaError, match="newer renmin"):
        asyncio.run(work.FleetWorker(server, postgres, "", Pace(30.0), []).work(1))
    with server.reading.connect() as c:
        states = c.exec_driver_sql(
            "SELECT id, status::text FROM renmin_jobs.procrastinate_jobs WHERE task_name = 'sweep'"
        ).all()

    assert [tuple(row) for row in states] == [(number, "todo") for number in made]
