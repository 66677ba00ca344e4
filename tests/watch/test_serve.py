"""The loop of ``renmin serve``."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from crawler.errors import BusyError
from crawler.watch import serve
from crawler.watch.schedule.process import Outside


class Clock:
    def __init__(self, now):
        self.time = now

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock(monday):
    return Clock(monday)


def never(arguments):
    raise AssertionError("nothing is due")


def test_the_check_comes_every_five_minutes(store, clock):
    """Ten minutes of rounds are three looks: at once, and twice more."""
    looks = []

    serve.serve(store, Outside(start=never, now=clock.now), looks.append, clock.sleep, rounds=21)

    assert [at.minute for at in looks] == [0, 5, 10]


def test_what_breaks_in_one_round_is_tried_again(store, clock, caplog):
    """A database that is busy for a while does not end the service."""
    looks = []

    def check(now):
        looks.append(now)
        raise BusyError("renmin.db: held")

    serve.serve(store, Outside(start=never, now=clock.now), check, clock.sleep, rounds=21)

    assert len(looks) == 3
    assert "failed work=check: BusyError: renmin.db: held" in caplog.text


def test_sigterm_ends_the_service_with_exit_code_0(tmp_path):
    """It says that it serves, and ends when it is told to."""
    command = [sys.executable, "-c", "from crawler.cli.main import main; main()", "serve"]
    environ = {**os.environ, "RENMIN_DATABASE": f"sqlite:///{tmp_path}/renmin.db"}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as child:
        try:
            assert "serving" in child.stderr.readline()
            child.send_signal(signal.SIGTERM)
            rest = child.stderr.read()
        finally:
            # It has ended by itself, unless the test has failed.
            child.kill()

    assert child.returncode == 0
    assert rest.endswith("ended\n")


def test_what_a_policy_lets_go_goes_once_a_day(store, clock):
    """Also on the day on which the service was started."""
    days = []

    serve.serve(
        store,
        Outside(start=never, now=clock.now),
        lambda _now: None,
        lambda seconds: clock.sleep(seconds * 120),
        rounds=50,
        tidy=days.append,
    )

    assert [at.day for at in days] == [2, 3, 4]
