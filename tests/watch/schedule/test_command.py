"""``renmin schedule`` as it is typed."""

import os
import subprocess

import orjson
import pytest
from typer.testing import CliRunner

from crawler.cli.main import app

EAST = ["set", "east", "--channels", "sd,江苏", "--cron", "15 6 * * *", "--jitter", "10m"]


@pytest.fixture
def renmin(tmp_path, monkeypatch):
    """Type a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RENMIN_DATABASE", raising=False)

    def run(*arguments):
        return CliRunner().invoke(app, ["schedule", *arguments])

    return run


def test_a_schedule_is_set_and_shown(renmin):
    """What was set is shown, with the next planned time in Shanghai."""
    assert renmin(*EAST).exit_code == 0

    (row,) = orjson.loads(renmin("--json").stdout)

    assert (row["name"], row["channels"], row["cron"]) == ("east", "sd,js", "15 6 * * *")
    assert row["next"].endswith("T06:15:00+08:00")


def test_it_is_switched_off_and_on_and_removed(renmin):
    """A disabled schedule has no next time; a removed one is not shown."""
    renmin(*EAST)

    assert renmin("disable", "east").exit_code == 0
    assert orjson.loads(renmin("--json").stdout)[0]["next"] is None
    assert renmin("enable", "east").exit_code == 0
    assert orjson.loads(renmin("--json").stdout)[0]["next"] is not None
    assert renmin("remove", "east").exit_code == 0
    assert renmin().exit_code == 1


def test_an_empty_answer_says_what_to_do(renmin):
    """Without a schedule, and without a history, the exit code is 1 and a hint is given."""
    renmin(*EAST)

    history = renmin("history", "east")
    renmin("remove", "east")
    shown = renmin()

    assert (history.exit_code, shown.exit_code) == (1, 1)
    assert "no planned time of east has come yet" in history.stderr
    assert "renmin schedule set NAME" in shown.stderr


def test_units_are_written_where_they_are_wanted(renmin, tmp_path):
    """Unit files, or crontab and logrotate; none of them installed."""
    result = renmin("install", "--systemd", "--write", str(tmp_path / "units"))
    other = renmin("install", "--cron", "--write", str(tmp_path / "cron"))

    assert (result.exit_code, other.exit_code) == (0, 0)
    assert sorted(path.name for path in (tmp_path / "units").iterdir()) == [
        "renmin-check.service",
        "renmin-check.timer",
        "renmin-dashboard.service",
        "renmin-due.service",
        "renmin-due.timer",
        "renmin-serve.service",
    ]
    assert sorted(path.name for path in (tmp_path / "cron").iterdir()) == ["crontab", "logrotate"]


def test_the_lines_of_cron_are_added_to_those_that_are_there(renmin, tmp_path, monkeypatch):
    """What is advised, typed as it stands, keeps what else the user's crontab holds."""
    table = tmp_path / "table"
    table.write_text("0 3 * * * somebody-elses\n", encoding="utf-8")
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    # As cron's own: -l prints, - reads, a file takes the place of all that was there.
    program.write_text(
        f'#!/bin/sh\n[ "$1" = -l ] && exec cat {table}\n'
        f"cat ${{1#-}} >{table}.new && mv {table}.new {table}\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)

    said = renmin("install", "--cron", "--write", "my cron").stdout
    advice = next(line for line in said.splitlines() if "crontab -l" in line).partition(": ")[2]
    subprocess.run(["/bin/sh", "-c", advice], check=True)

    lines = table.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "0 3 * * * somebody-elses"
    assert sum("*/5 * * * *" in line for line in lines) == 2


def test_install_wants_to_know_for_what(renmin):
    """Neither or both of systemd and cron is bad use."""
    assert renmin("install").exit_code == 2
    assert renmin("install", "--systemd", "--cron").exit_code == 2
