"""Options and small things that several commands share."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from crawler import config

if TYPE_CHECKING:
    # SQLAlchemy takes a third of a second to import; --help need not pay for it.
    from sqlalchemy import Connection

    from crawler.store.engine import Store

Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Database, if not the configured one."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextlib.contextmanager
def opened(database: str | None, *, create: bool = False) -> Iterator[Store]:
    """The store of ``--database``, or of the configuration, to write into it.

    Raises:
        ConfigError, StoreError: see :func:`crawler.store.engine.open_store`.
    """
    from crawler.store.engine import open_store

    store = open_store(config.load(database=database).database, create=create)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def reading(database: str | None) -> Iterator[Connection]:
    """A connection that can only read, to ``--database`` or to what the configuration names.

    Raises:
        ConfigError, StoreError: see :class:`crawler.store.reader.Reader`.
    """
    from crawler.store.reader import Reader

    reader = Reader(config.load(database=database).database, wait=30, longest=0)
    try:
        with reader.connect() as connection:
            yield connection
    finally:
        reader.close()


def log_to_stderr() -> None:
    """Log lines for a service or a cron job."""
    import logging

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


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


def content_type_beside(page: str) -> str | None:
    """The Content-Type header in PAGE.headers.json, which may lie beside a saved page.

    Returns:
        ``None`` if there is no such file, it is no JSON object, or it names none.
    """
    try:
        headers = orjson.loads(Path(f"{page}.headers.json").read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(headers, dict):
        return None
    value = {name.lower(): value for name, value in headers.items()}.get("content-type")
    if isinstance(value, list):  # a repeated header: the last one counts
        value = value[-1] if value else None
    return value if isinstance(value, str) else None
