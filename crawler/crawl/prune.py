"""Let go of what an operator's policy does not want any more: what goes, and what is lost with it.

The policy is the table ``[prune]`` of renmin.toml or the options of ``renmin prune``: an age for
each kind, and kinds without one stay for ever. No article, no revision and nothing that ``renmin
reparse`` reads is ever among them.

The curves of old runs are thinned, whatever the policy: fewer points, the same sums. A point is the
sum since the start of its run, so dropping points loses detail and no figure. The counters of a run
are never touched.
"""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.clock import midnight, read_day
from crawler.config import Config
from crawler.crawl import run_log
from crawler.errors import ConfigError
from crawler.store import pruning
from crawler.store.engine import Store
from crawler.store.pruning import Share
from crawler.store.tables import (
    alert,
    article,
    notice,
    run,
    run_counter,
    run_tick,
    schedule_run,
)

# Rows of the database are deleted so many at a time, so that a crawl beside us never waits long.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that may go.

    Attributes:
        name: Of its option.
        what: What it is.
        lost: What is lost with it, in words.
    """

    name: str
    what: str
    lost: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("lists", "raw list pages and sitemaps, but for the latest of each",
             "what a list showed then; nothing that reparse or rebuild needs"),
        Kind("versions", "raw bytes of articles that other bytes have replaced",
             "their texts stay in the history; renmin rebuild and WARC files have the latest only"),
        Kind("answers", "raw answers that were no page (404, 403, 500 ...)",
             "what the site said then; no article"),
        Kind("looks", "notes of looks that found a page unchanged",
             "the revisit records of WARC files"),
        Kind("logs", "log files of runs",
             "renmin logs RUN, and the log on the page of the run"),
        Kind("runs", "counters and curves of runs; the runs themselves stay",
             "their figures in stats, charts and the dashboard; alerts compare with twelve weeks of them"),
        Kind("planned", "what became of planned times, but for the last of each schedule",
             "renmin schedule history"),
        Kind("alerts", "alerts that are closed, with their notices",
             "renmin alerts of that time"),
    )
}  # fmt: skip

Before = Mapping[str, datetime]
Shares = dict[str, Share]


@dataclass(frozen=True, slots=True)
class Given:
    """Room in a file after rows went.

    Attributes:
        path: The file.
        inside: Bytes that are free inside it: what comes next takes them.
        smaller: Bytes that were given back to the disk.
    """

    path: Path
    inside: int
    smaller: int


def before_of(ages: Mapping[str, str], now: datetime) -> dict[str, datetime]:
    """The moments before which each kind may go.

    Args:
        ages: By kind: ``90d``, ``52w``, or a day.
        now: Ages count from here.

    Raises:
        ConfigError: One is none, or lies ahead.
    """
    found = {}
    for name, age in ages.items():
        moment = midnight(read_day(f"--{name}", age))
        if moment > now:
            raise ConfigError(
                f"--{name}={age}: lies ahead; name an age like 90d, or a day that is over"
            )
        found[name] = moment
    return found


def plan(connection: Connection, config: Config, before: Before) -> Shares:
    """Say what would go; nothing is changed.

    Args:
        connection: Any.
        config: Names the archive and the logs.
        before: By kind: what is older may go; kinds that are not named stay.

    Raises:
        StoreError: The archive cannot be read.
    """
    shares = pruning.plan(
        config.archive_path, _of_archive(before), lambda digests: _read_from(connection, digests)
    )
    if "logs" in before:
        files = _old_logs(config, before["logs"])
        shares["logs"] = Share(len(files), sum(path.stat().st_size for path in files))
    for name in before.keys() & ROWS.keys():
        shares[name] = _rows_share(connection, name, before[name])
    return {name: shares[name] for name in KINDS if name in before}


def prune(
    store: Store,
    config: Config,
    before: Before,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Shares:
    """Let it go, in small transactions: a crawl may go on, and a killed prune is begun again.

    Returns:
        What went.

    Raises:
        DiskFullError, BusyError, StoreError: A file cannot be written; what went before is gone.
    """
    with store.reading.connect() as connection:
        shares = plan(connection, config, before)
    for name in before.keys() & ROWS.keys():
        _delete_rows(store, name, before[name])
    for path in _old_logs(config, before["logs"]) if "logs" in before else ():
        path.unlink(missing_ok=True)
    if wanted := _of_archive(before):

        def needed(digests: Collection[str]) -> set[str]:
            with store.reading.connect() as connection:
                return _read_from(connection, digests)

        shares |= pruning.prune(config.archive_path, wanted, needed, progress)
    return {name: shares[name] for name in KINDS if name in before}


def give_back(store: Store, config: Config) -> list[Given]:
    """Give the room inside the files back to the disk; no crawl may be going on.

    On a server only its rows are made free for others: it alone can give room back.

    Raises:
        DiskFullError: There is not the room that this takes.
        BusyError: Another program holds a file.
    """
    found = []
    for path in _files(store, config):
        smaller = pruning.give_back(path)
        found.append(Given(path, pruning.room(path), smaller))
    if store.path is None:
        names = sorted({str(each.table.name) for rows in ROWS.values() for each in rows.parts})
        engine = store.writing.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name in names:
                connection.execute(sa.text(f"VACUUM {name}"))
    return found


def rooms(store: Store, config: Config) -> list[Given]:
    """How much room is inside the files."""
    return [Given(path, pruning.room(path), 0) for path in _files(store, config)]


def _files(store: Store, config: Config) -> list[Path]:
    return [path for path in (store.path, config.archive_path) if path and path.exists()]


def _of_archive(before: Before) -> dict[str, datetime]:
    return {name: moment for name, moment in before.items() if name in pruning.FIRSTS}


def _read_from(connection: Connection, digests: Collection[str]) -> set[str]:
    """Those of the bodies that an article was read from."""
    query = sa.select(article.c.body_sha256).where(article.c.body_sha256.in_(digests))
    return {digest for digest in connection.scalars(query) if digest}


def _old_logs(config: Config, before: datetime) -> list[Path]:
    found = []
    for path in run_log.files(config):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                found.append(path)
    return found


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the database that go together.

    Attributes:
        heads: The numbers of those that may go, and when they are that old.
        parts: The tables to delete from, the dependent ones first, with the column of the number.
    """

    heads: Callable[[datetime], sa.Select[tuple[int]]]
    parts: tuple[sa.ColumnElement[int], ...]


