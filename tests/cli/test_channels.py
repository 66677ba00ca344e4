"""Rules of ``renmin channels``."""

import json
import re
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from crawler import clock
from crawler.cli.main import app
from crawler.errors import UnknownChannelError
from crawler.site.channels import load
from crawler.store import requests
from crawler.watch import doctor


def run(*arguments):
    return CliRunner().invoke(app, ["channels", *arguments])


def test_all_channels_are_printed():
    """Without a name, every channel has its line."""
    lines = run().stdout.splitlines()

    assert len(lines) == 1 + len(load())
    assert any("sd.people.com.cn" in line and "山东" in line for line in lines)


def test_a_named_channel_is_printed_with_its_lists():
    """With a name, the lists stand below; those that a short crawl starts from are marked."""
    out = run("山东").stdout

    assert " * http://sd.people.com.cn/GB/364532/index.html" in out
    assert out.count("http://") == len(load()["sd"].lists)


def test_columns_that_are_left_out_say_so():
    """A disabled column is printed as such."""
    assert "(left out)" in run("nm").stdout


def test_json_has_a_line_for_each_channel():
    """``--json`` prints hosts and lists for programs."""
    rows = [json.loads(line) for line in run("--json", "sd", "bj").stdout.splitlines()]

    assert [row["host"] for row in rows] == ["sd.people.com.cn", "bj.people.com.cn"]
    assert rows[0]["lists"][0].keys() == {"url", "node_id", "label", "primary"}


def test_an_unknown_name_is_an_error():
    """The error that the command line prints in one line comes through."""
    result = run("shangdong")

    assert isinstance(result.exception, UnknownChannelError)
    with pytest.raises(UnknownChannelError, match="sd"):
        raise result.exception


def test_a_paused_channel_is_seen_wherever_channels_and_schedules_are(store, database):
    """In the table, by its name, in JSON and beside the schedules that it is part of."""
    call = ["--database", database]
    invoke = CliRunner().invoke
    invoke(app, ["schedule", "set", "east", "--channels", "sd,js", "--cron", "15 6 * * *", *call])
    before = run(*call).stdout

    run("pause", "sd", *call)

    assert "paused" not in before
    (line,) = (line for line in run(*call).stdout.splitlines() if line.startswith("sd "))
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d$", line)
    assert "paused since 20" in run("山东", *call).stdout
    assert json.loads(run("sd", "--json", *call).stdout)["paused_at"]
    assert json.loads(invoke(app, ["schedule", "--json", *call]).stdout)[0]["paused"] == "sd"


def test_a_pause_that_lasts_is_told_by_the_doctor(store):
    """No alert is about a paused channel: it would be forgotten."""
    now = clock.now()
    told = []
    for days in (1, 15):
        with store.writing.begin() as connection:
            requests.resume(connection, "sd")
            requests.rest(connection, "sd", now - timedelta(days=days))
            told.append(doctor._paused(connection, now))

    assert [line.state for line in told] == ["ok", "warn"]
    assert all("sd since" in line.message for line in told)
