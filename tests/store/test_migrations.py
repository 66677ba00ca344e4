"""A database of each older renmin is brought to today's schema with its rows, and a new one is born with it."""

from __future__ import annotations

import contextlib
import gzip
import re
import sqlite3
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from crawler import __version__
from crawler.crawl.record import finish, keep
from crawler.errors import BusyError, DiskFullError, SchemaError, StoreError
from crawler.items import Failure
from crawler.store import frontier, search, tables
from crawler.store import upgrade as upgrading
from crawler.store.articles import By
from crawler.store.columns import metadata
from crawler.store.engine import Reader, crawl_lock, open_store, open_unchecked
from crawler.store.migrations import HEAD, STEPS, migrate
from tests.crawl.visits import NOW, article, link, prose

RELEASED = Path(__file__).parent / "released"
# The schema of each release whose database is kept.
RELEASES = {"0.1.0": "0002", "0.2.0": "0006", "0.3.0": "0010", "0.4.0": "0010"}
# Those that have something left to do.
BEHIND = {release: schema for release, schema in RELEASES.items() if schema < HEAD}
# A database of each older schema, with the rows of the first release, and of the latest that it can hold.
OLDER = [
    (release, step.number)
    for step in STEPS[:-1]
    for release, schema in RELEASES.items()
    if release == "0.1.0" or schema <= step.number
]
# Kept by the database itself, or made anew after the last step.
DERIVED = ("alembic_version", "sqlite_", "search_")


def released(version: str, path: Path) -> Path:
    """A database that a released renmin wrote, unpacked to ``path``."""
    path.write_bytes(gzip.decompress((RELEASED / f"renmin-{version}.db.gz").read_bytes()))
    return path


def rows_of_release(version: str, path: Path) -> dict[str, list[dict]]:
    """Every row that a released renmin wrote, by table, in the order of their foreign keys."""
    engine = sa.create_engine(f"sqlite:///{released(version, path)}")
    with engine.connect() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in metadata_of(connection).sorted_tables
            if not table.name.startswith(DERIVED)
        }
    engine.dispose()
    return found


def metadata_of(connection) -> sa.MetaData:
    """The tables as the database has them."""
    reflected = sa.MetaData()
    names = sa.inspect(connection).get_table_names()
    reflected.reflect(connection, only=[name for name in names if not name.startswith(DERIVED)])
    return reflected


def born_at(database: str, number: str, rows: dict[str, list[dict]]):
    """A database of the schema ``number`` with ``rows`` in it."""
    store = open_unchecked(database, create=True)
    with store.writing.begin() as connection:
        migrate(connection, store.url, last=number)
        shape = metadata_of(connection)
        for table in shape.sorted_tables:
            for row in sorted(rows.get(table.name, ()), key=lambda row: row.get("id") or 0):
                connection.execute(table.insert().values(adapted(table, row)))
        if sa.inspect(connection).has_table("search_entry"):
            search.rebuild(connection)
    store.close()


def adapted(table: sa.Table, row: dict) -> dict:
    """A row of a SQLite file as another database takes it, without columns that were dropped since."""
    return {
        name: sa.cast(sa.literal(value), table.c[name].type)
        if isinstance(value, str) and not isinstance(table.c[name].type, sa.JSON)
        else value
        for name, value in row.items()
        if name in table.c
    }


def shape_of(database: str) -> dict[str, object]:
    """Everything that two databases of one schema have in common, whatever the order of columns."""
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        shape: dict[str, object] = {"views": set(inspector.get_view_names())}
        for table in inspector.get_table_names():
            if table.startswith(("search_text", "sqlite_", "alembic_")):
                continue
            shape[table] = {
                "columns": {
                    column["name"]: (str(column["type"]), column["nullable"])
                    for column in inspector.get_columns(table)
                },
                "key": inspector.get_pk_constraint(table)["constrained_columns"],
                "foreign": sorted(map(str, inspector.get_foreign_keys(table))),
                "unique": sorted(map(str, inspector.get_unique_constraints(table))),
                "indexes": sorted(map(index_shape, inspector.get_indexes(table))),
            }
        shape |= {
            view: sorted(column["name"] for column in inspector.get_columns(view))
            for view in inspector.get_view_names()
        }
    engine.dispose()
    return shape


def index_shape(index: dict) -> str:
    """An index without what the inspector adds of its own."""
    options = index.get("dialect_options", {})
    condition = next((str(text) for name, text in options.items() if name.endswith("where")), "")
    method = options.get("postgresql_using", "")
    return f"{index['name']} {index['column_names']} {index['unique']} {method} {condition}"


