"""Measure what renmin keeps, and keep a sample an hour: growth is told from them."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.config import Config
from crawler.crawl import run_log
from crawler.report.storage import FREE, TOTAL
from crawler.store import pruning
from crawler.store.columns import insert_for
from crawler.store.engine import Store
from crawler.store.open import file_of
from crawler.store.tables import storage_sample
from crawler.watch.alerts.check import watched_files
from crawler.watch.alerts.inputs import disks

EVERY = timedelta(hours=1)
# Older samples are kept one a day.
HOURLY = timedelta(days=14)

Sizes = dict[str, int]


def measure(connection: Connection, config: Config) -> Sizes:
    """Bytes by name, now: the parts of :data:`crawler.report.storage.PARTS`, and the disks."""
    archive = config.archive_path
    sizes = _database(connection, file_of(config.database))
    sizes |= {"archive": _bytes(_with_log(archive)), "archive_unused": pruning.room(archive)}
    sizes["logs"] = _bytes(run_log.files(config))
    for disk in disks(watched_files(config)):
        sizes |= {FREE + disk.path: disk.free, TOTAL + disk.path: disk.total}
    return sizes


def sample(store: Store, config: Config, now: datetime) -> bool:
    """Keep a sample if the last one of this machine is an hour old; whether one was kept."""
    s, machine = storage_sample.c, platform.node()
    latest = sa.select(sa.func.max(s.at, type_=s.at.type)).where(s.machine == machine)
    with store.reading.connect() as connection:
        last: datetime | None = connection.scalar(latest)
        if last is not None and last <= now < last + EVERY:
            return False
        sizes = measure(connection, config)
    rows = [
        {"machine": machine, "at": now, "name": name, "bytes": size} for name, size in sizes.items()
    ]
    with store.writing.begin() as connection:
        connection.execute(insert_for(connection, storage_sample).on_conflict_do_nothing(), rows)
        thin(connection, now)
    return True


def thin(connection: Connection, now: datetime) -> int:
    """Keep of old samples the last of each day; how many were dropped."""
    s = storage_sample.c
    query = sa.select(s.machine, s.at).distinct().where(s.at < now - HOURLY)
    kept: dict[tuple[str, object], datetime] = {}
    dropped: list[tuple[str, datetime]] = []
    for machine, at in connection.execute(query.order_by(s.machine, s.at)):
        if before := kept.get((machine, at.date())):
            dropped.append((machine, before))
        kept[machine, at.date()] = at
    statement = sa.delete(storage_sample).where(
        s.machine == sa.bindparam("whose"), s.at == sa.bindparam("moment")
    )
    if dropped:
        connection.execute(statement, [{"whose": whose, "moment": at} for whose, at in dropped])
    return len(dropped)


def _database(connection: Connection, path: Path | None) -> Sizes:
    def ask(query: str) -> int:
        return int(connection.exec_driver_sql(query).scalar() or 0)

    if connection.dialect.name == "postgresql":
        return {
            "database": ask("SELECT pg_database_size(current_database())"),
            "search_index": ask("SELECT pg_total_relation_size('search_entry')"),
        }
    page = ask("PRAGMA page_size")
    # length() of a blob is read off its head; the blob is not.
    return {
        "database": _bytes(_with_log(path)) if path else page * ask("PRAGMA page_count"),
        "database_unused": page * ask("PRAGMA freelist_count"),
        "search_index": ask("SELECT sum(length(block)) FROM search_text_data"),
    }


def _with_log(path: Path) -> tuple[Path, Path]:
    return path, path.with_name(path.name + "-wal")


def _bytes(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
