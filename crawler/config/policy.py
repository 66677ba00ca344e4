"""The table ``[prune]`` of renmin.toml: how long what is kept; nothing goes that has no age."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from crawler.config.convert import converted, options, unknown
from crawler.config.reading import contents, find
from crawler.errors import ConfigError

TABLE = "prune"
_AGE = {"pattern": r"^(?:\d{1,5}[dw])?$", "description": 'an age like "90d" or "52w", or nothing'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may go, and at which age; each option's title says what it is."""

    lists: Annotated[str, Meta(title="Raw list pages, but for the latest of each", **_AGE)] = ""
    versions: Annotated[
        str, Meta(title="Raw bytes of articles that other bytes have replaced", **_AGE)
    ] = ""
    answers: Annotated[str, Meta(title="Raw answers that were no page", **_AGE)] = ""
    looks: Annotated[str, Meta(title="Notes of looks that found nothing new", **_AGE)] = ""
    logs: Annotated[str, Meta(title="Logs of runs", **_AGE)] = ""
    runs: Annotated[str, Meta(title="Counters and curves of runs", **_AGE)] = ""
    planned: Annotated[str, Meta(title="What became of planned times", **_AGE)] = ""
    alerts: Annotated[str, Meta(title="Closed alerts", **_AGE)] = ""
    automatic: Annotated[
        bool, Meta(title="Whether renmin serve lets go of it once a day; else renmin prune --yes")
    ] = False

    @property
    def ages(self) -> dict[str, str]:
        """The age of each kind that may go."""
        found = {
            each.name: getattr(self, each.name)
            for each in dataclasses.fields(self)
            if each.name != "automatic"
        }
        return {name: age for name, age in found.items() if age}


def load(file: Path | None = None) -> Policy:
    """Read the policy of ``file``, or of the file in force; without one nothing goes.

    Raises:
        ConfigError: naming the option as the user typed it.
    """
    path = find(os.environ) if file is None else file
    given = contents(path).get(TABLE, {})
    if not isinstance(given, dict):
        raise ConfigError(f"{path}: {TABLE}: expected a table: [{TABLE}]")
    known = options(Policy)
    for name in given:
        if name not in known:
            raise unknown(f"{path}: [{TABLE}]", name, known)
    return Policy(
        **{
            name: converted(f"{path}: {TABLE}.{name}", value, known[name])
            for name, value in given.items()
        }
    )