@pytest.fixture
def another_database(any_database, tmp_path):
    """A second empty database of the same kind."""
    if any_database.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'another.db'}"
        return
    url = sa.make_url(any_database)
    name = f"{url.database}_b"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def test_the_steps_lead_from_empty_to_the_tables_of_today(any_database, another_database):
    """What the frozen statements make is what the code says a row is today, down to the indexes."""
    engine = sa.create_engine(another_database)
    with engine.begin() as connection:
        metadata.create_all(connection)
        for name, query in tables.VIEWS.items():
            connection.execute(sa.text(f"CREATE VIEW {name} AS {query}"))
        search.create(connection)
    engine.dispose()

    open_store(any_database).close()

    assert shape_of(any_database) == shape_of(another_database)


@pytest.mark.parametrize(("release", "number"), OLDER)
def test_an_older_database_is_brought_to_the_tables_of_today_with_its_rows(
    any_database, another_database, tmp_path, release, number
):
    """From every older schema on, no row is lost, and articles are found by their words."""
    rows = rows_of_release(release, tmp_path / "old.db")
    born_at(any_database, number, rows)
    open_store(another_database).close()

    upgrading.upgrade(any_database, copy=False)

    assert shape_of(any_database) == shape_of(another_database)
    store = open_store(any_database)
    with store.reading.connect() as connection:
        for table, held in rows.items():
            count = connection.scalar(sa.text(f'SELECT count(*) FROM "{table}"'))
            assert (table, count) == (table, len(held))
        pairs = connection.scalar(sa.text("SELECT count(*) FROM duplicate_pairs"))
        title = connection.scalar(sa.text("SELECT title FROM article WHERE id = 3"))
        hits = search.search(connection, title)
    store.close()
    assert pairs == 1
    assert 3 in hits.articles


def test_the_documents_name_the_schema_of_each_release():
    """An operator reads there what an old file needs."""
    text = (RELEASED.parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| (\d+\.\d+\.\d+) \| (\d{4}) \|$", text, re.MULTILINE))

    assert named == RELEASES | {__version__: HEAD}


@pytest.mark.parametrize("release", RELEASES)
def test_the_kept_database_has_rows_in_every_table_of_its_release(tmp_path, release):
    """A table without a row would prove nothing."""
    rows = rows_of_release(release, tmp_path / "old.db")

    assert all(rows.values()), [name for name, held in rows.items() if not held]
    assert set(rows) >= {"run", "frontier", "article", "revision", "schedule", "alert", "notice"}
    assert release == "0.1.0" or set(rows) >= {"tombstone", "list_health", "pause", "silence"}
    assert release < "0.3.0" or set(rows) >= {"request", "runner", "storage_sample", "backfill"}


@pytest.mark.parametrize(("release", "schema"), BEHIND.items())
def test_upgrade_says_what_it_does_copies_the_file_and_does_it(tmp_path, release, schema):
    """The copy is the old database as it was; a second upgrade finds nothing to do."""
    path = released(release, tmp_path / "renmin.db")
    url = f"sqlite:///{path}"
    with contextlib.closing(sqlite3.connect(path)) as db:
        articles = db.execute("SELECT count(*) FROM article").fetchone()
    if schema == HEAD:
        pytest.skip(f"{release} has the schema of today")

    todo = upgrading.plan(url)
    done = upgrading.upgrade(url)
    again = upgrading.upgrade(url)

    assert (todo.found, todo.wanted) == (schema, HEAD)
    assert done == todo
    copy = sqlite3.connect(done.copy)
    assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (schema,)
    assert copy.execute("SELECT count(*) FROM article").fetchone() == articles
    copy.close()
    assert (again.found, again.copy) == (HEAD, None)


def test_an_upgrade_that_breaks_off_leaves_the_old_database(tmp_path, monkeypatch):
    """All steps are one transaction."""
    path = released("0.1.0", tmp_path / "renmin.db")
    monkeypatch.setitem(tables.VIEWS, "broken", "SELEKT")

    with pytest.raises(StoreError, match="syntax"):
        upgrading.upgrade(f"sqlite:///{path}")

    db = sqlite3.connect(path)
    assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
    assert db.execute("SELECT count(*) FROM article_unique").fetchone() == (43,)
    db.close()
    assert not list(tmp_path.glob("*.schema-*")), "nothing to go back to, and it holds passwords"


def test_without_room_for_the_copy_nothing_is_done(tmp_path, monkeypatch):
    """The message names the way round."""
    path = released("0.1.0", tmp_path / "renmin.db")
    monkeypatch.setattr(upgrading, "_room_beside", lambda _path: 1000)

    with pytest.raises(DiskFullError, match="--no-copy"):
        upgrading.upgrade(f"sqlite:///{path}")

    assert upgrading.plan(f"sqlite:///{path}").found == "0002"


def test_a_database_is_not_upgraded_under_a_running_crawl(tmp_path):
    """The crawl's lock is the upgrade's too."""
    path = released("0.1.0", tmp_path / "renmin.db")
    store = open_unchecked(f"sqlite:///{path}", create=False)

    with crawl_lock(store), pytest.raises(BusyError):
        upgrading.upgrade(store.url)

    store.close()


def test_nobody_else_changes_an_older_schema(tmp_path):
    """Readers and writers both name the command; the file stays as it was, byte for byte."""
    path = released("0.1.0", tmp_path / "renmin.db")
    before = path.read_bytes()

    with pytest.raises(SchemaError, match="renmin upgrade --database sqlite:///"):
        open_store(f"sqlite:///{path}")
    reader = Reader(f"sqlite:///{path}")
    with pytest.raises(SchemaError, match=f"0002.*{HEAD}.*renmin upgrade"), reader.connect():
        pytest.fail("it was opened")
    reader.close()

    assert path.read_bytes() == before


def test_a_newer_schema_is_refused_with_its_version(any_database):
    """Nothing is written to a database that a newer renmin wrote."""
    store = open_store(any_database)
    with store.writing.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()

    for refused in (open_store, upgrading.upgrade):
        with pytest.raises(SchemaError, match=f"9999.*{HEAD}.*install the newer"):
            refused(any_database)


@pytest.mark.parametrize("name", ["article", "x"])
def test_a_file_with_somebody_elses_table_is_left_alone(database, name):
    """Whatever the table is called, renmin makes none beside it."""
    path = database.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"CREATE TABLE {name} (id INTEGER)")

    with pytest.raises(SchemaError, match=f"not renmin's.*{name}"):
        open_store(database)

    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [(name,)]


