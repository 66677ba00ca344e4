"""What every command has in common: help as meant, one line for whatever goes wrong, no secret."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from crawler.cli import main
from crawler.cli.main import app

ROOT = Path(__file__).parents[2]
COMMANDS = typer.main.get_command(app).list_commands(None)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_prints_what_the_docstring_says(name):
    """No [bracket] is swallowed, no mark of a library shows, no completion is offered that fails."""
    printed = CliRunner().invoke(app, [name, "--help"]).output

    assert "\\b" not in printed
    assert "\b" not in printed
    assert "completion" not in printed
    assert ", ," not in printed
    assert " ," not in printed


def test_the_tables_of_a_setting_are_named():
    """As in renmin.toml, brackets and all."""
    printed = CliRunner().invoke(app, ["check", "--help"]).output

    assert "[alerts.webhook]" in printed


def test_an_error_that_nobody_foresaw_is_one_line(tmp_path, monkeypatch):
    """With the path of a file that has the traceback, and no password in either."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "output").mkdir()
    try:
        raise KeyError("http://u:s3kr1t@h")  # noqa: TRY301
    except KeyError as error:
        line = main.explain(error)

    (kept,) = (tmp_path / "output").iterdir()
    assert line.count("\n") == 0
    assert str(kept.relative_to(tmp_path)) in line
    assert "Traceback" in kept.read_text()
    assert "s3kr1t" not in line + kept.read_text()


def test_a_full_disk_is_said_in_words(tmp_path, monkeypatch):
    """Not as a fault of ours, and without a word of SQL."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "output").mkdir()  # where the details go

    line = main.explain(sqlite3.OperationalError("database or disk is full"))

    assert "make room and run it again" in line
    assert "report" not in line


def test_ps_shows_no_password(tmp_path):
    """A password of the command line is moved to where only the owner of the process sees it."""
    script = (
        "import os, sys\n"
        "from crawler.cli.main import _hide_passwords\n"
        "_hide_passwords()\n"
        "print(open('/proc/self/cmdline').read().split(chr(0)), os.environ['RENMIN_PROXY'])"
    )
    file = tmp_path / "tool.py"
    file.write_text(script)
    address = "http://user:s3kr1t@127.0.0.1:9"

    done = subprocess.run(
        [sys.executable, str(file), "crawl", "sd", "--proxy", address, "--limit", "1"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    shown, _, proxy = done.stdout.rpartition(" ")
    assert "s3kr1t" not in shown
    assert "'crawl', 'sd', '--limit', '1'" in shown
    assert proxy.strip() == address


def test_values_of_the_configuration_are_json():
    """A number is a number, a text has no second quotation marks."""
    done = CliRunner().invoke(app, ["config", "--json"])

    values = {row["option"]: row["value"] for row in map(json.loads, done.stdout.splitlines())}
    assert values["delay"] == 1.0
    assert values["database"].startswith("sqlite:///")


def test_ctrl_c_is_told():
    """An interrupted command says so and ends with 130."""
    command = [sys.executable, "-m", "crawler.cli", "repair"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdin.write("山\n".encode() * 3000)
        process.stdin.flush()
        process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert told.startswith(b"renmin: interrupted")
