"""``renmin doctor`` finds what is wrong and says what to do."""

import ast
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.config import Config
from crawler.store import runs
from crawler.store.engine import open_store
from crawler.store.tables import article
from crawler.watch import doctor
from crawler.watch.alerts import inputs

ROOT = Path(__file__).parents[2]
ROOMS = ("crawler", "spiders", "pipelines")


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Config(database=f"sqlite:///{tmp_path}/renmin.db", contact="ops@example.org")


def found(config, now, subject):
    (line,) = (line for line in doctor.examine(config, now) if line.subject == subject)
    return line


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def store(config):
    store = open_store(config.database)
    yield store
    store.close()


def test_a_sound_installation_has_no_failure(config, now, store):
    """Everything is looked at, and nothing fails."""
    lines = doctor.examine(config, now)

    assert {line.state for line in lines} <= {"ok", "warn"}
    subjects = {line.subject for line in lines}
    assert subjects >= {"python", "opencc", "sqlite", "contact", "clock", "database", "journal"}
    assert subjects >= {"integrity", "runs", "frontier", "archive", "disk", "alerts"}


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ((3, 6, 23), "ok"),
        ((3, 7, 0), "warn"),
        ((3, 40, 1), "warn"),
        ((3, 44, 5), "warn"),
        ((3, 44, 6), "ok"),
        ((3, 45, 0), "warn"),
        ((3, 50, 6), "warn"),
        ((3, 50, 7), "ok"),
        ((3, 51, 2), "warn"),
        ((3, 51, 3), "ok"),
        ((3, 53, 0), "ok"),
    ],
)
def test_the_wal_reset_bug_is_known_by_version(version, state):
    """3.7.0 to 3.51.2 have it, but for the two branches that got the repair."""
    assert doctor.sqlite_version(version).state == state


def test_without_a_database_there_is_something_to_do(config, now):
    """No crawl yet is no failure."""
    line = found(config, now, "database")

    assert (line.state, "renmin crawl" in line.message) == ("warn", True)


def test_a_file_that_is_no_database_fails(config, now, tmp_path):
    """It is named."""
    (tmp_path / "renmin.db").write_bytes(b"not a database at all" * 100)

    line = found(config, now, "database")

    assert "renmin.db" in line.message
    assert line.state != "ok"


@pytest.mark.parametrize(
    ("number", "says"), [("9999", "install the newer renmin"), ("0001", "renmin upgrade")]
)
def test_another_schema_fails_and_is_left_as_it_is(config, now, store, number, says):
    """Nothing works with it, so it is no warning; the doctor itself migrates nothing."""
    with store.writing.begin() as connection:
        connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{number}'"))

    line = found(config, now, "database")

    assert (line.state, says in line.message) == ("fail", True)
    with store.reading.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == number


def test_damage_in_the_file_is_found(config, now, store, tmp_path):
    """quick_check reads what a crawl might not touch for weeks."""
    with store.writing.begin() as connection:
        empty = {
            name: [] for name in ["authors", "editors", "photos", "damage", "repairs", "doubts"]
        }
        rows = [
            {"url": f"http://sd.people.com.cn/{n}", "paragraphs": ["文" * 500], "channel": "sd"}
            | {"title": "题", "template": "wb2016", "fetched_at": now, "first_seen_at": now}
            | {"text_hash": "", "characters": 500, **empty}
            for n in range(200)
        ]
        connection.execute(sa.insert(article), rows)
    store.close()
    path = tmp_path / "renmin.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(path.read_bytes())
    for begin in range(len(content) // 2, len(content), 4096):
        content[begin : begin + 200] = b"\xff" * 200
    path.write_bytes(content)

    states = [line.state for line in doctor.examine(config, now)]

    assert "fail" in states


def test_a_killed_run_is_named(config, now, store):
    """With what to do about it."""
    with store.writing.begin() as connection:
        began = now - timedelta(hours=2)
        runs.start(connection, command="", channels=["sd"], settings={}, now=began)

    line = found(config, now, "runs")

    assert (line.state, "killed within a week: 1" in line.message) == ("warn", True)


def test_a_clock_before_the_installation_fails(config, now):
    """A machine whose battery died believes in 1970."""
    assert doctor.clock(now - timedelta(days=9000), now).state == "fail"
    assert doctor.clock(now, now).state == "ok"


def test_a_full_disk_fails(config, now, monkeypatch):
    """Less than a gigabyte ends a crawl soon."""
    usage = SimpleNamespace(free=100 * 1024**2, total=10 * 1024**3)
    monkeypatch.setattr(inputs.shutil, "disk_usage", lambda path: usage)

    assert found(config, now, "disk").state == "fail"


def test_a_disk_is_named_as_the_file_is(tmp_path, monkeypatch, now):
    """%20 is how a space is written in a URL."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my press").mkdir()

    config = Config(database=f"sqlite:///{tmp_path}/my%20press/renmin.db")

    said = found(config, now, "disk").message
    assert "my press" in said
    assert "%20" not in said


def test_an_archive_that_cannot_be_read_fails(config, now):
    """It is named, and what to do."""
    config.archive_path.write_bytes(b"no archive" * 1000)

    line = found(config, now, "archive")

    assert (line.state, str(config.archive_path) in line.message) == ("fail", True)


@pytest.mark.parametrize("says", ["disk I/O error", "database or disk is full", "unable to open"])
def test_nobody_is_told_to_move_an_archive_away_because_the_disk_is_full(
    config, now, monkeypatch, says
):
    """The raw pages in it cannot be fetched again."""
    config.archive_path.write_bytes(b"")

    def broken(*_, **__):
        raise sqlite3.OperationalError(says)

    monkeypatch.setattr(doctor.sqlite3, "connect", broken)

    line = doctor._archive(config.archive_path)

    assert line.state == "fail"
    assert "keep it" in line.message
    assert "move it away" not in line.message


def test_every_library_that_is_imported_late_is_looked_at():
    """One that is missing shows here, and not in the middle of a crawl."""
    late = set()
    for file in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import) and node.col_offset:
                late |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.col_offset and node.module:
                late.add(node.module.split(".")[0])

    looked_at = {module.split(".")[0] for module in doctor.LIBRARIES.values()}

    assert "trafilatura" in late
    assert late - set(sys.stdlib_module_names) - set(ROOMS) <= looked_at | set(doctor.OPTIONAL)


def test_a_library_that_cannot_be_imported_fails(config, now, monkeypatch):
    """It is named with the command that installs it."""
    monkeypatch.setitem(sys.modules, "lxml_html_clean", None)

    line = found(config, now, "lxml_html_clean")

    assert (line.state, "pip install lxml_html_clean" in line.message) == ("fail", True)


def test_wrong_alert_settings_fail(config, now, tmp_path):
    """A typing mistake shows here, not in a night without alerts."""
    (tmp_path / "renmin.toml").write_text("[alerts.stale]\n", encoding="utf-8")

    assert found(config, now, "alerts").state == "fail"


def test_the_command_prints_json_and_fails_with_a_failure(config, monkeypatch):
    """Exit code 1 says that something fails."""
    config.archive_path.write_bytes(b"no archive" * 1000)

    result = CliRunner().invoke(app, ["doctor", "--json", "--database", config.database])

    assert result.exit_code == 1
    assert {"state", "subject", "message"} == set(orjson.loads(result.stdout)[0])
