"""``renmin export`` never harms: bad use is refused, and what was there stays."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.crawl.record import finish, keep
from crawler.errors import ConfigError
from crawler.store.articles import By
from tests.crawl.visits import NOW, article


@pytest.fixture
def run(store, database):
    with store.writing.begin() as connection:
        finish(
            connection,
            [
                keep(connection, article(n, host=f"{name}.people.com.cn"), NOW, By(None, "1"))
                for n, name in enumerate(("sd", "bj", "sh"))
            ],
        )

    def call(*args):
        return CliRunner().invoke(app, ["export", *map(str, args), "--database", database])

    return call


def test_channels_add_up(run, tmp_path):
    """Each further --channel adds its articles."""
    path = tmp_path / "a.jsonl"

    result = run(path, "--channel", "sd", "--channel", "北京")

    assert result.exit_code == 0
    found = [json.loads(line)["channel"] for line in path.read_text("utf-8").splitlines()]
    assert sorted(found) == ["bj", "sd"]


def test_nothing_found_leaves_the_file_that_was_there(run, tmp_path):
    """Exit code 1, and not a byte is changed."""
    path = tmp_path / "a.jsonl"
    run(path)
    before = {each: each.read_bytes() for each in tmp_path.glob("a.jsonl*")}

    result = run(path, "--since", "2099-01-01")

    assert result.exit_code == 1
    assert {each: each.read_bytes() for each in tmp_path.glob("a.jsonl*")} == before


@pytest.mark.parametrize("name", ["a.xlsx", "a.json", "a.jsonl.xz", "a.tar", "a"])
def test_an_unknown_ending_is_refused_with_the_known_ones(run, tmp_path, name):
    """No file is written under a name that promises something else."""
    result = run(tmp_path / name)

    assert isinstance(result.exception, ConfigError)
    assert ".jsonl" in str(result.exception)
    assert not (tmp_path / name).exists()


def test_an_unknown_format_is_refused_with_the_known_ones(run, tmp_path):
    """The message names what --format takes."""
    result = run(tmp_path / "a.jsonl", "--format", "xml")

    assert isinstance(result.exception, ConfigError)
    assert "csv" in str(result.exception)


# An export that says so and waits when all is written, but for the last step to the disk.
HELD = (
    "-c",
    "import os, signal; from crawler.cli.main import main\n"
    "os.fsync = lambda _: (os.write(1, b'held\\n'), signal.pause())\n"
    "main()",
)


@pytest.fixture
def started(store, database):
    """Starts an export of more than a pipe holds."""
    with store.writing.begin() as connection:
        kept = [keep(connection, article(n), NOW, By(None, "1")) for n in range(60)]
        finish(connection, kept)

    def start(place, program=("-m", "crawler.cli")):
        command = [sys.executable, *program, "export", place, "--database", database]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return start


def test_a_closed_pipe_is_said_plainly(started):
    """Exit code 3, since not everything was written, and one line."""
    with started("-") as process:
        process.stdout.close()
        error = process.stderr.read().decode()

    assert process.returncode == 3
    assert error.startswith("renmin: -: the reader of standard output closed it")
    assert error.count("\n") == 1


def test_sigterm_leaves_no_part_of_a_file(started, tmp_path):
    """The half-written file goes; exit code 143 says by what it was ended."""
    with started(str(tmp_path / "a.jsonl"), HELD) as process:
        process.stdout.readline()
        partial = list(tmp_path.glob("a.jsonl*"))
        process.send_signal(signal.SIGTERM)
        error = process.stderr.read().decode()

    assert [each.name for each in partial] == ["a.jsonl.part"]
    assert process.returncode == 143
    assert "Traceback" not in error
    assert not list(tmp_path.glob("a.jsonl*"))
