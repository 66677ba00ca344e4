"""Leases: which pages and hosts a run holds, and how they come back if it dies.

A page belongs to the run that may ask its host: the one process that crawls into a SQLite file, or
the one whose job holds the host. Whoever comes after it takes the pages back; no clock is asked.

A host is held by the job of procrastinate that has the host's lock. Processes that share a
PostgreSQL database stay polite together because a host belongs to one job at a time. What such a
process writes is written only while its job is still its own: the row of the job is locked in the
transaction that writes (:func:`confirm`), so that taking a job away waits for the commit, and a
commit after that cannot be. With one process (SQLite) there are no jobs.

All functions run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.items import PageKind
from crawler.store.frontier import LEASED, PENDING
from crawler.store.job_schema import SCHEMA
from crawler.store.tables import frontier, page

# The task by which a crawl that somebody started holds a host; a worker's is another.
HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Hold:
    """A host that a job of this process holds.

    Attributes:
        host: Its name, which is the job's lock.
        job: The job.
        worker: procrastinate's number of the process that works on it.
        attempts: How often the job was begun before; a job that was taken over has one more.
    """

    host: str
    job: int
    worker: int
    attempts: int


def confirm(connection: Connection, holds: Iterable[Hold]) -> dict[str, bool]:
    """See which holds are still good, and keep them so until this transaction ends.

    Returns:
        The hosts, each with whether a job waits for it that it could be passed on to. A sweep
        does not make way for another sweep: that one would do the same.
    """
    named = {hold.job: hold for hold in holds}
    if not named:
        return {}
    rows = connection.execute(_CONFIRM, {"jobs": sorted(named)})
    return {
        named[row.id].host: row.wanted
        for row in rows
        if (row.worker_id, row.attempts) == (named[row.id].worker, named[row.id].attempts)
    }


def asked_for(connection: Connection, queue: str) -> set[str]:
    """Hosts for which a job stands in ``queue``, waiting or at work."""
    return set(connection.scalars(_ASKED_FOR, {"queue": queue}))


_CONFIRM = sa.text(
    f"""
    SELECT mine.id, mine.worker_id, mine.attempts, EXISTS (
        SELECT 1 FROM {SCHEMA}.procrastinate_jobs AS other
        WHERE other.lock = mine.lock AND other.status = 'todo' AND other.id <> mine.id
            AND '{HOLD}' IN (mine.task_name, other.task_name)
    ) AS wanted
    FROM {SCHEMA}.procrastinate_jobs AS mine
    WHERE mine.id IN :jobs AND mine.status = 'doing'
    ORDER BY mine.id FOR SHARE OF mine
    """
).bindparams(sa.bindparam("jobs", expanding=True))

_ASKED_FOR = sa.text(
    f"SELECT lock FROM {SCHEMA}.procrastinate_jobs"
    " WHERE queue_name = :queue AND status IN ('todo', 'doing')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One page that this run may fetch now.

    Attributes:
        id: The frontier's row.
        etag: For a conditional request; ``None`` if the page was never fetched.
        last_modified: The same.
        body_sha256: Of the body seen last; ``None`` likewise.
    """

    id: int
    url: str
    fetch_url: str
    kind: PageKind
    channel: str
    host: str
    attempts: int
    etag: str | None
    last_modified: str | None
    body_sha256: str | None


def lease(
    connection: Connection,
    run_id: int,
    hosts: Iterable[str],
    *,
    per_host: int,
    ranks: tuple[int, int],
) -> list[Lease]:
    """Take up to ``per_host`` PENDING pages of each of ``hosts``, best first.

    Args:
        connection: Of the writing engine.
        run_id: Who takes them.
        hosts: Host names.
        per_host: At most so many of one host.
        ranks: Lowest and highest priority to take (``--since`` and ``--until`` set them).
    """
    taken: list[int] = []
    floor, ceiling = ranks
    for name in hosts:
        arguments = {"h": name, "n": per_host, "f": floor, "c": ceiling, "r": run_id}
        statement = _TAKE_POSTGRES if connection.dialect.name == "postgresql" else _TAKE_SQLITE
        taken.extend(connection.scalars(statement, arguments))
    if not taken:
        return []
    rows = connection.execute(_LEASED, {"ids": taken}).mappings()
    return [Lease(**row) for row in rows]


def put_back(connection: Connection, run_id: int, frontier_ids: Collection[int]) -> None:
    """Give leases of a run back unused: the pages are PENDING again, no attempt is counted."""
    if frontier_ids:
        _free(connection, frontier.c.leased_by == run_id, frontier.c.id.in_(frontier_ids))


def release_run(connection: Connection, run_id: int) -> int:
    """Give back all leases of a run."""
    return _free(connection, frontier.c.leased_by == run_id)


def take_back(connection: Connection, host: str | None = None) -> int:
    """Make pages PENDING again that a run held which asks for them no more.

    Args:
        connection: Of the writing engine.
        host: Of this host, which the caller's job holds; ``None`` for all hosts, which is right
            where the caller holds the crawl lock of a SQLite file.

    Returns:
        How many there were: with none, whoever held them before ended in order.
    """
    return _free(connection, sa.true() if host is None else frontier.c.host == host)


def count(connection: Connection, host: str) -> int:
    """How many pages of a host are leased, by whomever."""
    query = sa.select(sa.func.count()).where(frontier.c.state == LEASED, frontier.c.host == host)
    return connection.scalar(query) or 0


def busy_hosts(connection: Connection, run_id: int, hosts: Collection[str]) -> set[str]:
    """Those of ``hosts`` whose pages a run is fetching or is about to fetch."""
    statement = (
        sa.select(frontier.c.host)
        .where(frontier.c.host.in_(hosts), frontier.c.state == LEASED)
        .where(frontier.c.leased_by == run_id)
        .distinct()
    )
    return set(connection.scalars(statement))


def _free(connection: Connection, *which: sa.ColumnElement[bool]) -> int:
    statement = (
        sa.update(frontier)
        .where(frontier.c.state == LEASED, *which)
        .values(state=PENDING, leased_by=None)
    )
    return connection.execute(statement).rowcount


_BEST = (
    sa.select(frontier.c.id)
    .where(frontier.c.host == sa.bindparam("h"), frontier.c.state == PENDING)
    .where(frontier.c.priority.between(sa.bindparam("f"), sa.bindparam("c")))
    .order_by(frontier.c.priority.desc(), frontier.c.id)
    .limit(sa.bindparam("n"))
)


def _take(best: sa.Select[tuple[int]]) -> sa.sql.dml.ReturningUpdate[tuple[int]]:
    return (
        sa.update(frontier)
        .where(frontier.c.id.in_(best))
        .values(state=LEASED, leased_by=sa.bindparam("r"))
        .returning(frontier.c.id)
    )


_TAKE_SQLITE = _take(_BEST)
_TAKE_POSTGRES = _take(_BEST.with_for_update(skip_locked=True))

_LEASED = (
    sa.select(
        frontier.c.id,
        frontier.c.url,
        frontier.c.fetch_url,
        frontier.c.kind,
        frontier.c.channel,
        frontier.c.host,
        frontier.c.attempts,
        page.c.etag,
        page.c.last_modified,
        page.c.body_sha256,
    )
    .select_from(frontier.outerjoin(page, page.c.frontier_id == frontier.c.id))
    .where(frontier.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(frontier.c.priority.desc(), frontier.c.id)
)
