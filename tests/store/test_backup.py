"""Backups are whole, checked and can be taken back; a database moves without losing a row."""

import contextlib
import gzip
import json
import os
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.errors import ConfigError, StoreError
from crawler.store.archive import Archive, Record
from crawler.store.backup import (
    ARCHIVE,
    DATABASE,
    MANIFEST,
    back_up,
    backups,
    check,
    copy_database,
    restore,
)
from crawler.store.columns import metadata
from crawler.store.engine import open_store
from crawler.store.search import search
from crawler.store.upgrade import upgrade
from tests.crawl.visits import NOW, fetch, html_of, prose, url_of

RELEASED = Path(__file__).parent / "released" / "renmin-0.1.0.db.gz"


@pytest.fixture
def full(tmp_path):
    """A database with rows in every table that release 0.1.0 had."""
    path = tmp_path / "full" / "renmin.db"
    path.parent.mkdir()
    path.write_bytes(gzip.decompress(RELEASED.read_bytes()))
    upgrade(f"sqlite:///{path}", copy=False)
    with_body = Record(
        url=url_of(1),
        channel="sd",
        kind="article",
        fetches=(fetch(url_of(1), html_of("秋收过半", [prose(1)])),),
    )
    archive = Archive(path.with_suffix(".archive.db"))
    archive.keep([with_body])
    archive.close()
    return path


def url(path):
    return f"sqlite:///{path}"


