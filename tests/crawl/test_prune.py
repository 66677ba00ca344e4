"""A policy lets go of old runs, planned times, alerts, logs and raw pages, and of nothing else."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crawler import clock
from crawler.cli.main import command_of
from crawler.config import Config, sections
from crawler.crawl import prune, run_log
from crawler.crawl.prune import before_of
from crawler.crawl.record import finish, keep
from crawler.errors import ConfigError
from crawler.store import runs
from crawler.store.archive import Archive, Record
from crawler.store.articles import By
from crawler.store.engine import open_store
from crawler.store.tables import (
    alert,
    article,
    notice,
    run,
    run_counter,
    run_tick,
    schedule,
    schedule_run,
)
from tests.crawl.visits import article as article_of
from tests.crawl.visits import fetch, html_of, prose

NOW = clock.now().replace(microsecond=0)
DAY = timedelta(days=1)
OLD, YOUNG = NOW - 100 * DAY, NOW - 10 * DAY
KINDS = ("runs", "planned", "alerts")


def fill(store) -> None:
    """Of everything something old and something young, and an article of the old run."""
    with store.writing.begin() as connection:
        connection.execute(
            sa.insert(schedule),
            {
                "name": "sd", "channels": ["sd"], "cron": "0 0 * * *", "jitter_seconds": 0,
                "max_seconds": 60, "options": {}, "enabled": True, "created_at": OLD,
                "settled_until": OLD,
            },
        )  # fmt: skip
        for number, at in enumerate((OLD - DAY, OLD, YOUNG), 1):
            run_id = runs.start(connection, command="c", channels=["sd"], settings={}, now=at)
            runs.count(connection, run_id, {("sd", "article/new"): 3, ("sd", "page/list"): 1})
            runs.tick(connection, run_id, at, 0)
            runs.finish(connection, run_id, reason="finished", exit_code=0, now=at)
            row = {"rule": "run_lost", "subject": f"run {number}", "message": "m", "opened_at": at}
            closed = connection.execute(
                sa.insert(alert).returning(alert.c.id), {**row, "seen_at": at, "closed_at": at}
            ).scalar_one()
            told = {"alert_id": closed, "event": "opened", "way": "log", "attempts": 1}
            connection.execute(sa.insert(notice), told)
        # The schedule has rested since: its last planned time is old.
        for at in (OLD - DAY, OLD):
            planned = {"schedule_id": 1, "planned_at": at, "started_at": at, "ended_at": at}
            connection.execute(sa.insert(schedule_run), {**planned, "outcome": "done", "missed": 0})
        still_open = {"rule": "source_stale", "subject": "sd", "message": "m", "opened_at": OLD}
        connection.execute(sa.insert(alert), {**still_open, "seen_at": NOW})
        kept = keep(connection, article_of(1), OLD, By(1, "1"))
        finish(connection, [kept])


def count(store, table) -> int:
    with store.reading.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table))


def test_old_rows_go_and_young_ones_stay(any_store, tmp_path):
    """What was planned is what went; the runs themselves, the last planned time and open alerts stay."""
    fill(any_store)
    config = Config(database="sqlite:///unused.db", archive=str(tmp_path / "a.archive.db"))
    before = before_of(dict.fromkeys(KINDS, "90d"), NOW)
    with any_store.reading.connect() as connection:
        planned = prune.plan(connection, config, before)

    went = prune.prune(any_store, config, before)
    again = prune.prune(any_store, config, before)

    assert went == planned
    assert {name: share.fetches for name, share in went.items()} == {
        "runs": 2,
        "planned": 1,
        "alerts": 2,
    }
    assert all(share.bytes > 50 for share in went.values())
    assert all(not share.fetches for share in again.values())
    counts = {table.name: count(any_store, table) for table in (run, run_counter, run_tick, alert)}
    assert counts == {"run": 3, "run_counter": 2, "run_tick": 1, "alert": 2}
    assert (
        count(any_store, notice) == count(any_store, schedule_run) == count(any_store, article) == 1
    )


def test_old_logs_go(store, tmp_path):
    """By the time of their last line."""
    config = Config(database=store.url, archive=str(tmp_path / "renmin.archive.db"))
    for number in (1, 2):
        path = run_log.path_of(config, number)
        path.parent.mkdir(exist_ok=True)
        path.write_text("line\n")
    os.utime(run_log.path_of(config, 1), (OLD.timestamp(), OLD.timestamp()))

    went = prune.prune(store, config, before_of({"logs": "90d"}, NOW))

    assert went["logs"] == prune.Share(1, 5)
    assert run_log.files(config) == [run_log.path_of(config, 2)]


def archived(config: Config, *days) -> None:
    """One page, fetched with other bytes on each of these days."""
    archive = Archive(config.archive_path)
    url = article_of(1).url
    for day in days:
        body = html_of("标题", [prose(day.toordinal(), 20_000)])
        archive.keep(
            [Record(url=url, channel="sd", kind="article", fetches=(fetch(url, body, day),))]
        )
    archive.close()


def invoke(*arguments):
    return CliRunner().invoke(command_of("prune"), list(arguments))


@pytest.fixture
def filled(database, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    store = open_store(database)
    fill(store)
    store.close()
    archived(Config(database=database), OLD - DAY, OLD, YOUNG)
    return database


def test_without_yes_it_is_only_told(filled):
    """With its size and what is lost; --yes does it, and says that the file is as large as before."""
    told = invoke("--versions", "30d", "--database", filled)
    still = invoke("--versions", "30d", "--dry-run", "--yes", "--database", filled, "--json")
    done = invoke("--versions", "30d", "--yes", "--database", filled)
    again = invoke("--versions", "30d", "--yes", "--database", filled)

    assert told.exit_code == 0, told.output
    assert "renmin rebuild and WARC files have the latest only" in told.output
    assert "nothing did" in told.output
    assert json.loads(still.stdout)[0]["how many"] == 2
    assert done.exit_code == 0, done.output
    assert "is as large as before" in done.output
    assert "--vacuum" in done.output
    assert again.exit_code == 1


def test_without_a_policy_one_is_proposed(filled):
    """Nothing goes by itself: an age must be named somewhere."""
    proposed = invoke("--database", filled)
    refused = invoke("--yes", "--database", filled)

    assert proposed.exit_code == 0
    assert set(prune.KINDS) <= set(proposed.output.split())
    assert refused.exit_code == 2
    assert "names no age" in refused.output


def test_the_policy_stands_in_the_file(filled, tmp_path):
    """[prune] names ages; an option changes one of them for this once."""
    (tmp_path / "renmin.toml").write_text('[prune]\nruns = "90d"\nversions = "300d"\n')

    rows = json.loads(invoke("--versions", "30d", "--database", filled, "--json").stdout)

    assert {row["kind"]: row["how many"] for row in rows} == {"versions": 2, "runs": 2}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[prune]\nlist = '9d'\n", "unknown option 'list'; did you mean 'lists'"),
        ("[prune]\nlists = '9 days'\n", "expected an age"),
        ("[prune]\nautomatic = 'no'\n", "expected true or false"),
        ("prune = 3\n", "expected a table"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(tmp_path, text, error):
    """The message names the file and the option."""
    path = tmp_path / "renmin.toml"
    path.write_text(text)

    with pytest.raises(ConfigError, match=error):
        sections.load_policy(path)


@pytest.mark.parametrize("age", ["", "soon", "2999-01-01", "-3d"])
def test_an_age_that_is_none_is_refused(age):
    """Nothing is guessed where things are deleted."""
    with pytest.raises(ConfigError, match="--lists="):
        before_of({"lists": age}, NOW)


def test_a_server_is_asked_to_reuse_its_room(any_store, tmp_path):
    """On PostgreSQL nothing is given to the disk; files are written anew."""
    fill(any_store)
    config = Config(database=any_store.url, archive=str(tmp_path / "a.archive.db"))
    archived(config, OLD - DAY, OLD, YOUNG)
    prune.prune(any_store, config, before_of(dict.fromkeys((*KINDS, "versions"), "90d"), NOW))

    found = prune.give_back(any_store, config)

    assert [one.path.name for one in found][-1] == "a.archive.db"
    assert found[-1].smaller > 0
    assert all(one.inside == 0 for one in found)
    assert len(found) == (2 if any_store.is_sqlite else 1)
