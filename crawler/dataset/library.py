"""The articles of a database for a program: one after the other, or as a table.

Only reads. Every question is one snapshot: a crawl that writes meanwhile does not show in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from crawler.clock import SHANGHAI, midnight, read_day
from crawler.dataset import formats, schema
from crawler.dataset.pictures import completing
from crawler.dataset.records import records
from crawler.dataset.request import ExportRequest
from crawler.dataset.schema import SCHEMA, chosen
from crawler.errors import ConfigError
from crawler.items import Article
from crawler.site.channels import name_in_rows
from crawler.store import selection
from crawler.store.engine import Reader
from crawler.store.selection import Selection

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Day = date | datetime | str


def open_store(database: str | Path) -> Library:
    """Open a database that renmin filled, to read it.

    Args:
        database: A file, ``output/renmin.db``, or a database URL.

    Raises:
        ConfigError: It cannot be used.
    """
    return Library(database)


class Library:
    """An open database; also a context manager that closes it.

    All questions take the same filters:

    * ``channel``: id, host, Chinese name or pinyin; several as a list.
    * ``since``, ``until``: published on that day or later, before that day; ``2026-03-01`` or a date.
      An article without a date counts by its first fetch.
    * ``copies``: True for articles that are marked as copies too.
    * ``clean``: True for texts in which nothing was inferred and nothing is in doubt only.
    """

    def __init__(self, database: str | Path) -> None:
        name = str(database)
        self._reader = Reader(name if "://" in name else f"sqlite:///{name}", wait=30, longest=0)
        self._photos = Path(name.removeprefix("sqlite:///")).with_suffix(".photos")

    def articles(self, **filters: Any) -> Iterator[Article]:
        """Every article that fits, as :class:`crawler.items.Article`, by url.

        Raises:
            ConfigError, StoreError: A filter or the database cannot be used.
        """
        request = _request(filters)
        if request.clean_only:
            raise ConfigError("clean: is known of records only; ask for records(clean=True)")
        with self._reader.connect() as connection:
            for _, article in selection.select(connection, request.selection):
                yield article

    def records(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Every record that fits, as ``renmin export`` writes it, by url.

        Raises:
            ConfigError, StoreError: A filter or the database cannot be used.
        """
        request = _request(filters)
        with self._reader.connect() as connection, completing(self._photos) as complete:
            for _, record in records(connection, replace(request, complete=complete)):
                yield dict(record)

    def to_arrow(self, fields: Sequence[str] = (), **filters: Any) -> pa.Table:
        """What fits as an Arrow table, typed as Parquet files are; needs pyarrow.

        Args:
            fields: Only these; all of them cost memory for texts that are not looked at.
            filters: See the class.
        """
        if isinstance(fields, str):
            raise ConfigError(f"fields={fields!r}: give a list of names, [{fields!r}]")
        columns = chosen(fields) if fields else SCHEMA
        found = schema.batches(self.records(**filters), columns)
        return schema.load_pyarrow().Table.from_batches(found, schema=schema.arrow_schema(columns))

    def to_pandas(self, fields: Sequence[str] = (), **filters: Any) -> pd.DataFrame:
        """The same as a data frame; needs pyarrow and pandas."""
        frame: pd.DataFrame = self.to_arrow(fields, **filters).to_pandas()
        return frame

    def close(self) -> None:
        """Give all connections back."""
        self._reader.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _request(filters: dict[str, Any]) -> ExportRequest:
    known = {"channel", "since", "until", "copies", "clean"}
    for name in filters:
        if name not in known:
            raise ConfigError(f"{name}: no such filter; there are {', '.join(sorted(known))}")
    return ExportRequest(
        selection=Selection(
            channels=_channels(filters.get("channel")),
            since=_moment("since", filters.get("since")),
            until=_moment("until", filters.get("until")),
            include_duplicates=bool(filters.get("copies")),
        ),
        form=formats.named("jsonl"),
        clean_only=bool(filters.get("clean")),
    )


def _channels(named: str | Sequence[str] | None) -> list[str]:
    if named is None:
        return []
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, Collection) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"channel={named!r}: name a channel such as 'sd', or a list of them")
    if not names:
        # A list that was meant to be narrowed and came out empty must not bring everything.
        raise ConfigError(f"channel={named!r}: names no channel; leave it out for all of them")
    return sorted({name_in_rows(name) for name in names})


def _moment(name: str, given: Day | None) -> datetime | None:
    if given is None:
        return None
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=SHANGHAI)
    if isinstance(given, date):
        return midnight(given)
    if not isinstance(given, str):
        raise ConfigError(f"{name}={given!r}: no day such as '2026-03-01'")
    try:
        return _moment(name, datetime.fromisoformat(given))
    except ValueError:
        return midnight(read_day(name, given))
