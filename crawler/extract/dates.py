"""When an article was published, to the minute, in the site's own time zone."""

from __future__ import annotations

import re
from datetime import datetime

from crawler.clock import SHANGHAI

# 2026年02月12日09:05 · 2026-02-12 09:05:33 · 2026/2/12 9时5分 · 2026年2月12日
_STAMP = re.compile(
    r"((?:19|20)\d\d)\s?[年./-]\s?(\d{1,2})\s?[月./-]\s?(\d{1,2})(?!\d)\s?日?"
    r"(?:[\s\u3000\xa0T|]{0,4}(\d{1,2})\s?[:：时時]\s?(\d{1,2}))?"
)


def read_time(text: str) -> datetime | None:
    """Return the first point of time that ``text`` names, at +08:00.

    A day without a time of day is its first minute, 00:00: the only form in which a day can stand
    in a field of minutes.

    >>> read_time("来源:人民网-图片频道  2021年03月26日08:41").isoformat()
    '2021-03-26T08:41:00+08:00'
    >>> read_time("2021-02-31 08:41") is None
    True
    """
    day_only = None
    for match in _STAMP.finditer(text):
        year, month, day, hour, minute = (int(group or 0) for group in match.groups())
        try:
            moment = datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)
        except ValueError:
            continue
        if match[4]:
            return moment
        day_only = day_only or moment
    return day_only


def without_time(text: str) -> str:
    """Return ``text`` with a separator in place of each point of time."""
    return _STAMP.sub(" | ", text)
