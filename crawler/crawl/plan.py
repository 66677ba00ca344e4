"""What a crawl was asked to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from crawler import clock
from crawler.clock import SHANGHAI
from crawler.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Plan:
    """What a crawl was asked to do.

    Attributes:
        command: As typed, for the run's history.
        channels: Channel ids; the hosts of mirrors count as channels.
        settings: Settings that differ from their default.
        since: Articles whose address names an earlier day wait for another crawl.
        until: Articles whose address names this day or a later one wait likewise.
        limit: So many articles at most.
        retries: After so many failures in a row a page is given up.
        continues: Go on with this run, which was stopped, under its number; 0 begins a new one.
    """

    command: str
    channels: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    limit: int | None = None
    retries: int = 5
    continues: int = 0


# Relative days: 7d, 2w.
_AGO = re.compile(r"(\d{1,5})([dw])")


def read_day(option: str, text: str) -> date:
    """Read a day as an operator writes it: ``2026-11-01``, or ``7d`` for seven days ago.

    Raises:
        ConfigError: It is none; the message names ``option``.

    >>> read_day("--since", "2026-11-01")
    datetime.date(2026, 11, 1)
    """
    if ago := _AGO.fullmatch(text.strip().lower()):
        days = int(ago[1]) * {"d": 1, "w": 7}[ago[2]]
        return max(clock.now().date() - timedelta(days=days), date(1990, 1, 1))
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=SHANGHAI).date()
    except ValueError:
        raise ConfigError(
            f"{option}={text}: not a day; write it like 2026-11-01, or 7d for the last seven days"
        ) from None
