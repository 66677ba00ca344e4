"""A crawl as a subprocess, and the runner with real ones."""

import signal
import sys
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from crawler.clock import SHANGHAI
from crawler.store import requests
from crawler.store.tables import schedule_run
from crawler.watch.schedule import process, runner, schedules

SECOND = timedelta(seconds=1)


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Stands in for renmin: runs the Python text that it is given as its last argument."""

    def make(text):
        monkeypatch.setattr(process, "renmin_command", lambda: [sys.executable, "-c", text])

    return make


def add_due(store, now):
    one = schedules.Schedule(
        name="sd", channels=("sd",), cron="* * * * *", options={}, settled_until=now
    )
    with store.writing.begin() as connection:
        schedules.save(connection, one, now - 90 * SECOND)


def rows(store):
    with store.reading.connect() as connection:
        return connection.execute(sa.select(schedule_run)).all()


def test_the_database_travels_in_the_environment(program, tmp_path):
    """A password is not on the command line, where everybody on the machine could read it."""
    out = tmp_path / "out"
    program(
        f"import os, sys; open({str(out)!r}, 'w').write("
        "os.environ['RENMIN_DATABASE'] + ' ' + ' '.join(sys.argv[1:]))"
    )

    child = process.starter("postgresql://u:geheim@h/d")(["crawl", "sd"])

    assert child.wait(60 * SECOND) == 0
    assert out.read_text(encoding="utf-8") == "postgresql://u:geheim@h/d crawl sd"


def test_a_child_that_goes_on_has_no_exit_code(program):
    """Waiting gives None until it ends; SIGTERM shows as a negative code."""
    program("import time; time.sleep(60)")
    child = process.starter("sqlite:///x.db")(["crawl"])

    assert child.wait(timedelta(0)) is None
    assert process.has_process(child.pid)

    child.terminate()

    assert child.wait(60 * SECOND) == -signal.SIGTERM
    assert not process.has_process(child.pid)


@pytest.mark.parametrize(
    ("text", "outcome", "code"),
    [
        ("", "done", 0),
        ("raise SystemExit(3)", "failed", 3),
        ("import os; os.kill(os.getpid(), 9)", "failed", -9),
    ],
)
def test_the_exit_is_recorded(store, program, text, outcome, code):
    """However the crawl ends, its row says so."""
    program(text)
    add_due(store, datetime.now(SHANGHAI))

    (ended,) = runner.work_off(store, process.Outside(start=process.starter(store.url)))

    (row,) = rows(store)
    assert (ended.outcome, ended.exit_code) == (row.outcome, row.exit_code) == (outcome, code)
    assert row.ended_at is not None


def test_a_program_that_is_not_there_is_recorded(store, monkeypatch):
    """A start that fails is a failed run with the reason, not a dead runner."""
    monkeypatch.setattr(process, "renmin_command", lambda: ["/nowhere/renmin"])
    add_due(store, datetime.now(SHANGHAI))

    (ended,) = runner.work_off(store, process.Outside(start=process.starter(store.url)))

    assert ended.outcome == "failed"
    assert "/nowhere/renmin" in rows(store)[0].detail


def test_sigterm_ends_the_crawl_and_settles_its_row(store, program):
    """A runner that is told to stop leaves no crawl behind and no row open."""
    program("import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(60)")
    add_due(store, datetime.now(SHANGHAI))

    with pytest.raises(SystemExit) as stopped, process.stop_on_signal():
        runner.work_off(store, process.Outside(start=process.starter(store.url)))

    (row,) = rows(store)
    assert stopped.value.code == 128 + signal.SIGTERM
    assert (row.outcome, row.exit_code) == ("interrupted", -signal.SIGTERM)
    assert "the next one goes on with it" in row.detail


def test_a_crawl_that_does_not_stop_is_killed(store, program, monkeypatch):
    """At the end of its time SIGTERM, after the grace SIGKILL, and the row says timeout."""
    monkeypatch.setattr(process, "STOP_GRACE", 0.2 * SECOND)
    monkeypatch.setattr(process, "FIRST_LOOK", 0.5 * SECOND)
    program(
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    )
    began = datetime.now(SHANGHAI)
    add_due(store, began)
    clock = iter([began] * 6)
    outside = process.Outside(
        start=process.starter(store.url),
        # Three hours are over at the second look.
        now=lambda: next(clock, began + timedelta(hours=4)),
    )

    (ended,) = runner.work_off(store, outside)

    assert (ended.outcome, ended.exit_code) == ("timeout", -signal.SIGKILL)


def test_a_planned_time_of_paused_channels_says_why_nothing_came(store, program):
    """The crawl has nothing to do and ends well; the history tells it from one that was done."""
    program("")
    add_due(store, datetime.now(SHANGHAI))
    with store.writing.begin() as connection:
        requests.rest(connection, "sd", datetime.now(SHANGHAI))

    runner.work_off(store, process.Outside(start=process.starter(store.url)))

    (row,) = rows(store)
    assert (row.outcome, row.detail) == ("done", "every channel is paused: renmin channels")
