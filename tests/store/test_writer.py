"""The writer: a batch is all or nothing, and one bad job costs only itself."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from crawler.errors import BusyError, DiskFullError, StoreError
from crawler.store.tables import run_counter
from crawler.store.writer import Writer, explain


@pytest.fixture
def writer(any_store):
    made = Writer(any_store.writing).start()
    yield made
    made.stop(5)


def channel(name: str):
    def work(connection):
        connection.execute(sa.text("INSERT INTO host (host) VALUES (:name)"), {"name": name})
        return name

    return work


def names(store) -> list[str]:
    with store.reading.connect() as c:
        return list(c.scalars(sa.text("SELECT host FROM host ORDER BY host")))


def test_a_job_is_committed_when_its_future_is_done(any_store, writer):
    """After the result is there, another connection sees the row."""
    result = writer.submit(channel("a"), urgent=True).result(10)

    assert result == "a"
    assert names(any_store) == ["a"]


def test_one_bad_job_costs_only_itself(any_store, writer):
    """The other jobs of its batch are stored all the same."""

    def bad(_connection):
        raise ValueError("no")

    futures = [writer.submit(job) for job in (channel("a"), bad, channel("b"))]
    writer.submit(channel("c"), urgent=True).result(10)

    assert isinstance(futures[1].exception(10), ValueError)
    assert names(any_store) == ["a", "b", "c"]


def test_stop_commits_what_was_handed_in(any_store):
    """No job that was accepted is lost at the end."""
    writer = Writer(any_store.writing).start()
    for n in range(120):
        writer.submit(channel(f"{n:03}"))

    ended = writer.stop(30)

    assert ended
    assert len(names(any_store)) == 120


def test_a_full_disk_ends_writing_once_and_for_all(store):
    """The error is told once, and every later job fails with it instead of hanging."""
    told, release = [], threading.Event()
    writer = Writer(store.writing, on_fatal=lambda error: (told.append(error), release.set()))
    writer.start()

    def full(_connection):
        raise sa.exc.OperationalError("", {}, Exception("database or disk is full"))

    first = writer.submit(full, urgent=True)
    release.wait(10)
    second = writer.submit(channel("a"), urgent=True)

    assert isinstance(first.exception(10), DiskFullError)
    assert isinstance(second.exception(10), DiskFullError)
    assert len(told) == 1
    assert names(store) == []


def test_nobody_can_call_a_job_back(store):
    """A waiter that gives up neither undoes its job nor breaks the writer."""
    writer = Writer(store.writing).start()
    future = writer.submit(channel("a"))

    called_back = future.cancel()
    writer.submit(channel("b"), urgent=True).result(10)
    writer.stop(10)

    assert not called_back
    assert names(store) == ["a", "b"]


def test_counters_are_part_of_the_batch(any_store):
    """What is written before the commit stands or falls with the jobs."""

    def book(connection, results):
        row = {"run_id": 1, "channel": "", "name": "n", "value": len(results)}
        connection.execute(sa.insert(run_counter), row)

    writer = Writer(any_store.writing, before_commit=book).start()
    future = writer.submit(channel("a"), urgent=True)
    error = future.exception(10)
    writer.stop(10)

    # There is no run 1: the foreign key refuses the counter, and with it the job.
    assert error is not None
    assert names(any_store) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("database or disk is full", DiskFullError),
        ("disk I/O error", DiskFullError),
        ("database is locked", BusyError),
        ("server closed the connection unexpectedly", StoreError),
        ("syntax error", None),
    ],
)
def test_trouble_is_told_from_mistakes(text, kind):
    """Only what is not the statement's fault is worth waiting for."""
    found = explain(sa.exc.OperationalError("", {}, Exception(text)), "x.db")

    assert (type(found) if found else None) is kind
