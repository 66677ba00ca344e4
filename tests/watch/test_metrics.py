"""Prometheus' text format, version 0.0.4."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crawler.store import runs
from crawler.store.tables import alert
from crawler.watch import metrics

LINE = re.compile(r'(renmin_[a-z_]+)\{([a-z_]+="(?:[^"\\\n]|\\.)*",?)*\} -?[0-9.e+]+')
TEN = {
    "last_run_timestamp_seconds",
    "last_run_articles",
    "last_run_responses",
    "last_run_failures",
    "last_run_designs",
    "last_run_field_ratio",
    "last_run_text",
    "newest_article_timestamp_seconds",
    "frontier_pages",
    "alerts_open",
}


@pytest.fixture
def crawled(store, monday):
    """One run of one channel, with a failure whose name needs every escape."""
    with store.writing.begin() as connection:
        run_id = runs.start(connection, command="", channels=["sd"], settings={}, now=monday)
        counts = {"article/new": 8, "field/source": 7, "status/200": 9, 'failure/a"b\\c\nd': 2}
        runs.count(connection, run_id, {("sd", name): value for name, value in counts.items()})
        runs.finish(connection, run_id, reason="finished", exit_code=0, now=monday)
        row = {"rule": "text_lost", "subject": "sd", "message": "", "opened_at": monday}
        connection.execute(sa.insert(alert), {**row, "seen_at": monday})
    return store


def exposed(store, now):
    with store.reading.connect() as connection:
        return metrics.exposition(connection, now)


def test_every_line_is_of_the_format(crawled, monday):
    """Comments or samples, each ended by a line feed; a label's quotes and breaks are escaped."""
    text = exposed(crawled, monday)

    assert text.endswith("\n")
    for line in text.splitlines():
        assert line.startswith(("# HELP renmin_", "# TYPE renmin_")) or LINE.fullmatch(line), line
    assert r'renmin_last_run_failures{channel="sd",reason="a\"b\\c\nd"} 2.0' in text


def test_each_series_has_one_help_and_one_type_before_its_samples(crawled, monday):
    """A scraper refuses a second TYPE, and samples of one name that are not together."""
    names = []
    for line in exposed(crawled, monday).splitlines():
        name = line.split()[2] if line.startswith("#") else line.partition("{")[0]
        if line.startswith("# HELP"):
            assert name not in names
            names.append(name)
        assert name == names[-1]
    assert {name.removeprefix("renmin_") for name in names} >= TEN


@pytest.mark.parametrize(
    "line",
    [
        'renmin_last_run_articles{channel="sd",event="new"} 8.0',
        'renmin_last_run_field_ratio{channel="sd",field="source"} 0.875',
        'renmin_last_run_responses{channel="sd",status="200"} 9.0',
        'renmin_alerts_open{rule="text_lost",severity="warning"} 1.0',
        'renmin_alerts_open{rule="disk_low",severity="critical"} 0.0',
        'renmin_runs{state="ended"} 1.0',
        'renmin_last_run_timestamp_seconds{channel="sd"} 1.7723808e+09',
    ],
)
def test_the_figures_are_those_of_the_tables(crawled, monday, line):
    """A figure is the last run's, a share is of its new and changed articles."""
    assert line in exposed(crawled, monday).splitlines()


def test_an_empty_database_is_exposed(store, monday):
    """Before the first crawl there are names and no samples of channels."""
    assert "renmin_last_run_articles{" not in exposed(store, monday)


def test_health_tells_the_age_of_the_last_sign_of_life(crawled, store, monday):
    """A probe sees the schema, how long ago a crawl lived, and how many alerts are open."""
    with store.reading.connect() as connection:
        health = metrics.health(connection, monday + timedelta(minutes=5))

    assert (health["status"], health["run_age_seconds"], health["alerts_open"]) == ("ok", 300, 1)


def test_health_of_an_empty_database_has_no_age(store, monday):
    """Null says that there was no run yet."""
    with store.reading.connect() as connection:
        assert metrics.health(connection, monday)["run_age_seconds"] is None
