"""The tables of procrastinate, which hands hosts out to the processes of a fleet.

On PostgreSQL they stand in a schema of their own, :data:`SCHEMA`, beside our tables: an operator's
own procrastinate in the same database is not touched, and what is ours stays apart from what is
theirs. Which of procrastinate's migrations were applied is told by the comment of the schema. On
SQLite there is none of this: one process crawls into a file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib import resources, util
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.errors import ConfigError, SchemaError, StoreError

SCHEMA = "renmin_jobs"
_MARK = "procrastinate schema "
# What procrastinate calls its own state before the first of its migrations.
_NONE = ""


def wanted() -> str | None:
    """The name of the last migration that the installed procrastinate has; ``None`` without it."""
    if util.find_spec("procrastinate") is None:
        return None
    return max(_migrations())


def found(connection: Connection) -> str | None:
    """The last migration that was applied to this database; ``None`` if there are no such tables."""
    if connection.dialect.name != "postgresql":
        return None
    statement = sa.text(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :schema"
    )
    said = connection.scalar(statement, {"schema": SCHEMA})
    return said.removeprefix(_MARK) if said and said.startswith(_MARK) else None


def missing(connection: Connection) -> bool:
    """Whether the database lacks tables, or changes of them, that the installed version needs."""
    if connection.dialect.name != "postgresql":
        return False
    newest = wanted()
    return newest is not None and (found(connection) or _NONE) < newest


def require(connection: Connection, name: str, *, to_work: bool = True) -> None:
    """See that this process can hold hosts by jobs in the database ``name``, or look at the jobs.

    Args:
        connection: To the database.
        name: What it is called in errors.
        to_work: Whether jobs are to be held; else they are only looked at.

    Raises:
        ConfigError: procrastinate is not installed.
        SchemaError: Its tables are missing or older; the message says what to do.
        StoreError: This user has no right to them.
    """
    if wanted() is None:
        raise ConfigError(
            "crawling on PostgreSQL needs procrastinate, which hands out the hosts: "
            "pip install 'renmin[fleet]'"
        )
    if to_work and not _may_be_used(connection):
        raise StoreError(
            f"{name}: this user may not use the schema {SCHEMA}, by which hosts are handed out; "
            "let its owner GRANT it: docs/scale.md"
        )
    if missing(connection):
        state = found(connection)
        what = f"are of {state}" if state else "are missing"
        raise SchemaError(f"{name}: the tables of procrastinate {what}; make them: renmin upgrade")


def _may_be_used(connection: Connection) -> bool:
    """Whether this user may enter the schema and write its tables; also if there is none yet."""
    statement = sa.text(
        "SELECT has_schema_privilege(relnamespace, 'USAGE')"
        " AND has_table_privilege(pg_class.oid, 'INSERT, UPDATE')"
        " FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE nspname = :schema AND relname = 'procrastinate_jobs'"
    )
    return connection.scalar(statement, {"schema": SCHEMA}) is not False


def migrate(connection: Connection) -> None:
    """Make the tables, or take procrastinate's own missing migrations, in the caller's transaction.

    Nothing is done on SQLite, or where procrastinate is not installed.
    """
    if not missing(connection):
        return
    state = found(connection)
    connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    with _in_schema(connection):
        for text in _statements(state):
            _run(connection, text)
    connection.execute(sa.text(f"COMMENT ON SCHEMA {SCHEMA} IS '{_MARK}{wanted()}'"))


def _statements(state: str | None) -> Iterator[str]:
    if state is None:
        yield (resources.files("procrastinate.sql") / "schema.sql").read_text(encoding="utf-8")
        return
    for name, file in sorted(_migrations().items()):
        if name > state:
            yield file.read_text(encoding="utf-8")


def _migrations() -> dict[str, Any]:
    folder = resources.files("procrastinate.sql") / "migrations"
    return {
        file.name.removesuffix(".sql"): file
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    }


@contextlib.contextmanager
def _in_schema(connection: Connection) -> Iterator[None]:
    """Within, unqualified names are theirs."""
    before = connection.scalar(sa.text("SHOW search_path"))
    connection.execute(sa.text(f"SET LOCAL search_path TO {SCHEMA}"))
    yield
    connection.execute(
        sa.text("SELECT set_config('search_path', :before, true)"), {"before": before}
    )


def _run(connection: Connection, text: str) -> None:
    """Run many statements at once, which SQLAlchemy would prepare as one."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(text)
