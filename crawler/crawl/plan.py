"""What a crawl was asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


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
