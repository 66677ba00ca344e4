"""renmin stats, runs and dashboard: the dashboard's figures on the terminal."""

import json
import os
import signal
import subprocess
import sys

import httpx
import pytest
from typer.testing import CliRunner

from crawler import clock
from crawler.cli.main import app
from crawler.store.engine import open_store
from tests.report.sample import Builder


def invoke(command, *arguments):
    return CliRunner().invoke(app, [command, *arguments])


@pytest.fixture
def filled(database):
    store = open_store(database)
    Builder(store, now=clock.now()).runs(3, 30, days=3)
    store.close()
    return database


def test_stats_add_up_to_what_is_held(filled):
    """With --json every figure is there, and new articles are the articles held."""
    result = invoke("stats", "--database", filled, "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["runs"] == 3
    assert found["held"]["articles"] == found["everything"]["articles"] == 30
    assert sum(row["articles"] for row in found["rows"]) == 30


def test_stats_are_printed_for_people(filled):
    """One line a channel, then page designs and failures, then what is held."""
    result = invoke("stats", "--database", filled)

    assert "the database holds 30 articles" in result.stdout
    assert "page designs" in result.stdout
    assert "http_404" in result.stdout


def test_runs_are_listed_newest_first(filled):
    """With --json a list; a number gives one run with its counters."""
    listed = json.loads(invoke("runs", "--database", filled, "--json").stdout)
    one = json.loads(invoke("runs", "3", "--database", filled, "--json").stdout)

    assert [row["run"] for row in listed] == [3, 2, 1]
    assert one["articles"] == 10
    assert {"name": "article/new", "value": 10} in one["counters"]
    assert "article/new" in invoke("runs", "3", "--database", filled).stdout
    assert "finished" in invoke("runs", "--database", filled).stdout


@pytest.mark.parametrize("command", ["stats", "runs"])
def test_without_a_run_the_answer_is_no(database, command):
    """Exit code 1, and what to do."""
    open_store(database).close()

    result = invoke(command, "--database", database)

    assert result.exit_code == 1
    assert "renmin crawl" in result.stderr


def test_a_run_that_is_not_there_is_named(filled):
    """Exit code 1, and where the numbers are."""
    result = invoke("runs", "99", "--database", filled)

    assert result.exit_code == 1
    assert "no run 99" in result.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--host", "0.0.0.0"], "RENMIN_DASHBOARD_TOKEN"),
        (["--token", "short"], "16 characters"),
        (["--host", "192.0.2.1", "--token", "a" * 20], "cannot be listened on"),
    ],
)
def test_the_dashboard_refuses_what_is_not_safe(database, options, says):
    """The error names the option and what to do."""
    result = invoke("dashboard", "--database", database, "--port", "0", *options)

    assert result.exit_code != 0
    assert says in str(result.exception)


def test_the_dashboard_serves_until_it_is_stopped(filled):
    """It prints its address when it answers, and ends in good order on SIGTERM."""
    command = [sys.executable, "-m", "crawler.cli", "dashboard", "--port", "0"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*command, "--database", filled], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        address = process.stdout.readline().removeprefix("dashboard: ").strip()
        answer = httpx.get(address, timeout=20)
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    assert answer.status_code == 200
    assert process.returncode in (0, -signal.SIGTERM)
