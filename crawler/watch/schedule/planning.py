"""When a schedule is due: cron expressions, jitter, missed times. Pure functions of a clock.

A cron expression is read in China's time, which knows no daylight saving: every planned time
exists, and exists once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from croniter import CroniterBadCronError, CroniterBadDateError, croniter

from crawler.clock import SHANGHAI
from crawler.errors import ConfigError

# After years of silence the exact number of missed times is of no use to anybody.
MOST_MISSED = 9999
FIELDS = "minute hour day month weekday"


@dataclass(frozen=True, slots=True)
class Due:
    """A schedule has to run now.

    Attributes:
        planned_at: The latest planned time that has come; the run is recorded under it.
        missed: How many earlier planned times it stands for as well.
    """

    planned_at: datetime
    missed: int


def check_cron(cron: str) -> str:
    """Give ``cron`` back with single spaces.

    Raises:
        ConfigError: It is not five fields that some day will come true.

    >>> check_cron(" 15  6 * * mon-fri ")
    '15 6 * * mon-fri'
    """
    fields = cron.split()
    tidy = " ".join(fields)
    if len(fields) != 5:
        raise ConfigError(f"cron={cron!r}: {len(fields)} fields; five are needed: {FIELDS}")
    if len(tidy) > 64:
        raise ConfigError(f"cron={tidy!r}: longer than 64 characters; make two schedules of it")
    try:
        croniter(tidy, datetime(2026, 1, 1, tzinfo=SHANGHAI)).get_next(datetime)
    except CroniterBadDateError:
        raise ConfigError(f"cron={tidy!r}: such a day never comes") from None
    except (CroniterBadCronError, ValueError, KeyError) as error:
        raise ConfigError(f"cron={tidy!r}: {error}; the fields are: {FIELDS}") from None
    return tidy


def following(cron: str, after: datetime) -> datetime:
    """The first planned time later than ``after``."""
    planned: datetime = croniter(cron, after.astimezone(SHANGHAI)).get_next(datetime)
    return planned


def preceding(cron: str, before: datetime) -> Iterator[datetime]:
    """Planned times not later than ``before``, the latest first, without end."""
    # get_prev() leaves out the moment it starts from.
    times = croniter(cron, before.astimezone(SHANGHAI) + timedelta(seconds=1))
    while True:
        yield times.get_prev(datetime)


def delay(name: str, planned_at: datetime, jitter: timedelta) -> timedelta:
    """How much later than planned the run starts: 0 to ``jitter``, by chance but always the same.

    Drawn from a hash and not from a generator, so that every process that looks agrees.
    """
    digest = hashlib.blake2b(f"{name} {planned_at.isoformat()}".encode(), digest_size=8).digest()
    share = int.from_bytes(digest, "big") / 2**64
    return timedelta(seconds=int(jitter.total_seconds() * share))


def due(name: str, cron: str, jitter: timedelta, span: tuple[datetime, datetime]) -> Due | None:
    """What has to run now, if anything.

    Args:
        name: The schedule's, for its jitter.
        cron: Its expression.
        jitter: The longest delay.
        span: Up to when everything is settled, and now.

    Returns:
        The latest planned time in the span whose delay is over, with the number of planned
        times before it that were missed; ``None`` if there is none.
    """
    settled_until, now = span
    ripe = [
        planned
        for planned in islice(_within(cron, settled_until, now), MOST_MISSED + 1)
        if planned + delay(name, planned, jitter) <= now
    ]
    return Due(ripe[0], len(ripe) - 1) if ripe else None


def overdue(cron: str, last_start: datetime, now: datetime, periods: float) -> datetime | None:
    """The planned time whose run is missing ``periods`` times the period after the last one.

    The period around a planned time is the shorter of the gaps before and after it, so that a
    schedule for working days is overdue on Monday, whatever the length of its week-end.

    Args:
        cron: The schedule's expression.
        last_start: When it last ran, or when it was made.
        now: The time of asking.
        periods: 1.5 says: half a period after the time at which it should have run.

    Returns:
        The earliest such planned time; ``None`` if all is well.
    """
    planned = following(cron, last_start)
    while planned < now:
        before = planned - next(preceding(cron, planned - timedelta(seconds=1)))
        after = following(cron, planned) - planned
        if now > planned + (periods - 1) * min(before, after):
            return planned
        planned = following(cron, planned)
    return None


def _within(cron: str, begin: datetime, end: datetime) -> Iterator[datetime]:
    for planned in preceding(cron, end):
        if planned <= begin:
            return
        yield planned
