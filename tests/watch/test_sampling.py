"""Sizes are measured, kept once an hour and told; a disk that fills is an alert until it does not."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crawler.cli.main import command_of
from crawler.config import Config
from crawler.report import storage as report
from crawler.store import runs
from crawler.store.engine import open_store
from crawler.store.tables import alert, storage_sample
from crawler.watch import metrics, sampling
from crawler.watch.alerts import configuration
from crawler.watch.alerts.check import check, watched_files

HOUR = timedelta(hours=1)
GB = 10**9
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def config(any_database, tmp_path):
    archive = tmp_path / "renmin.archive.db"
    archive.write_bytes(b"x" * 5000)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "renmin-run-7.log").write_bytes(b"y" * 300)
    return Config(database=any_database, archive=str(archive))


@pytest.fixture
def machine_disk(monkeypatch):
    """A disk of 100 GB of which a test says how much is free."""
    room = {"free": 60 * GB}
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _path: Usage(100 * GB, 100 * GB - room["free"], room["free"])
    )
    return room


def overview(store, now):
    with store.reading.connect() as connection:
        return report.overview(connection, now)


def test_everything_is_measured(any_store, config):
    """Database with its index, archive, logs and the disks below them."""
    with any_store.reading.connect() as connection:
        sizes = sampling.measure(connection, config)

    assert sizes["archive"] == 5000
    assert sizes["logs"] == 300
    assert sizes["database"] > sizes["search_index"] > 0
    assert {name.partition(":")[0] for name in sizes if ":" in name} == {"free", "total"}


def test_a_sample_is_kept_each_hour_and_old_ones_each_day(any_store, config, monday):
    """Five minutes after one no other is kept; after a month, one a day and two weeks of hours."""
    assert sampling.sample(any_store, config, monday)
    assert not sampling.sample(any_store, config, monday + 5 * timedelta(minutes=1))

    rows = [
        {"machine": "m", "at": monday + n * HOUR, "name": "logs", "bytes": n} for n in range(720)
    ]
    with any_store.writing.begin() as connection:
        connection.execute(sa.insert(storage_sample), rows)
        sampling.thin(connection, monday + 720 * HOUR)
        again = sampling.thin(connection, monday + 720 * HOUR)
        kept = connection.scalar(sa.select(sa.func.count()).where(storage_sample.c.machine == "m"))

    assert again == 0
    assert kept == 16 + 14 * 24


def test_growth_and_the_day_on_which_the_disk_is_full_are_told(
    any_store, config, monday, machine_disk
):
    """Two gigabytes a day, forty left: twenty days; the figures are metrics too."""
    for n in range(0, 240, 12):
        machine_disk["free"] = 60 * GB - n * 2 * GB // 24
        sampling.sample(any_store, config, monday + n * HOUR)

    found = overview(any_store, monday + 240 * HOUR)

    assert {part.name: part.bytes for part in found.parts}["archive"] == 5000
    assert {part.a_day for part in found.parts if part.name == "archive"} == {0}
    for one in found.disks:
        assert one.a_day == pytest.approx(2 * GB, rel=0.01)
        assert one.days_left == pytest.approx(one.free / (2 * GB), rel=0.01)
    assert len(found.history) == len(found.parts) * 10
    with any_store.reading.connect() as connection:
        text = metrics.exposition(connection, monday + 240 * HOUR)
    assert 'renmin_storage_bytes{part="archive"} 5000.0' in text
    assert "renmin_disk_full_days{" in text


def test_a_disk_that_fills_is_told_until_there_is_room_again(store, config, monday, machine_disk):
    """With ten days left the alert opens; when somebody made room it closes."""
    files = watched_files(config)

    def look(hours, free):
        machine_disk["free"] = free
        now = monday + hours * HOUR
        sampling.sample(store, config, now)
        check(store, configuration.load(), lambda: now, files)
        with store.reading.connect() as connection:
            query = sa.select(alert.c.message).where(alert.c.closed_at.is_(None))
            return connection.scalars(query.where(alert.c.rule == "disk_full_soon")).all()

    early = [look(0, 90 * GB), look(24, 85 * GB), look(48, 80 * GB)]
    late = look(96, 65 * GB)
    afterwards = look(108, 95 * GB)

    assert early == [[], [], []]
    assert len(late) == 1
    assert "full in about 10 days: " in late[0]
    assert "renmin prune" in late[0]
    assert afterwards == []


def test_a_person_is_shown_the_same(database, config, monkeypatch):
    """The command prints sizes with their units; before there is a day of samples it says so."""
    open_store(database).close()

    result = CliRunner().invoke(command_of("disk"), ["--database", database])
    figures = json.loads(
        CliRunner().invoke(command_of("disk"), ["--database", database, "--json"]).stdout
    )

    assert result.exit_code == 0
    assert "known after a day" in result.stdout
    assert {row["what"] for row in figures["parts"]} == set(report.PARTS)
    assert all(row["days_left"] is None for row in figures["disks"])


def test_a_run_that_filled_the_disk_is_told_by_the_disk(store, config, monday, machine_disk):
    """One alert: that there is no room says why the run ended."""
    with store.writing.begin() as connection:
        run_id = runs.start(connection, command="c", channels=["sd"], settings={}, now=monday)
        runs.finish(connection, run_id, reason="disk_full", exit_code=3, now=monday)
    machine_disk["free"] = 0

    check(store, configuration.load(), lambda: monday, watched_files(config))

    with store.reading.connect() as connection:
        rules = set(connection.scalars(sa.select(alert.c.rule)))
    assert rules - {"source_stale"} == {"disk_low"}
