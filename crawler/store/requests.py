"""What a person asks of the processes that run crawls: crawl now, stop a run, let a channel rest.

The dashboard and the command line only write down what is wanted; whoever runs crawls takes it.
``run`` is taken by ``renmin serve``, ``renmin crawl --due`` or a worker, ``stop`` by the run
itself, whoever started it, with its next heart-beat. All functions run inside the caller's
transaction.

==========  ============================================================
(none)      it waits, or, once taken, is being done
done        it was done: the crawl ended well, or the run is stopping
failed      the crawl did not end well, or could not be started
timeout     the crawl took too long and was stopped
lost        whoever had taken it died
cancelled   it was taken back before anybody took it
==========  ============================================================

Of channels that rest nothing is asked until somebody resumes them.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.columns import insert_for
from crawler.store.tables import pause, request, runner

RUN, STOP = "run", "stop"
# Kinds of takers, and how long after their last word they still count as being there.
PRESENT = {
    "serve": timedelta(minutes=3),
    "worker": timedelta(minutes=3),
    "timer": timedelta(minutes=15),
}
# Settled requests are kept so long.
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Request:
    """Something that was asked for and is now being done.

    Attributes:
        id: Its row.
        channels: Channel ids; empty for a stop.
        run_id: The run to stop; ``None`` for a run that is asked for.
    """

    id: int
    channels: tuple[str, ...]
    run_id: int | None


def ask(
    connection: Connection,
    kind: str,
    now: datetime,
    channels: Sequence[str] = (),
    run_id: int | None = None,
) -> int:
    """Write down what is wanted; the same, still waiting, is not written down twice.

    Args:
        connection: The transaction.
        kind: ``run`` or ``stop``.
        now: When.
        channels: What to crawl.
        run_id: What to stop.

    Returns:
        Its number.
    """
    r = request.c
    connection.execute(sa.delete(request).where(r.ended_at < now - KEPT))
    waiting = sa.select(r.id, r.channels).where(
        r.taken_at.is_(None),
        r.ended_at.is_(None),
        r.kind == kind,
        # One that was put back has the run that it is to go on with.
        r.run_id == run_id if kind == STOP else sa.true(),
    )
    for row in connection.execute(waiting):
        if sorted(row.channels) == sorted(channels):
            return int(row.id)
    values = {"kind": kind, "channels": list(channels), "run_id": run_id, "asked_at": now}
    inserted = sa.insert(request).returning(r.id)
    return int(connection.execute(inserted, values).scalar_one())


def waiting(connection: Connection, kind: str) -> int:
    """How many requests of ``kind`` nobody has taken yet."""
    statement = sa.select(sa.func.count()).select_from(request).where(*_untaken(kind))
    return connection.scalar(statement) or 0


def take(
    connection: Connection, kind: str, now: datetime, run_id: int | None = None
) -> Request | None:
    """Take the request that has waited longest, so that nobody else takes it.

    Args:
        connection: A writing transaction.
        kind: ``run`` or ``stop``.
        now: When.
        run_id: Only what is asked of this run.

    Returns:
        The request; ``None`` if none waits. Whoever has taken it calls :func:`settle`.
    """
    r = request.c
    statement = sa.select(r.id, r.channels, r.run_id).where(*_untaken(kind))
    if run_id is not None:
        statement = statement.where(r.run_id == run_id)
    row = connection.execute(
        statement.order_by(r.id).limit(1).with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    values = {"taken_at": now, "taken_by": _me()}
    connection.execute(sa.update(request).where(r.id == row.id).values(values))
    return Request(row.id, tuple(row.channels), row.run_id)


def link(connection: Connection, request_id: int, run_id: int) -> None:
    """Note the run that came of a request."""
    statement = sa.update(request).where(request.c.id == request_id)
    connection.execute(statement.values(run_id=run_id))


def settle(
    connection: Connection, request_id: int, now: datetime, outcome: str, detail: str | None = None
) -> None:
    """Say what became of a request."""
    statement = sa.update(request).where(request.c.id == request_id)
    connection.execute(statement.values(ended_at=now, outcome=outcome, detail=detail))


def put_back(connection: Connection, request_id: int) -> None:
    """Let a request that was taken wait for the next who comes, who goes on with its run."""
    statement = sa.update(request).where(request.c.id == request_id)
    connection.execute(statement.values(taken_at=None, taken_by=None))


def cancel(connection: Connection, request_id: int, now: datetime) -> bool:
    """Take a request back; whether it was still waiting."""
    statement = sa.update(request).where(
        request.c.id == request_id, request.c.taken_at.is_(None), request.c.ended_at.is_(None)
    )
    return connection.execute(statement.values(ended_at=now, outcome="cancelled")).rowcount > 0


def settle_lost(connection: Connection, now: datetime, taken_before: datetime) -> int:
    """Settle the requests to crawl whose taker has died; how many there were."""
    r = request.c
    statement = sa.update(request).where(
        r.kind == RUN, r.taken_at <= taken_before, r.ended_at.is_(None)
    )
    values = {"ended_at": now, "outcome": "lost"}
    return connection.execute(statement.values(values)).rowcount


def attend(connection: Connection, kind: str, now: datetime) -> None:
    """Say that this process is there to take requests, as ``serve``, ``timer`` or ``worker``."""
    oldest = now - max(PRESENT.values())
    connection.execute(sa.delete(runner).where(runner.c.seen_at < oldest))
    row = {"machine": platform.node(), "pid": os.getpid(), "kind": kind, "seen_at": now}
    insert = insert_for(connection, runner)
    changed = {"kind": insert.excluded.kind, "seen_at": insert.excluded.seen_at}
    keys = ["machine", "pid"]
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed), row)


def leave(connection: Connection) -> None:
    """Say that this process takes requests no more."""
    mine = sa.and_(runner.c.machine == platform.node(), runner.c.pid == os.getpid())
    connection.execute(sa.delete(runner).where(mine))


def attending(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """The processes that are there to take requests: ``machine pid kind seen_at``."""
    found = connection.execute(sa.select(runner).order_by(runner.c.seen_at.desc())).mappings()
    return [dict(row) for row in found if row["seen_at"] >= now - PRESENT[row["kind"]]]


def _untaken(kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    r = request.c
    return r.kind == kind, r.taken_at.is_(None), r.ended_at.is_(None)


def _me() -> str:
    return f"{platform.node()}:{os.getpid()}"


def paused(connection: Connection) -> dict[str, datetime]:
    """Since when which channels rest."""
    rows = connection.execute(sa.select(pause.c.channel, pause.c.paused_at))
    return {row.channel: row.paused_at for row in rows}


def rest(connection: Connection, channel: str, now: datetime) -> None:
    """Let a channel rest; one that rests already keeps its day."""
    statement = insert_for(connection, pause).values(channel=channel, paused_at=now)
    connection.execute(statement.on_conflict_do_nothing())


def resume(connection: Connection, channel: str) -> bool:
    """Let a channel be crawled again; whether it was resting."""
    statement = sa.delete(pause).where(pause.c.channel == channel)
    return connection.execute(statement).rowcount > 0
