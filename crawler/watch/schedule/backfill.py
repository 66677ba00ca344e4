"""Fetch a range of days slice by slice, the latest days first, whenever nothing else is to be done.

A slice is one crawl with ``--since`` and ``--until``. The table remembers how far the range is, and
the frontier what is left of the slice: whatever stops a slice, the next one goes on there. A slice
makes way for what is due or asked for, and goes on afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.clock import midnight
from crawler.crawl.run import PASSING
from crawler.errors import ConfigError
from crawler.site import channels as site
from crawler.store import requests, runs
from crawler.store.engine import Store, open_store
from crawler.store.tables import article, backfill, frontier, run
from crawler.watch.schedule import history, process, schedules
from crawler.watch.schedule.process import Outside, Process, WatchedCrawl, stop_on_signal
from crawler.watch.schedule.runner import other_crawl, runner_lock

ACTIVE, PAUSED, DONE = "active", "paused", "done"
# A slice longer than this is no slice.
MOST_DAYS = 3660
# Several machines: so long a slice belongs to whoever has taken it, and again with each look.
CLAIM = timedelta(minutes=5)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A range and how far it is.

    Attributes:
        name: The operator's word for it.
        channels: Channel ids; ``("all",)`` for every channel.
        since: The first day.
        until: The day after the last.
        slice_days: So many days at a time.
        options: What else ``renmin crawl`` is told: ``limit``, ``except``.
        state: ``active``, ``paused`` or ``done``.
        reached: All days from here on are fetched.
        failures: How often in a row the next slice did not end well.
        next_at: Not before; ``None`` for at once.
        detail: What is the matter, if anything.
        run_id: The run of the last slice.
        id: Its row; 0 before it is kept.
    """

    name: str
    channels: tuple[str, ...]
    since: date
    until: date
    slice_days: int
    options: Mapping[str, str]
    state: str = ACTIVE
    reached: date
    failures: int = 0
    next_at: datetime | None = None
    detail: str | None = None
    run_id: int | None = None
    id: int = 0

    @property
    def next_since(self) -> date:
        """The first day of the slice that is next; it ends before ``reached``."""
        return max(self.since, self.reached - timedelta(days=self.slice_days))

    @property
    def slices(self) -> tuple[int, int]:
        """How many slices are done, and how many there are."""
        days = self.slice_days
        done = -(-(self.until - self.reached).days // days)
        return done, -(-(self.until - self.since).days // days)

    @property
    def crawl_arguments(self) -> list[str]:
        """The arguments of ``renmin`` that the next slice stands for."""
        chosen = ["--all"] if self.channels == (schedules.ALL,) else list(self.channels)
        range_ = ["--since", str(self.next_since), "--until", str(self.reached)]
        more = [part for key, value in self.options.items() for part in (f"--{key}", value)]
        return ["crawl", *chosen, *range_, *more]


def checked(one: Backfill) -> Backfill:
    """Give it back with ids for its channels' names.

    Raises:
        ConfigError: Something of it cannot be used.
    """
    schedules.check_name("back-fill", one.name)
    if one.until <= one.since:
        raise ConfigError(f"--until {one.until}: not after --since {one.since}")
    if not 1 <= one.slice_days <= MOST_DAYS:
        raise ConfigError(f"--slice {one.slice_days}d: expected 1 to {MOST_DAYS} days, like 30d")
    if one.channels == (schedules.ALL,):
        return one
    ids = tuple(dict.fromkeys(site.find(name).id for name in one.channels))
    if not ids:
        raise ConfigError(f"back-fill {one.name}: names no channel; --channels sd,bj or all")
    return replace(one, channels=ids)


def add(connection: Connection, one: Backfill, now: datetime) -> Backfill:
    """Keep a back-fill; one of that name with the same range goes on as it stands.

    Raises:
        ConfigError: There is another of that name, or something of it cannot be used.
    """
    one = checked(one)
    for known in load(connection):
        if known.name != one.name:
            continue
        if _range(known) != _range(one):
            raise ConfigError(
                f"back-fill {one.name}: is there already, from {known.since} to {known.until}; "
                f"take another name, or first: renmin backfill remove {one.name}"
            )
        return known
    values = {
        "name": one.name,
        "channels": list(one.channels),
        "since": str(one.since),
        "until": str(one.until),
        "slice_days": one.slice_days,
        "options": dict(one.options),
        "state": ACTIVE,
        "reached": str(one.until),
        "failures": 0,
        "created_at": now,
    }
    inserted = sa.insert(backfill).values(values).returning(backfill.c.id)
    return replace(one, id=connection.execute(inserted).scalar_one())


def load(connection: Connection, name: str | None = None) -> list[Backfill]:
    """Read all back-fills, the oldest first, or the one called ``name``.

    Raises:
        ConfigError: There is none of that name.
    """
    rows = connection.execute(sa.select(backfill).order_by(backfill.c.id)).mappings()
    found = [_from_row(row) for row in rows]
    if name is None:
        return found
    named = [one for one in found if one.name == name]
    if not named:
        known = ", ".join(one.name for one in found) or "none"
        raise ConfigError(f"no back-fill {name!r}; known: {known}")
    return named


def switch(connection: Connection, name: str, *, on: bool) -> Backfill:
    """Pause a back-fill, or let it go on at once.

    Raises:
        ConfigError: There is none of that name, or it is done.
    """
    (one,) = load(connection, name)
    if one.state == DONE:
        raise ConfigError(f"back-fill {name}: is done")
    values = {"state": ACTIVE if on else PAUSED, "failures": 0, "next_at": None, "detail": None}
    _set(connection, one, **values)
    return one


def remove(connection: Connection, name: str) -> None:
    """Forget a back-fill; what it brought stays.

    Raises:
        ConfigError: There is none of that name.
    """
    (one,) = load(connection, name)
    connection.execute(sa.delete(backfill).where(backfill.c.id == one.id))


def progress(connection: Connection, one: Backfill) -> dict[str, int]:
    """How many articles of the range are stored, wait and failed."""
    chosen = one.channels if one.channels != (schedules.ALL,) else tuple(site.load())
    c, a = frontier.c, article.c
    days = (one.since.toordinal(), one.until.toordinal() - 1)
    states = sa.select(c.state, sa.func.count()).where(
        c.channel.in_(chosen), c.kind == "article", c.priority.between(*days)
    )
    found = {row[0]: int(row[1]) for row in connection.execute(states.group_by(c.state))}
    stored = sa.select(sa.func.count()).where(
        a.channel.in_(chosen),
        a.published_at >= midnight(one.since),
        a.published_at < midnight(one.until),
    )
    waiting = found.get("PENDING", 0) + found.get("LEASED", 0)
    return {
        "stored": connection.scalar(stored) or 0,
        "waiting": waiting,
        "failed": found.get("FAILED", 0),
    }


def run_slice(database: str) -> int:
    """Run the next slice with a real crawl, as ``renmin crawl --due`` does; how many there were."""
    store = open_store(database)
    try:
        with stop_on_signal():
            return int(work_off(store, Outside(start=process.starter(database))) is not None)
    finally:
        store.close()


def work_off(store: Store, outside: Outside, only: str | None = None) -> str | None:
    """Run the next slice of the back-fill that has waited longest, if nothing else is to be done.

    Args:
        store: An open database.
        outside: Clock and starter.
        only: The back-fill of this name.

    Returns:
        Its name; ``None`` if there was nothing to do.
    """
    with runner_lock(store) as alone:
        if not alone or _is_busy(store, outside, only) or other_crawl(store) is not None:
            return None
        one = _claim(store, outside, only)
        if one is None:
            return None
        _Slice(store, outside, one, only).to_the_end()
        return one.name


def _is_busy(store: Store, outside: Outside, only: str | None) -> bool:
    """Whether something is due or asked for, which goes before any slice.

    Who runs one back-fill by hand makes way for a service only, which would do it.
    """
    now = outside.now()
    with store.reading.connect() as connection:
        if only is not None and not requests.attending(connection, now):
            return False
        if requests.waiting(connection, requests.RUN) or history.interrupted(connection):
            return True
        return any(
            one.due(now) or history.try_again(connection, one, now)
            for one in schedules.load(connection)
        )


def _claim(store: Store, outside: Outside, only: str | None) -> Backfill | None:
    now = outside.now()
    with store.writing.begin() as connection:
        for one in load(connection, only):
            # We hold the lock of a SQLite file: whoever had claimed it is dead.
            free = one.next_at is None or one.next_at <= now
            if one.state == ACTIVE and (free or (store.is_sqlite and not one.failures)):
                statement = sa.update(backfill).where(
                    backfill.c.id == one.id, backfill.c.next_at.is_not_distinct_from(one.next_at)
                )
                if connection.execute(statement.values(next_at=now + CLAIM)).rowcount:
                    return one
    return None


class _Slice(WatchedCrawl[None]):
    """One slice of a back-fill."""

    def __init__(self, store: Store, outside: Outside, one: Backfill, only: str | None) -> None:
        super().__init__(outside)
        self._store = store
        self._one = one
        self._only = only
        self._began = self._claimed = outside.now()
        self._run_id: int | None = None

    def arguments(self) -> list[str]:
        one = self._one
        logger.info("start backfill=%s since=%s until=%s", one.name, one.next_since, one.reached)
        with self._store.reading.connect() as connection:
            return [*one.crawl_arguments, *runs.to_go_on(connection, one.run_id)]

    def must_end(self) -> bool:
        """Whether it is in the way: paused, removed, or something else goes before it."""
        with self._store.reading.connect() as connection:
            stopped = [one.state != ACTIVE for one in load(connection) if one.id == self._one.id]
        return stopped != [False] or _is_busy(self._store, self.outside, self._only)

    def look(self, child: Process) -> None:
        """Note the number of the run, and now and then that the slice is ours still."""
        now = self.outside.now()
        if self.linked and now < self._claimed + CLAIM / 2:
            return
        self._claimed = now
        with self._store.writing.begin() as connection:
            self._run_id = self._run_id or runs.of_process(connection, child.pid, self._began)
            self.linked = self._run_id is not None
            _set(connection, self._one, run_id=self._run_id, next_at=now + CLAIM)

    def not_started(self, why: str) -> None:
        self._settle(None, why)

    def broken_off(self, error: BaseException, code: int) -> None:  # noqa: ARG002 - goes on later
        with self._store.writing.begin() as connection:
            _set(connection, self._one, next_at=None)

    def stopped(self, code: int) -> None:  # noqa: ARG002 - it was our doing
        logger.info("stop backfill=%s: makes way for what is due", self._one.name)
        with self._store.writing.begin() as connection:
            _set(connection, self._one, next_at=None)

    def ended(self, code: int) -> None:
        self._settle(code, f"renmin crawl ended with exit code {code}")

    def _settle(self, code: int | None, what: str) -> None:
        one = self._one
        with self._store.writing.begin() as connection:
            query = sa.select(run.c.finish_reason).where(run.c.id == self._run_id)
            reason = connection.scalar(query) if self._run_id else None
            values = _after(one, reason, code, what, self.outside.now())
            _set(connection, one, **values)
        logger.info("end backfill=%s reason=%s exit=%s", one.name, reason, code)


def _after(
    one: Backfill, reason: str | None, code: int | None, what: str, now: datetime
) -> dict[str, Any]:
    """What the row says after a slice ended by itself."""
    well = {"failures": 0, "next_at": None, "detail": None}
    if reason == "stopped":
        return {**well, "state": PAUSED, "detail": "its run was stopped by a person"}
    if reason == "limit":
        return well  # there is more in this slice
    if code == 0 and reason not in PASSING:
        done = one.next_since <= one.since
        end = {"state": DONE, "ended_at": now} if done else {}
        return {**well, "reached": str(one.next_since), **end}
    wait = history.TRY_AGAIN[min(one.failures, len(history.TRY_AGAIN) - 1)]
    return {"failures": one.failures + 1, "next_at": now + wait, "detail": reason or what}


def _set(connection: Connection, one: Backfill, **values: Any) -> None:
    connection.execute(sa.update(backfill).where(backfill.c.id == one.id).values(values))


def _range(one: Backfill) -> tuple[object, ...]:
    return one.channels, one.since, one.until, one.slice_days, dict(one.options)


def _from_row(row: Mapping[Any, Any]) -> Backfill:
    return Backfill(
        id=row["id"],
        name=row["name"],
        channels=tuple(row["channels"]),
        since=date.fromisoformat(row["since"]),
        until=date.fromisoformat(row["until"]),
        slice_days=row["slice_days"],
        options=row["options"],
        state=row["state"],
        reached=date.fromisoformat(row["reached"]),
        failures=row["failures"],
        next_at=row["next_at"],
        detail=row["detail"],
        run_id=row["run_id"],
    )
