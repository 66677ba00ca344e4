"""What is asked of an export: which articles, which of their fields, in which files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crawler.dataset.formats import Format
from crawler.dataset.record import flat
from crawler.dataset.schema import FLAT, SCHEMA, VALIDITY, Field
from crawler.store.selection import Selection, Split

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """An export.

    Attributes:
        selection: Which articles.
        form: In which format.
        split: By what a folder is split into parts; ``None`` for a whole.
        fields: Fields of the record that are written, in their order.
        flat: Whether the flat record is written instead.
        clean_only: Only texts in which nothing was inferred and nothing is in doubt.
        sample: At most so many, chosen by the digest of their address; ``None`` for all.
        seed: Another seed, another sample.
        revisions: Whether every text that an article had is a record of its own.
        rename: Puts pseudonyms in the place of persons; ``None`` leaves them.
        complete: Adds to a record what lies beside the store; ``None`` if nothing does.
    """

    selection: Selection
    form: Format
    split: Split | None = None
    fields: tuple[Field, ...] = SCHEMA
    flat: bool = False
    clean_only: bool = False
    sample: int | None = None
    seed: int = 0
    revisions: bool = False
    rename: Callable[[Record], Record] | None = None
    complete: Callable[[dict[str, Any]], None] | None = None

    @property
    def columns(self) -> tuple[Field, ...]:
        """The fields that stand in the files."""
        if self.flat:
            return FLAT
        return (*self.fields, *VALIDITY) if self.revisions else self.fields

    def shaped(self, record: Record) -> Record:
        """A record as it is written."""
        if self.rename:
            record = self.rename(record)
        if self.flat:
            return flat(record)
        if self.fields is SCHEMA or self.form.needs_whole_records:
            return record
        return {field.name: record[field.name] for field in self.columns}

    def as_query(self) -> dict[str, Any]:
        """For the manifest: all that decides what is in the data set."""
        chosen = self.selection
        return {
            "channels": sorted(chosen.channels),
            "since": _day(chosen.since),
            "until": _day(chosen.until),
            "include_duplicates": chosen.include_duplicates,
            "as_of": chosen.as_of.isoformat() if chosen.as_of else None,
            "revisions": self.revisions,
            "clean_only": self.clean_only,
            "sample": self.sample,
            "seed": self.seed,
            "without_names": self.rename is not None,
            "flat": self.flat,
            "fields": [field.name for field in self.columns],
            "split": self.split,
            "order": "by url within each file",
        }


def _day(moment: date | datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None
