"""A user with too few rights on the server is told so in a sentence, and nothing waits for ever."""

from __future__ import annotations

import os
import subprocess

import pytest
import sqlalchemy as sa

from crawler.errors import SchemaError, StoreError
from crawler.store import job_schema
from crawler.store.engine import open_store
from crawler.store.job_schema import SCHEMA
from tests import forked

pytestmark = pytest.mark.postgres


@pytest.fixture
def looker(postgres, postgres_server):
    """The address of the same database for a user that may only look at the tables of renmin."""
    name = f"looker_{os.getpid()}"
    store = open_store(postgres)
    with store.writing.begin() as connection:
        connection.execute(sa.text(f"CREATE ROLE {name} LOGIN PASSWORD 'pw'"))
        connection.execute(sa.text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"))
    address = sa.make_url(postgres).set(username=name, password="pw")
    yield address.render_as_string(hide_password=False)
    with store.writing.begin() as connection:
        connection.execute(sa.text(f"DROP OWNED BY {name}"))
        connection.execute(sa.text(f"DROP ROLE {name}"))
    store.close()


@pytest.mark.parametrize(
    "line", ["channels pause sd", "queue retry --reason http_404", "check", "jobs"]
)
def test_what_a_user_may_not_write_is_said_without_a_traceback(looker, line):
    """The right that is missing is somebody's to give: it is no fault of renmin's own."""
    words = [str(forked.client()), *line.split(), "--database", looker]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 3
    assert "permission denied for" in done.stderr
    assert "GRANT" in done.stderr
    assert "fault of renmin" not in done.stderr


def test_a_worker_without_rights_does_not_begin(looker):
    """It would wait for the database for ever."""
    store = open_store(looker, create=False)

    with store.reading.connect() as c, pytest.raises(StoreError, match="may not use the schema"):
        job_schema.require(c, "db")
    store.close()


def test_jobs_of_a_database_without_their_tables_are_not_none(postgres):
    """No worker is there, and none could be: what to do is another thing."""
    store = open_store(postgres)
    with store.writing.begin() as connection:
        connection.execute(sa.text(f"DROP SCHEMA {SCHEMA} CASCADE"))

    with store.reading.connect() as c, pytest.raises(SchemaError, match="are missing"):
        job_schema.require(c, "db", to_work=False)
    store.close()
