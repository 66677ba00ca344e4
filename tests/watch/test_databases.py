"""Schedules, alerts and metrics do the same on SQLite and on PostgreSQL."""

from datetime import timedelta

import sqlalchemy as sa

from crawler.crawl import prune
from crawler.store import runs
from crawler.store.tables import run_tick, schedule_run
from crawler.watch import metrics
from crawler.watch.alerts import configuration
from crawler.watch.alerts.check import check
from crawler.watch.schedule import history, process, runner, schedules

HOUR = timedelta(hours=1)


class Done:
    """A crawl that has ended well."""

    pid = 1

    def wait(self, at_most):
        return 0


def test_a_due_schedule_runs_once(any_store, monday):
    """It is claimed, run and settled; a second call finds nothing due."""
    one = schedules.Schedule(
        name="sd", channels=("sd",), cron="0 * * * *", options={}, settled_until=monday
    )
    with any_store.writing.begin() as connection:
        schedules.save(connection, one, monday)
    outside = process.Outside(start=lambda arguments: Done(), now=lambda: monday + 2 * HOUR)

    first, second = (runner.work_off(any_store, outside) for _ in range(2))

    assert [(ended.outcome, ended.exit_code) for ended in first] == [("done", 0)]
    assert second == []
    with any_store.reading.connect() as connection:
        (row,) = connection.execute(sa.select(schedule_run)).all()
    assert (row.planned_at, row.missed, row.outcome) == (monday + 2 * HOUR, 1, "done")


def test_two_runners_do_not_claim_the_same_time(any_store, monday):
    """The second one finds it settled."""
    one = schedules.Schedule(
        name="sd", channels=("sd",), cron="0 * * * *", options={}, settled_until=monday
    )
    with any_store.writing.begin() as connection:
        schedules.save(connection, one, monday)
        (one,) = schedules.load(connection)
    now = monday + HOUR
    claims = []
    for _ in range(2):
        with any_store.writing.begin() as connection:
            claims.append(history.claim(connection, one, one.due(now), now))

    assert claims == [1, None]


def test_an_alert_opens_and_closes(any_store, monday):
    """A killed run is told, and the next whole crawl closes the alert."""
    with any_store.writing.begin() as connection:
        runs.start(connection, command="", channels=["sd"], settings={}, now=monday)
    rules = configuration.load()

    first = check(any_store, rules, lambda: monday + HOUR)
    with any_store.writing.begin() as connection:
        run_id = runs.start(connection, command="", channels=["sd"], settings={}, now=monday + HOUR)
        runs.count(connection, run_id, {("sd", "article/new"): 3})
        runs.finish(connection, run_id, reason="finished", exit_code=0, now=monday + HOUR)
    second = check(any_store, rules, lambda: monday + 2 * HOUR)

    assert (len(first.change.opened), first.delivered) == (2, 2)  # run_lost and source_stale
    assert (len(second.change.closed), second.change.standing) == (1, 1)


def test_metrics_and_health_answer(any_store, monday):
    """The queries are understood by both."""
    with any_store.writing.begin() as connection:
        run_id = runs.start(connection, command="", channels=["sd"], settings={}, now=monday)
        runs.count(connection, run_id, {("sd", "article/new"): 3})
        runs.finish(connection, run_id, reason="finished", exit_code=0, now=monday)

    with any_store.reading.connect() as connection:
        text = metrics.exposition(connection, monday)
        health = metrics.health(connection, monday + HOUR)

    assert 'renmin_last_run_articles{channel="sd",event="new"} 3' in text
    assert health["run_age_seconds"] == 3600


def test_curves_are_thinned(any_store, monday):
    """Old points go, the last stays."""
    with any_store.writing.begin() as connection:
        run_id = runs.start(connection, command="", channels=["sd"], settings={}, now=monday)
        for second in range(0, 60, 5):
            runs.tick(connection, run_id, monday + timedelta(seconds=second), queue=0)
        dropped = prune.thin(connection, monday + timedelta(days=3))
        left = connection.scalar(sa.select(sa.func.count()).select_from(run_tick))

    assert (dropped, left) == (11, 1)