@pytest.mark.postgres
def test_a_servers_database_may_be_shared(postgres):
    """A table of another name beside ours is nobody's harm; one of ours would be."""
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE x (id INTEGER)"))

    open_store(postgres).close()
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))
    engine.dispose()

    with pytest.raises(SchemaError, match=r"not renmin's.*article"):
        open_store(postgres)


def test_an_upgrade_erases_the_passwords_of_older_releases(tmp_path):
    """Not a byte of them is left in the file; the copy holds them, and only its owner may read it."""
    path = released("0.1.0", tmp_path / "renmin.db")
    assert b"s3kr1t-pr0xy" in path.read_bytes()

    done = upgrading.upgrade(f"sqlite:///{path}")

    files = [path, path.with_name(path.name + "-wal")]
    assert not any(b"s3kr1t-pr0xy" in one.read_bytes() for one in files if one.exists())
    assert done.copy.stat().st_mode & 0o777 == 0o600
    db = sqlite3.connect(path)
    (settings, command) = db.execute("SELECT settings, command FROM run WHERE id = 2").fetchone()
    db.close()
    assert '"RENMIN_PROXY":"http://operator:***@127.0.0.1' in settings
    assert "--proxy http://operator:***@127.0.0.1" in command


def test_what_could_not_be_erased_is_told(tmp_path, monkeypatch):
    """The schema is of today all the same, and the message says what is left to do."""
    path = released("0.1.0", tmp_path / "renmin.db")

    class Full(sqlite3.Connection):
        def execute(self, statement, *values):
            if statement == "VACUUM":
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(statement, *values)

    monkeypatch.setattr(upgrading.sqlite3, "connect", partial(sqlite3.connect, factory=Full))
    with pytest.raises(StoreError, match="is up to date, but"):
        upgrading.upgrade(f"sqlite:///{path}")

    assert not upgrading.plan(f"sqlite:///{path}").is_needed


def fill(store) -> None:
    """Two articles, one a copy of the other, and a page that failed."""
    text = (prose(1), prose(2))
    with store.writing.begin() as connection:
        kept = [
            keep(connection, article(n, *text, host=f"{name}.people.com.cn"), NOW, By(None, "1"))
            for n, name in enumerate(("sd", "bj"))
        ]
        finish(connection, kept)
        frontier.add(connection, [link(9)], NOW, None)
        frontier.settle_failed(connection, 1, Failure(reason="timeout", detail="30 s"), NOW, 5)


def test_any_tool_can_read_the_file(store):
    """Plain sqlite3 opens it: the views answer, the times are text, and no column holds a blob."""
    fill(store)
    db = sqlite3.connect(store.path)

    unique = db.execute("SELECT url FROM article_unique").fetchall()
    pairs = db.execute("SELECT url, duplicate_of, relation FROM duplicate_pairs").fetchall()
    failed = db.execute("SELECT reason, attempts, settled_at FROM failures").fetchall()
    broken = db.execute("PRAGMA foreign_key_check").fetchall()
    kinds = {
        kind
        for table in metadata.tables
        for _, _, kind, *_ in db.execute(f"PRAGMA table_info({table})")
    }
    text = db.execute("SELECT paragraphs FROM article").fetchone()[0]
    db.close()

    assert len(unique) == 1
    assert len(pairs) == 1
    assert failed == [("timeout", 1, "2026-11-23T08:00:00+08:00")]
    assert broken == []
    assert not any("BLOB" in kind.upper() for kind in kinds)
    assert prose(1) in text
