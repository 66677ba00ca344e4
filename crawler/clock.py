"""The one clock and the one time zone of the house.

The site prints its times in Beijing, without a zone; a day of a report, of a schedule and of an
article is a day there. Whoever needs the time in a test is handed another clock.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

# All of China has kept UTC+8 without summer time since 1992, before the first page of the site.
# A fixed offset needs no table of zones, which a bare Windows or container lacks.
SHANGHAI = timezone(timedelta(hours=8), "+08:00")


def now() -> datetime:
    """This moment, in Shanghai."""
    return datetime.now(SHANGHAI)


def midnight(day: date) -> datetime:
    """When ``day`` begins in Shanghai.

    >>> midnight(date(2026, 3, 2)).isoformat()
    '2026-03-02T00:00:00+08:00'
    """
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
