"""What a job of the fleet says, and how it is put into the queue.

A sweep is a crawl of one host. The host is its lock: while one sweep of a host is at work, further
ones wait, whoever wanted them. A job never waits for a time: one that is meant for later would keep
those of its host waiting. What is to be tried again later is tried again inside the sweep.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from sqlalchemy import Connection

from crawler.site.channels import find
from crawler.site.channels import load as load_channels
from crawler.store import frontier, pauses
from crawler.store.frontier import LIST_PRIORITY
from crawler.store.job_schema import SCHEMA

SWEEP, QUEUE = "sweep", "sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One host to be crawled.

    Attributes:
        host: Its name.
        channels: Whose pages.
        options: As of a schedule: ``since``, ``until``, ``limit``.
        is_first: Whether it reads the list pages of the channels; others only take pages that wait.
        ends_at: It is stopped then; ``None`` for never.
        schedule_run: The row of the planned time that it belongs to.
        request: What a person asked for that it belongs to.
    """

    host: str
    channels: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    is_first: bool = True
    ends_at: datetime | None = None
    schedule_run: int | None = None
    request: int | None = None

    @property
    def as_arguments(self) -> dict[str, Any]:
        """As the arguments of a job."""
        values = asdict(self)
        values["channels"] = list(self.channels)
        values["ends_at"] = self.ends_at.isoformat() if self.ends_at else None
        return values

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Sweep:
        """Read :attr:`as_arguments`."""
        values = dict(arguments)
        values["channels"] = tuple(values["channels"])
        ends_at = values.get("ends_at")
        values["ends_at"] = datetime.fromisoformat(ends_at) if ends_at else None
        return cls(**values)

    @property
    def name(self) -> str:
        """No two jobs that say the same wait at once."""
        of = self.schedule_run, self.request, self.is_first
        return f"{self.host} {' '.join(self.channels)} {of} {sorted(self.options.items())}"


def of_channels(connection: Connection, names: Sequence[str], **given: Any) -> list[Sweep]:
    """The sweeps that crawl channels: of their own hosts, and of others where their pages wait.

    Args:
        connection: A transaction.
        names: Channel ids, or ``all``; those that rest are left out.
        given: What else a :class:`Sweep` says; ``except`` among its options is taken out.
    """
    options = dict(given.pop("options", {}))
    left_out = {find(name).id for name in options.pop("except", "").split(",") if name.strip()}
    known = load_channels()
    ids = list(known) if "all" in names else [find(name).id for name in names]
    resting = left_out | pauses.paused(connection).keys()
    chosen = [name for name in ids if known[name].enabled and name not in resting]
    sweeps = [
        Sweep(host=known[name].host, channels=(name,), options=options, **given) for name in chosen
    ]
    own = {sweep.host for sweep in sweeps}
    for name in chosen:
        others = others_waiting(connection, (name,), own)
        sweeps += [
            Sweep(host=host, channels=(name,), options=options, is_first=False, **given)
            for host in sorted(others)
        ]
    return sweeps


def others_waiting(
    connection: Connection, channels: Sequence[str], but: Iterable[str]
) -> frozenset[str]:
    """Other hosts on which pages of channels wait."""
    hosts = frontier.hosts_of(connection, channels) - set(but)
    return frozenset(frontier.hosts_waiting(connection, hosts, (0, LIST_PRIORITY - 1)))


def defer(connection: Connection, sweeps: Iterable[Sweep]) -> list[int]:
    """Put sweeps into the queue, inside the caller's transaction.

    Returns:
        The numbers of their jobs; one that waits there already is not put there again.
    """
    numbers = []
    with _manager(connection) as (manager, driver):
        for sweep in sweeps:
            job = Job(
                id=None,
                queue=QUEUE,
                lock=sweep.host,
                queueing_lock=sweep.name,
                task_name=SWEEP,
                task_kwargs=sweep.as_arguments,
            )
            try:
                with connection.begin_nested():
                    (deferred,) = manager.batch_defer_jobs([job], connection=driver)
            except AlreadyEnqueued:
                continue
            if deferred.id is not None:
                numbers.append(deferred.id)
    return numbers


def stop(connection: Connection, number: int) -> bool:
    """Take a job back that waits, or ask for the end of one that is at work; whether there is one."""
    with _manager(connection) as (manager, driver):
        return manager.cancel_job_by_id(number, abort=True, connection=driver)


def retry(connection: Connection, number: int) -> bool:
    """Put a sweep that failed or was stopped into the queue again; whether there is one."""
    arguments = connection.scalar(_ENDED, {"number": number, "task": SWEEP})
    if arguments is None:
        return False
    values = arguments | {"ends_at": None, "schedule_run": None, "request": None}
    defer(connection, [Sweep.of(values)])
    return True


def unsettled(connection: Connection, kind: str) -> dict[int, tuple[int, int]]:
    """Planned times or requests with jobs: how many of them go on, and how many failed.

    Args:
        connection: A transaction.
        kind: ``schedule_run`` or ``request``.
    """
    rows = connection.execute(_STATES, {"kind": kind, "task": SWEEP})
    return {row.id: (row.going_on, row.failed) for row in rows}


@contextlib.contextmanager
def _manager(connection: Connection) -> Iterator[tuple[JobManager, Any]]:
    """Procrastinate on the connection of a transaction of ours."""
    before = connection.scalar(sa.text("SHOW search_path"))
    _set_path(connection, f"{before}, {SCHEMA}")
    yield JobManager(SyncPsycopgConnector()), connection.connection.driver_connection
    _set_path(connection, str(before))


def _set_path(connection: Connection, path: str) -> None:
    connection.execute(sa.text("SELECT set_config('search_path', :path, true)"), {"path": path})


_STATES = sa.text(
    f"""
    SELECT CAST(args->>:kind AS bigint) AS id,
        count(*) FILTER (WHERE status IN ('todo', 'doing')) AS going_on,
        count(*) FILTER (WHERE status IN ('failed', 'aborted')) AS failed
    FROM {SCHEMA}.procrastinate_jobs
    WHERE task_name = :task AND args->>:kind IS NOT NULL GROUP BY 1
    """
)
_ENDED = sa.text(
    f"SELECT args FROM {SCHEMA}.procrastinate_jobs WHERE id = :number AND task_name = :task"
    " AND status IN ('failed', 'aborted', 'cancelled')"
)
