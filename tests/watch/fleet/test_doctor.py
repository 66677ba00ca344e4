"""The doctor says whether a server has the tables of the fleet, and jobs of the dead."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from crawler.store.job_schema import SCHEMA
from crawler.store.upgrade import plan, upgrade
from crawler.watch.doctor import _jobs

pytestmark = pytest.mark.postgres


def said(server) -> tuple[str, str]:
    with server.reading.connect() as c:
        line = _jobs(c)
    return line.state, line.message


def shape(server) -> dict[str, set[str]]:
    inspector = sa.inspect(server.reading)
    return {
        table: {column["name"] for column in inspector.get_columns(table, SCHEMA)}
        for table in inspector.get_table_names(SCHEMA)
    }


def test_missing_tables_are_named_and_made_by_an_upgrade(server, postgres):
    """A database of an older renmin, or of an older procrastinate, says what to do; then it is done."""
    with server.writing.begin() as c:
        c.exec_driver_sql(f"DROP SCHEMA {SCHEMA} CASCADE")
    missing, wanted = said(server), plan(postgres).is_needed
    upgrade(postgres)
    made, again = said(server), plan(postgres).is_needed

    assert ("renmin upgrade" in missing[1], wanted) == (True, True)
    assert (made[0], again) == ("ok", False)


def test_an_older_state_is_brought_up_by_procrastinates_own_steps(server, postgres):
    """Taken from its first step on, they lead to the tables that a new database is born with."""
    born = shape(server)
    with server.writing.begin() as c:
        c.exec_driver_sql(f"DROP SCHEMA {SCHEMA} CASCADE")
        c.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        c.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS 'procrastinate schema '")
    older = said(server)
    upgrade(postgres)

    assert older[0] == "fail"
    assert said(server)[0] == "ok"
    assert shape(server) == born


def test_jobs_of_a_silent_worker_are_told(server, jobs):
    """Nobody is there to take them over."""
    fine = said(server)[0]
    jobs.hold(jobs.worker(60))

    assert (fine, said(server)[0]) == ("ok", "warn")
