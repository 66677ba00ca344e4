"""The schedules that the database keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.clock import read_day
from crawler.errors import ConfigError
from crawler.site import channels as site
from crawler.store import tables
from crawler.watch.schedule import planning

ALL = "all"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SPAN = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When which channels are crawled.

    Attributes:
        name: The operator's word for it.
        channels: Channel ids; ``("all",)`` for every channel, also those added later.
        cron: Five fields, read in Asia/Shanghai.
        jitter: The run starts up to this much later, so that not all sites of a fleet start at once.
        max_duration: A run that takes longer is stopped.
        options: What else ``renmin crawl`` is told: ``since``, ``until``, ``limit``, ``except``;
            empty for nothing.
        enabled: False keeps it without running it.
        settled_until: The planned time up to which everything was run, caught up or refused.
        id: Its row; 0 before it is kept.
        created_at: When it was made; ``None`` before it is kept.
    """

    name: str
    channels: tuple[str, ...]
    cron: str
    jitter: timedelta = timedelta(0)
    max_duration: timedelta = timedelta(hours=3)
    options: Mapping[str, str]
    enabled: bool = True
    settled_until: datetime
    id: int = 0
    created_at: datetime | None = None

    def due(self, now: datetime) -> planning.Due | None:
        """What has to run now; ``None`` if nothing, or if the schedule is disabled."""
        if not self.enabled:
            return None
        return planning.due(self.name, self.cron, self.jitter, (self.settled_until, now))

    @property
    def crawl_arguments(self) -> list[str]:
        """The arguments of ``renmin`` that this schedule stands for."""
        chosen = ["--all"] if self.channels == (ALL,) else list(self.channels)
        options = [part for key, value in self.options.items() for part in (f"--{key}", value)]
        return ["crawl", *chosen, *options]


def parse_span(option: str, text: str) -> timedelta:
    """Read a length of time as people write it.

    Raises:
        ConfigError: naming ``option``.

    >>> parse_span("--jitter", "1h30m")
    datetime.timedelta(seconds=5400)
    """
    match = _SPAN.fullmatch(text.strip().lower())
    if not text.strip() or match is None:
        raise ConfigError(f"{option}={text}: not a length of time; write 90s, 10m, 3h or 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def span_text(span: timedelta) -> str:
    """Write a length of time as :func:`parse_span` reads it.

    >>> span_text(timedelta(hours=3)), span_text(timedelta(seconds=90)), span_text(timedelta(0))
    ('3h', '1m30s', '0s')
    """
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n}{unit}" for n, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if n]
    return "".join(parts) or "0s"


def check_name(what: str, name: str) -> None:
    """Refuse a name that cannot be typed or shown.

    Raises:
        ConfigError: naming ``what`` it is the name of.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{what} name {name!r}: use up to 64 letters, digits, . _ or -, "
            "beginning with a letter or a digit"
        )


def checked(schedule: Schedule) -> Schedule:
    """Give ``schedule`` back with ids for its channels' names.

    Raises:
        ConfigError: Name, channels, times or options cannot be used.
    """
    check_name("schedule", schedule.name)
    if not schedule.channels:
        raise ConfigError(f"schedule {schedule.name}: names no channel; --channels sd,bj or all")
    if schedule.max_duration < timedelta(minutes=1):
        raise ConfigError(
            f"--max-duration={span_text(schedule.max_duration)}: below one minute nothing is crawled"
        )
    for option in ("since", "until"):
        if option in schedule.options:
            read_day(f"--{option}", schedule.options[option])
    ids: tuple[str, ...] = (ALL,)
    if schedule.channels != (ALL,):
        # As they were named, each once.
        ids = tuple(dict.fromkeys(site.find(name).id for name in schedule.channels))
    return replace(schedule, channels=ids, cron=planning.check_cron(schedule.cron))


def load(connection: Connection, name: str | None = None) -> list[Schedule]:
    """Read all schedules by name, or the one called ``name``.

    Raises:
        ConfigError: There is none of that name.
    """
    statement = sa.select(tables.schedule).order_by(tables.schedule.c.name)
    found = [_from_row(row) for row in connection.execute(statement).mappings()]
    if name is None:
        return found
    if named := [schedule for schedule in found if schedule.name == name]:
        return named
    known = ", ".join(schedule.name for schedule in found) or "none"
    raise ConfigError(f"no schedule {name!r}; there is: {known}")


def save(connection: Connection, schedule: Schedule, now: datetime) -> None:
    """Keep ``schedule`` under its name, in place of an earlier one of that name.

    Planned times that lie before ``now`` are never caught up under a new expression.

    Raises:
        ConfigError: see :func:`checked`.
    """
    schedule = checked(schedule)
    values = {
        "channels": list(schedule.channels),
        "cron": schedule.cron,
        "jitter_seconds": int(schedule.jitter.total_seconds()),
        "max_seconds": int(schedule.max_duration.total_seconds()),
        "options": dict(schedule.options),
        "enabled": schedule.enabled,
    }
    table = tables.schedule
    earlier = connection.execute(
        sa.select(table.c.id, table.c.cron).where(_named(schedule))
    ).first()
    if earlier is None:
        row = {"name": schedule.name, "created_at": now, "settled_until": now, **values}
        connection.execute(sa.insert(table), row)
        return
    if earlier.cron != schedule.cron:
        values["settled_until"] = now
    connection.execute(sa.update(table).where(_named(schedule)).values(values))


def remove(connection: Connection, name: str) -> None:
    """Forget a schedule and its history; the runs themselves stay.

    Raises:
        ConfigError: There is none of that name.
    """
    (schedule,) = load(connection, name)
    history = tables.schedule_run
    connection.execute(sa.delete(history).where(history.c.schedule_id == schedule.id))
    connection.execute(sa.delete(tables.schedule).where(_named(schedule)))


def enable(connection: Connection, name: str, enabled: bool, now: datetime) -> None:
    """Switch a schedule on or off; the time that it was off is not caught up.

    Raises:
        ConfigError: There is none of that name.
    """
    (schedule,) = load(connection, name)
    values: dict[str, Any] = {"enabled": enabled}
    if enabled and not schedule.enabled:
        values["settled_until"] = now
    connection.execute(sa.update(tables.schedule).where(_named(schedule)).values(values))


def _named(schedule: Schedule) -> sa.ColumnElement[bool]:
    return tables.schedule.c.name == schedule.name


def _from_row(row: Mapping[Any, Any]) -> Schedule:
    return Schedule(
        id=row["id"],
        name=row["name"],
        channels=tuple(row["channels"]),
        cron=row["cron"],
        jitter=timedelta(seconds=row["jitter_seconds"]),
        max_duration=timedelta(seconds=row["max_seconds"]),
        options=row["options"],
        enabled=row["enabled"],
        settled_until=row["settled_until"],
        created_at=row["created_at"],
    )
