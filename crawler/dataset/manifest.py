"""The manifest beside an exported file: what it is, how much, and how to know that it is whole."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from crawler import SCHEMA_VERSION, __version__, clock


@dataclass(slots=True)
class Tally:
    """Counts records while they are written.

    Attributes:
        records: How many.
        duplicates: How many of them are marked as copies.
        repaired: How many had a mis-encoding undone.
        doubtful: How many have a doubt left in them.
        channels: Records per channel.
        first: Earliest time of publication, ISO 8601; ``None`` if no record has one.
        last: Latest.
    """

    records: int = 0
    duplicates: int = 0
    repaired: int = 0
    doubtful: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    first: str | None = None
    last: str | None = None

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one record."""
        self.records += 1
        self.duplicates += record["duplicate_of"] is not None
        self.repaired += bool(record["repairs"])
        self.doubtful += bool(record["doubts"])
        self.channels[record["channel"] or ""] += 1
        if day := record["published_at"]:
            self.first = min(self.first or day, day)
            self.last = max(self.last or day, day)


def write(path: Path, tally: Tally, *, format_name: str, query: Mapping[str, Any]) -> Path:
    """Write ``NAME.manifest.json`` beside an exported file.

    Args:
        path: The finished file.
        tally: Its counts.
        format_name: ``jsonl`` and so on.
        query: The options that chose the records.

    Returns:
        The manifest's path.
    """
    manifest = {
        "file": path.name,
        "format": format_name,
        "schema_version": SCHEMA_VERSION,
        "renmin_version": __version__,
        "created_at": clock.now().isoformat(timespec="seconds"),
        "bytes": path.stat().st_size,
        "sha256": _digest(path),
        "records": tally.records,
        "duplicates": tally.duplicates,
        "repaired": tally.repaired,
        "doubtful": tally.doubtful,
        "first_published_at": tally.first,
        "last_published_at": tally.last,
        "channels": dict(sorted(tally.channels.items())),
        "query": dict(query),
    }
    target = path.with_name(path.name + ".manifest.json")
    partial = target.with_name(target.name + ".part")
    partial.write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    partial.replace(target)
    return target


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