def _old_runs(before: datetime) -> sa.Select[tuple[int]]:
    # A run without an end was killed; its leases were taken back long ago.
    counted = sa.exists().where(run_counter.c.run_id == run.c.id)
    return sa.select(run.c.id).where(run.c.heartbeat_at < before, counted)


def _superseded(before: datetime) -> sa.Select[tuple[int]]:
    """Planned times that are settled and are not the last of their schedule."""
    c, later = schedule_run.c, schedule_run.alias().c
    newer = sa.exists().where(later.schedule_id == c.schedule_id, later.planned_at > c.planned_at)
    return sa.select(c.id).where(c.planned_at < before, c.ended_at.is_not(None), newer)


def _closed(before: datetime) -> sa.Select[tuple[int]]:
    return sa.select(alert.c.id).where(alert.c.closed_at < before)


ROWS = {
    "runs": _Rows(_old_runs, (run_tick.c.run_id, run_counter.c.run_id)),
    "planned": _Rows(_superseded, (schedule_run.c.id,)),
    "alerts": _Rows(_closed, (notice.c.alert_id, alert.c.id)),
}


def _rows_share(connection: Connection, name: str, before: datetime) -> Share:
    heads = ROWS[name].heads(before)
    count = connection.scalar(sa.select(sa.func.count()).select_from(heads.subquery())) or 0
    size = sum(_size(connection, column, heads) for column in ROWS[name].parts)
    return Share(count, size)


def _size(connection: Connection, column: Any, heads: sa.Select[tuple[int]]) -> int:
    """About how many bytes rows take: their values as text, and eight a value beside."""
    values = [
        sa.func.coalesce(sa.func.length(sa.cast(each, sa.Text)), 0) + 8 for each in column.table.c
    ]
    total = sa.func.sum(reduce(operator.add, values))
    return int(connection.scalar(sa.select(total).where(column.in_(heads))) or 0)


def _delete_rows(store: Store, name: str, before: datetime) -> None:
    some = ROWS[name].heads(before).limit(BATCH)
    while True:
        with store.writing.begin() as connection:
            ids = connection.scalars(some).all()
            for column in ROWS[name].parts:
                connection.execute(sa.delete(column.table).where(column.in_(ids)))
        if len(ids) < BATCH:
            return


# Points older than the first are kept one in each span of the second.
STEPS = (
    (timedelta(days=14), timedelta(minutes=10)),
    (timedelta(days=2), timedelta(minutes=1)),
)
Point = tuple[int, datetime]


def thin(connection: Connection, now: datetime) -> int:
    """Drop points of old curves.

    Args:
        connection: Of a writing transaction.
        now: The moment that ages count from.

    Returns:
        How many were dropped; a second call drops none.
    """
    youngest = now - STEPS[-1][0]
    columns = (run_tick.c.run_id, run_tick.c.at)
    query = sa.select(*columns).where(run_tick.c.at < youngest).order_by(*columns)
    found = [(row.run_id, row.at) for row in connection.execute(query)]
    dropped = superfluous(found, now)
    if dropped:
        statement = sa.delete(run_tick).where(
            run_tick.c.run_id == sa.bindparam("run"), run_tick.c.at == sa.bindparam("moment")
        )
        connection.execute(statement, [{"run": run, "moment": at} for run, at in dropped])
    return len(dropped)


def superfluous(points: Iterable[Point], now: datetime) -> list[Point]:
    """The points to drop: all but the last of each span, which holds the sum up to its end.

    Args:
        points: Run and moment, in order.
        now: The moment that ages count from.
    """
    dropped: list[Point] = []
    before: tuple[int, int, Point] | None = None
    for run_id, at in points:
        span = _span(now - at)
        slot = (run_id, int(at.timestamp() // span.total_seconds()))
        # Two spans never share a slot: the numbers of longer ones are smaller by far.
        if before is not None and before[:2] == slot:
            dropped.append(before[2])
        before = (*slot, (run_id, at))
    return dropped


def _span(age: timedelta) -> timedelta:
    for older_than, span in STEPS:
        if age > older_than:
            return span
    return timedelta(seconds=1)
