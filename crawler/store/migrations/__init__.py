"""The steps by which a database of an older renmin becomes one of today's.

A step is frozen: statements written out for each database (``NAME.sqlite.sql``,
``NAME.postgresql.sql``; one ``NAME.sql`` where both read the same), and, if rows must change with
them, a function that names its own tables. It never looks at :mod:`crawler.store.tables`, which
says what a row is *today*. A test holds both ways to one schema.

The tables of procrastinate have migrations of their own (:mod:`crawler.store.job_schema`); they are
taken along.

What is derived is not migrated: views and the full text are made by today's code after the last
step. A new step is a file here and a line in :data:`STEPS`.

The table that holds the number is called ``alembic_version``: release 0.1.0 looks for it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.errors import SchemaError
from crawler.store import job_schema, search, tables
from crawler.store.columns import metadata
from crawler.store.migrations import passwords

Change = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        name: Its number, which sorts, and what it is about; also the name of its files.
        rows: Changes rows after the statements ran; ``None`` if there is nothing to change.
        reindexes: Whether the full text must be made anew after it.
        erases: Whether what it takes out of rows must not stay in the free room of the file.
    """

    name: str
    rows: Change | None = None
    reindexes: bool = False
    erases: bool = False

    @property
    def number(self) -> str:
        """What ``alembic_version`` holds after it."""
        return self.name.partition("_")[0]


STEPS: tuple[Step, ...] = (
    Step("0001_first_schema"),
    Step("0002_search", reindexes=True),
    Step("0003_no_passwords", rows=passwords.erase, erases=True),
    Step("0004_record"),
    Step("0005_list_health"),
    Step("0006_operator"),
    Step("0007_requests"),
    Step("0008_upkeep"),
    Step("0009_no_lease_times"),
    # A view more, which is derived.
    Step("0010_article_text"),
)
HEAD = STEPS[-1].number


def schema_of(connection: Connection, name: str) -> str | None:
    """The number of the schema in the database ``name``; ``None`` if it is empty.

    Raises:
        SchemaError: Somebody else's tables are in it.
    """
    inspector = sa.inspect(connection)
    found = set(inspector.get_table_names())
    number: str | None = None
    if "alembic_version" in found:
        number = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if number and number.isdigit():
            return number
    # A server's database may be shared; a file with anything in it is somebody else's.
    foreign = found if connection.dialect.name == "sqlite" else found & set(metadata.tables)
    if foreign - {"alembic_version"} or number:
        named = ", ".join(sorted(foreign)[:3])
        raise SchemaError(
            f"{name}: has tables that are not renmin's ({named}); "
            "name another database with --database"
        )
    return None


def require_today(connection: Connection, name: str) -> None:
    """See that this renmin can work with the database ``name`` as it is.

    Raises:
        SchemaError: It is empty, of an older or a newer renmin, or somebody else's; says what to do.
    """
    found = schema_of(connection, name)
    if found is None:
        raise SchemaError(f"{name}: holds no articles yet; begin with: renmin crawl CHANNEL")
    if found > HEAD:
        raise SchemaError(
            f"{name}: schema {found} was written by a newer renmin, this one knows {HEAD}: "
            "install the newer renmin"
        )
    if found < HEAD:
        raise SchemaError(
            f"{name}: has schema {found} of an older renmin, this one needs {HEAD}; "
            f"bring it up to date with: renmin upgrade{'' if '***' in name else f' --database {name}'}"
        )


def migrate(connection: Connection, name: str, last: str = HEAD) -> tuple[Step, ...]:
    """Take every missing step, up to ``last``, inside the caller's transaction.

    Returns:
        The steps that were taken.

    Raises:
        SchemaError: Somebody else's tables are in the database.
    """
    if connection.dialect.name == "postgresql":
        # Two processes that open a new database at once: the second waits, then finds it done.
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({0x72656E6D})"))
    if last == HEAD:
        job_schema.migrate(connection)
    found = schema_of(connection, name) or ""
    missing = tuple(step for step in STEPS if found < step.number <= last)
    if not missing:
        return ()
    if found:
        _drop_views(connection)
    for step in missing:
        _take(connection, step)
    _write_number(connection, missing[-1].number)
    if last == HEAD:
        _derive(connection, reindex=bool(found) and any(step.reindexes for step in missing))
    return missing


def _take(connection: Connection, step: Step) -> None:
    for statement in _statements(step, connection.dialect.name):
        connection.exec_driver_sql(statement)
    if step.rows:
        step.rows(connection)


def _derive(connection: Connection, *, reindex: bool) -> None:
    for name, query in tables.VIEWS.items():
        connection.execute(sa.text(f"CREATE VIEW {name} AS {query}"))
    search.create_view(connection)
    if reindex:
        search.rebuild(connection)


def _drop_views(connection: Connection) -> None:
    search.drop_view(connection)
    for name in reversed(tables.VIEWS):
        connection.execute(sa.text(f"DROP VIEW IF EXISTS {name}"))


def _statements(step: Step, dialect: str) -> Iterator[str]:
    folder = resources.files(__name__)
    files = (folder / f"{step.name}{ending}" for ending in (f".{dialect}.sql", ".sql"))
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        return  # it changes rows alone
    lines = file.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("--"))
    # No statement of ours holds a semicolon at the end of a line but its own.
    yield from filter(None, (part.strip().removesuffix(";") for part in text.split(";\n")))


def _write_number(connection: Connection, number: str) -> None:
    connection.execute(
        sa.text(
            "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL"
            " CONSTRAINT alembic_version_pkc PRIMARY KEY)"
        )
    )
    connection.execute(sa.text("DELETE FROM alembic_version"))
    connection.execute(sa.text("INSERT INTO alembic_version VALUES (:number)"), {"number": number})