def rows_of(database):
    """Every row of every table."""
    store = open_store(database, create=False)
    with store.reading.connect() as connection:
        found = {
            table.name: [
                dict(row)
                for row in connection.execute(
                    sa.select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in metadata.sorted_tables
        }
    store.close()
    return found


def take(full, tmp_path, now=NOW, **options):
    archive = full.with_suffix(".archive.db")
    return back_up(url(full), archive, tmp_path / "backups", now, **options)


def test_a_database_moves_to_another_kind_and_back_exactly(full, any_database, tmp_path):
    """Every row arrives, words are found, new rows get new numbers; back again they are equal."""
    back = url(tmp_path / "back.db")

    copy_database(url(full), any_database)
    store = open_store(any_database, create=False)
    with store.writing.begin() as connection:
        title = connection.scalar(sa.text("SELECT title FROM article ORDER BY id LIMIT 1"))
        assert search(connection, title[:4]).total >= 1
        assert connection.scalar(sa.text("SELECT max(id) + 1 FROM run")) == connection.scalar(
            sa.text(
                "INSERT INTO run (command, version, machine, pid, channels, settings, started_at,"
                " heartbeat_at) SELECT command, version, machine, pid, channels, settings,"
                " started_at, heartbeat_at FROM run LIMIT 1 RETURNING id"
            )
        )
        connection.execute(sa.text("DELETE FROM run WHERE id = (SELECT max(id) FROM run)"))
    store.close()
    copy_database(any_database, back)

    assert rows_of(back) == rows_of(url(full))


def test_a_target_that_holds_something_is_refused(full, tmp_path):
    """Nothing is mixed; the table is named."""
    other = tmp_path / "other.db"
    other.write_bytes(full.read_bytes())

    with pytest.raises(ConfigError, match="holds rows in"):
        copy_database(url(full), url(other))


def test_a_backup_is_taken_back_whole(full, tmp_path):
    """Every row and every body are as they were."""
    made = take(full, tmp_path)
    target = tmp_path / "new" / "renmin.db"

    restore(made, url(target), target.with_suffix(".archive.db"))

    assert rows_of(url(target)) == rows_of(url(full))
    archive = Archive(target.with_suffix(".archive.db"), readonly=True)
    assert archive.latest(url_of(1)) is not None
    archive.close()
    assert made.facts["articles"] == len(rows_of(url(full))["article"])
    with contextlib.closing(sqlite3.connect(target)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_server_is_backed_up_into_files_and_restored_into_a_server(full, any_database, tmp_path):
    """A backup is the same thing whatever the database was."""
    copy_database(url(full), any_database)
    made = back_up(any_database, full.with_suffix(".archive.db"), tmp_path / "backups", NOW)

    restore(made, url(tmp_path / "again.db"), tmp_path / "again.archive.db")

    assert rows_of(url(tmp_path / "again.db")) == rows_of(url(full))


def test_a_changed_backup_is_not_restored(full, tmp_path):
    """Neither is one with a missing file; what is there already stays."""
    made = take(full, tmp_path)
    with pytest.raises(ConfigError, match="is there already"):
        restore(made, url(full), full.with_suffix(".archive.db"))
    file = made.folder / "renmin.archive.db"
    file.write_bytes(file.read_bytes()[:-1])

    with pytest.raises(StoreError, match="not what was backed up"):
        check(made)


def test_a_database_without_its_archive_is_backed_up_only_when_asked(full, tmp_path):
    """A copy without raw bodies would pass for a whole one, and push the whole ones out."""
    elsewhere = tmp_path / "elsewhere" / "renmin.archive.db"

    with pytest.raises(StoreError, match=r"no such archive.*44 articles"):
        back_up(url(full), elsewhere, tmp_path / "backups", NOW)

    assert not list((tmp_path / "backups").glob("*"))
    assert back_up(url(full), None, tmp_path / "backups", NOW).facts["bodies"] == 0


def test_a_restore_that_fails_leaves_nothing(full, tmp_path):
    """What could not be taken back whole can be tried again."""
    made = take(full, tmp_path)
    archive = tmp_path / "new.archive.db"

    with pytest.raises(ConfigError):
        restore(made, "postgresql://renmin:a@b@localhost/renmin", archive)

    assert not archive.exists()


def test_only_the_latest_are_kept(full, tmp_path):
    """With --keep; an unfinished one of an earlier try is no backup."""
    (tmp_path / "backups" / "renmin-20200101-000000.part").mkdir(parents=True)
    for day in range(3):
        take(full, tmp_path, NOW + timedelta(days=day), keep=2)

    found = backups(tmp_path / "backups")

    assert [each.folder.name[7:15] for each in found] == ["20261124", "20261125"]


def test_what_cannot_be_backed_up_leaves_no_folder(tmp_path):
    """No database, no backup; a damaged one is named."""
    with pytest.raises(StoreError, match="no such database"):
        back_up(url(tmp_path / "no.db"), tmp_path / "no.archive.db", tmp_path / "b", NOW)

    assert not list((tmp_path / "b").iterdir())


def test_the_manifest_says_what_is_in_it(full, tmp_path):
    """Times with their zone, the schema, counts, and a checksum for each file."""
    made = take(full, tmp_path)

    facts = json.loads((made.folder / "backup.json").read_text())

    assert facts["made_at"].endswith("+08:00")
    assert set(facts["files"]) == {"renmin.db", "renmin.archive.db"}
    assert facts["bodies"] == 1


def test_two_backups_of_one_second_are_two(full, tmp_path):
    """The second has a number behind its name, and is the later one."""
    first, second = (take(full, tmp_path, NOW) for _ in range(2))

    assert [backup.folder for backup in backups(tmp_path / "backups")] == [
        first.folder,
        second.folder,
    ]


def test_a_database_that_may_not_be_written_is_backed_up(full, tmp_path, monkeypatch):
    """As on a read-only disk: it is read, and nothing is made beside it."""
    beside = sorted(path.name for path in full.parent.iterdir())
    monkeypatch.setattr(os, "access", lambda _path, asked: asked != os.W_OK)

    made = take(full, tmp_path)

    assert made.facts["articles"] > 0
    assert sorted(path.name for path in full.parent.iterdir()) == beside


def test_what_cannot_be_read_is_blamed_and_not_where_it_goes(full, tmp_path):
    """The file that is damaged is named."""
    full.write_bytes(b"no database" * 1000)

    with pytest.raises(StoreError, match=f"^(sqlite:///)?{re.escape(str(full))}"):
        take(full, tmp_path)


def test_a_backup_says_how_many_articles_have_no_raw_body(full, tmp_path):
    """An archive that was named anew between two runs lacks what the other one has."""
    typed = ["backup", str(tmp_path / "b"), "--database", url(full)]
    environment = {"RENMIN_ARCHIVE": str(full.with_suffix(".archive.db"))}

    done = CliRunner().invoke(app, typed, env=environment)

    assert done.exit_code == 0
    assert re.search(r"^4[34] of 44 articles have no raw body in it", done.stderr)
    (made,) = (tmp_path / "b").iterdir()
    assert sorted(each.name for each in made.iterdir()) == sorted([ARCHIVE, DATABASE, MANIFEST])
