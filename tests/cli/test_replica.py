"""Rules of ``renmin replica``; that it serves is shown in tests/replica."""

import json
import socket

import pytest
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.errors import ConfigError
from crawler.replica import Clock, Site


def run(*arguments):
    return CliRunner().invoke(app, ["replica", *arguments])


def test_list_prints_what_the_site_holds():
    """Each page is one JSON line, the same as in Python."""
    out = run("--list", "--articles", "30", "--seed", "4", "--channel", "sd", "--day", "2").stdout

    site = Site(articles=30, seed=4, channels=["sd"], clock=Clock(day=2))
    assert [json.loads(line) for line in out.splitlines()] == list(site.rows())


def test_plain_lists_articles_only():
    """``--plain`` leaves out whatever is no article."""
    rows = [json.loads(line) for line in run("--list", "--plain").stdout.splitlines()]

    assert [row["kind"] for row in rows] == ["article"] * 300


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--fault", "nonsense"), "--fault nonsense"),
        (("--today", "yesterday"), "--today yesterday"),
        (("--channel", "atlantis"), "atlantis"),
    ],
)
def test_bad_options_are_named(arguments, named):
    """A wrong value is an error that repeats it as typed."""
    error = run("--list", *arguments).exception

    assert isinstance(error, ConfigError)
    assert named in str(error)


def test_a_taken_port_is_named():
    """A port that another program holds is an error that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        error = run("--port", port).exception

    assert isinstance(error, ConfigError)
    assert f"--port {port}" in str(error)
    assert "--port 0" in str(error)
