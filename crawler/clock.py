"""The one clock and the one time zone of the house.

The site prints its times in Beijing, without a zone; a day of a report, of a schedule and of an
article is a day there. Whoever needs the time in a test is handed another clock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from crawler.errors import ConfigError

# All of China has kept UTC+8 without summer time since 1992, before the first page of the site.
# A fixed offset needs no table of zones, which a bare Windows or container lacks.
SHANGHAI = timezone(timedelta(hours=8), "+08:00")
# Relative days: 7d, 2w.
_AGO = re.compile(r"(\d{1,5})([dw])")


def now() -> datetime:
    """This moment, in Shanghai."""
    return datetime.now(SHANGHAI)


def midnight(day: date) -> datetime:
    """When ``day`` begins in Shanghai.

    >>> midnight(date(2026, 3, 2)).isoformat()
    '2026-03-02T00:00:00+08:00'
    """
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def read_day(option: str, text: str) -> date:
    """Read a day as an operator writes it: ``2026-11-01``, or ``7d`` for seven days ago.

    Raises:
        ConfigError: It is none; the message names ``option``.

    >>> read_day("--since", "2026-11-01")
    datetime.date(2026, 11, 1)
    """
    if ago := _AGO.fullmatch(text.strip().lower()):
        days = int(ago[1]) * {"d": 1, "w": 7}[ago[2]]
        return max(now().date() - timedelta(days=days), date(1990, 1, 1))
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=SHANGHAI).date()
    except ValueError:
        raise ConfigError(
            f"{option}={text}: not a day; write it like 2026-11-01, or 7d for the last seven days"
        ) from None
