"""What somebody asks for is taken once, done, and said to be done."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from crawler.store import requests, runs
from crawler.store.engine import crawl_lock
from crawler.store.tables import request, run
from crawler.watch import serve
from crawler.watch.schedule import asked
from crawler.watch.schedule.process import Outside

MINUTE = timedelta(minutes=1)


class Crawl:
    """A crawl that takes some minutes by a clock that moves when somebody waits."""

    def __init__(self, world, minutes, code):
        self.world, self.pid, self.code = world, 4711, code
        self.ends = world.time + minutes * MINUTE
        with world.store.writing.begin() as connection:
            self.row = runs.start(connection, command="", channels=[], settings={}, now=world.time)
            connection.execute(sa.update(run).where(run.c.id == self.row).values(pid=self.pid))

    def wait(self, at_most):
        if self.ends <= self.world.time + at_most:
            self.world.time = max(self.world.time, self.ends)
            return self.code
        self.world.time += at_most
        return self.world.interrupted()

    def terminate(self):
        self.ends, self.code = self.world.time, -15
        with self.world.store.writing.begin() as connection:
            end = {"reason": "shutdown", "exit_code": 3, "now": self.world.time}
            runs.finish(connection, self.row, **end)


class World:
    def __init__(self, store, now):
        self.store, self.time = store, now
        self.minutes, self.code, self.stop_at = 5, 0, None
        self.started = []

    @property
    def outside(self):
        return Outside(start=self.start, now=lambda: self.time)

    def start(self, arguments):
        self.started.append(arguments)
        return Crawl(self, self.minutes, self.code)

    def interrupted(self):
        if self.stop_at and self.time >= self.stop_at:
            raise KeyboardInterrupt

    def ask(self, *channels, kind=requests.RUN, run_id=None):
        with self.store.writing.begin() as connection:
            return requests.ask(connection, kind, self.time, channels, run_id)

    def rows(self):
        with self.store.reading.connect() as connection:
            return list(connection.execute(sa.select(request).order_by(request.c.id)))


@pytest.fixture
def world(store, monday):
    return World(store, monday)


def test_a_request_is_crawled_once_and_linked_to_its_run(world):
    """It is taken, done, and leads to the run that came of it."""
    world.ask("sd", "bj")

    done = asked.work_off(world.store, world.outside)
    again = asked.work_off(world.store, world.outside)

    (row,) = world.rows()
    assert (done, again, world.started) == (1, 0, [["crawl", "sd", "bj"]])
    assert (row.outcome, row.run_id, row.ended_at - row.taken_at) == ("done", 1, 5 * MINUTE)


def test_what_is_asked_twice_is_written_down_once(world):
    """A button pressed twice is one crawl; another channel is another one."""
    numbers = [world.ask("sd"), world.ask("sd"), world.ask("bj")]

    assert numbers == [1, 1, 2]


@pytest.mark.parametrize(("code", "detail"), [(3, "exit code 3"), (-9, "signal 9")])
def test_a_crawl_that_does_not_end_well_is_said_to_have_failed(world, code, detail):
    """The row names the exit code or the signal."""
    world.code = code
    world.ask("sd")

    asked.work_off(world.store, world.outside)

    (row,) = world.rows()
    assert row.outcome == "failed"
    assert detail in row.detail


def test_a_crawl_that_takes_too_long_is_stopped(world):
    """After three hours; what is left waits for the next crawl."""
    world.minutes = 600
    world.ask("sd")

    asked.work_off(world.store, world.outside)

    (row,) = world.rows()
    assert row.outcome == "timeout"
    assert timedelta(0) <= row.ended_at - row.taken_at - asked.LONGEST < MINUTE


def test_a_request_waits_for_the_crawl_that_is_going_on(world):
    """Nothing is begun beside it, and nothing is lost."""
    world.ask("sd")

    with crawl_lock(world.store):
        done = asked.work_off(world.store, world.outside)

    assert (done, world.rows()[0].taken_at) == (0, None)


def test_a_runner_that_ends_leaves_its_request_to_the_next(world):
    """A restart of the service in the middle of it goes on with it, as the run that it was."""
    world.ask("sd")
    world.stop_at = world.time + MINUTE

    with pytest.raises(KeyboardInterrupt):
        asked.work_off(world.store, world.outside)
    world.stop_at = None
    done = asked.work_off(world.store, world.outside)

    assert (done, world.rows()[0].outcome) == (1, "done")
    assert world.started == [["crawl", "sd"], ["crawl", "sd", "--continue-run", "1"]]


def test_a_request_whose_runner_was_killed_is_settled(world):
    """The next runner says so, and does not begin it by itself."""
    world.ask("sd")
    with world.store.writing.begin() as connection:
        requests.take(connection, requests.RUN, world.time)
    world.time += MINUTE
    world.ask("bj")

    asked.work_off(world.store, world.outside)

    assert [row.outcome for row in world.rows()] == ["lost", "done"]


def test_what_was_taken_back_is_not_done(world):
    """Only as long as nobody has taken it."""
    number = world.ask("sd")
    with world.store.writing.begin() as connection:
        first = requests.cancel(connection, number, world.time)
        second = requests.cancel(connection, number, world.time)

    assert (first, second) == (True, False)
    assert asked.work_off(world.store, world.outside) == 0


def test_a_stop_is_for_its_run_alone(world):
    """Another run does not take it."""
    with world.store.writing.begin() as connection:
        for _ in range(2):
            runs.start(connection, command="", channels=["sd"], settings={}, now=world.time)
    world.ask(kind=requests.STOP, run_id=2)

    with world.store.writing.begin() as connection:
        other = requests.take(connection, requests.STOP, world.time, 1)
        mine = requests.take(connection, requests.STOP, world.time, 2)

    assert other is None
    assert mine.run_id == 2


def test_the_service_takes_a_request_within_seconds(world):
    """It looks every two seconds between its rounds, and is known to be there."""
    began = world.time

    def sleep(seconds):
        world.time += timedelta(seconds=seconds)
        if world.time - began == timedelta(seconds=10):
            world.ask("sd")

    serve.serve(world.store, world.outside, lambda _: None, sleep, rounds=1)

    (row,) = world.rows()
    with world.store.reading.connect() as connection:
        present = requests.attending(connection, world.time)
    assert row.taken_at - row.asked_at <= timedelta(seconds=2)
    assert [one["kind"] for one in present] == ["serve"]


def test_who_was_here_does_not_count_for_ever(world):
    """A service that said good-bye, or was not heard of for minutes, takes nothing any more."""
    with world.store.writing.begin() as connection:
        requests.attend(connection, "serve", world.time)
        now = requests.attending(connection, world.time + MINUTE)
        later = requests.attending(connection, world.time + 5 * MINUTE)
    serve.leave(world.store)
    with world.store.reading.connect() as connection:
        left = requests.attending(connection, world.time)

    assert ([one["kind"] for one in now], later, left) == (["serve"], [], [])
