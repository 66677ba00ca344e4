"""What several commands share: options, the store that they name, the articles that they are about."""

from __future__ import annotations

import contextlib
import logging
import signal
from collections.abc import Iterator
from datetime import datetime, time
from typing import Annotated

import typer
from sqlalchemy import Connection

from crawler import config
from crawler.clock import midnight, read_day
from crawler.errors import ConfigError
from crawler.site.channels import name_in_rows
from crawler.store.engine import Reader, Store, open_store
from crawler.store.selection import Selection

# A database counts in 64 bits, a clock in fewer: nobody means a larger number.
LARGEST = 2**31 - 1

Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Database, if not the configured one."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
# Which articles a question is asked of: export, search, kwic, trend, coverage.
Channels = Annotated[
    list[str] | None,
    typer.Option("--channel", help="Only this channel; give it again for several."),
]


def day(text: str) -> datetime:
    """The midnight, without a zone, of a day as :func:`crawler.clock.read_day` reads it."""
    try:
        return datetime.combine(read_day("day", text), time.min)
    except ConfigError as error:
        raise typer.BadParameter(str(error)) from None


Since = Annotated[
    datetime | None,
    typer.Option(parser=day, metavar="DAY", help="Published on this day or later: 2026-11-01, 7d."),
]
Until = Annotated[
    datetime | None,
    typer.Option(parser=day, metavar="DAY", help="Published before this day: 2026-12-01, 7d."),
]
Copies = Annotated[
    bool, typer.Option("--include-duplicates", help="Also articles that are copies of others.")
]


@contextlib.contextmanager
def opened(database: str | None, *, create: bool = False) -> Iterator[Store]:
    """The store of ``--database``, or of the configuration, to write into it.

    Raises:
        ConfigError, StoreError: see :func:`crawler.store.engine.open_store`.
    """
    store = open_store(config.load(database=database).database, create=create)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def reading(database: str | None) -> Iterator[Connection]:
    """A connection that can only read, to ``--database`` or to what the configuration names.

    Raises:
        ConfigError, StoreError: see :class:`crawler.store.engine.Reader`.
    """
    reader = Reader(config.load(database=database).database, wait=30, longest=0)
    try:
        with reader.connect() as connection:
            yield connection
    finally:
        reader.close()


def log_to_stderr() -> None:
    """Log lines for a service or a cron job."""
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S %z",
    )


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """Within: SIGTERM ends the command as Ctrl-C does, so that no half file is left behind."""

    def stop(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def selection(
    channels: list[str] | None, since: datetime | None, until: datetime | None, copies: bool
) -> Selection:
    """What was asked for.

    Raises:
        ConfigError: A channel is unknown, or the days stand the wrong way round.
    """
    if since and until and until <= since:
        raise ConfigError(f"--until {until:%Y-%m-%d}: not after --since {since:%Y-%m-%d}")
    return Selection(
        channels=sorted({name_in_rows(name) for name in channels or ()}),
        since=midnight(since) if since else None,
        until=midnight(until) if until else None,
        include_duplicates=copies,
    )


def require_contact(contact: str, proxy: str) -> None:
    """A newspaper must be able to reach whoever crawls it."""
    if not contact and not proxy:
        raise ConfigError(
            "no contact: the site's people must be able to reach you; say who answers for this "
            "crawl, in the environment (RENMIN_CONTACT=you@example.org) or in renmin.toml "
            '(contact = "you@example.org")'
        )
