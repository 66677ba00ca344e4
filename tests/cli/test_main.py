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
from crawler.crawl.record import finish, keep
from crawler.store.articles import By
from tests.crawl.visits import NOW, article

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
    assert "details" not in line
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


def typed(*arguments: str, **options):
    return subprocess.run(
        [sys.executable, "-m", "crawler.cli", *arguments],
        cwd=ROOT,
        check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8", **options},
    )


@pytest.mark.parametrize(
    "question", [("channels", "--json"), ("channels",), ("replica", "--list", "--articles", "3")]
)
def test_a_full_disk_behind_the_output_is_not_the_databases(question):
    """Standard output is named, in one line, however little was printed."""
    with Path("/dev/full").open("w") as full:
        done = typed(*question, stdout=full)

    assert done.returncode == 3
    assert done.stderr == "renmin: standard output: cannot be written (No space left on device)\n"


BARE = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
}


def test_a_bare_locale_takes_and_prints_hanzi():
    """Under LC_ALL=C a command reads its arguments and prints as in UTF-8."""
    assert typed("channels", "山东", env=BARE).stdout == typed("channels", "山东").stdout != ""


def test_an_export_under_a_bare_locale_has_its_manifest(store, database, tmp_path):
    """A file with a Chinese name is whole: what it was asked for stands beside it."""
    with store.writing.begin() as connection:
        finish(connection, [keep(connection, article(1), NOW, By(None, "1"))])

    done = typed("export", str(tmp_path / "出 口.jsonl"), "--database", database, env=BARE)

    assert done.returncode == 0
    assert (tmp_path / "出 口.jsonl").is_file()
    manifest = json.loads((tmp_path / "出 口.jsonl.manifest.json").read_bytes())
    assert manifest["file"] == "出 口.jsonl"


def test_a_name_that_is_no_text_is_refused(store, database, tmp_path):
    """In a sentence, and without a file that has no manifest."""
    with store.writing.begin() as connection:
        finish(connection, [keep(connection, article(1), NOW, By(None, "1"))])

    name = os.fsencode(tmp_path) + b"/\xff.jsonl"
    done = typed("export", name, "--database", database)
    asked = typed("search", b"\xff\xfe", "--database", database)

    assert done.returncode == 2
    assert "name the file in UTF-8" in done.stderr
    assert "fault" not in asked.stderr
    assert asked.stderr.count("\n") == 1
    assert [each for each in tmp_path.iterdir() if each.suffix == ".jsonl"] == []
