"""Is this installation sound? One line for each thing that experience says to look at."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import platform
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler import clock as clock_of_house
from crawler.clock import SHANGHAI
from crawler.config import Config
from crawler.crawl.dedup_store import are_of_today
from crawler.crawl.holding import STALLED_SECONDS
from crawler.errors import RenminError
from crawler.report import watch
from crawler.report.table import counted
from crawler.store import job_schema, requests, runs, tables
from crawler.store.engine import Reader
from crawler.store.migrations import HEAD
from crawler.store.open import file_of
from crawler.watch.alerts import configuration as alert_settings
from crawler.watch.alerts.check import wrong_ways
from crawler.watch.alerts.inputs import disks
from crawler.watch.consistency import compare

OK, WARN, FAIL = "ok", "warn", "fail"
# quick_check reads the whole file: half a gigabyte a second at best.
LARGEST_CHECK = 2 * 1024**3
_MIB = 1024 * 1024
# Each by its distribution and by what is imported of it. A missing one would show in mid-crawl only
# where it is imported late: trafilatura with the first page that no design fits, for example.
LIBRARIES = {
    "scrapy": "scrapy.crawler",
    "sqlalchemy": "sqlalchemy",
    "lxml": "lxml.html",
    "lxml_html_clean": "lxml_html_clean",
    "trafilatura": "trafilatura",
    "chardet": "chardet",
    "numpy": "numpy",
    "opencc": "opencc",
    "zstandard": "zstandard",
    "orjson": "orjson",
    "croniter": "croniter",
    "rich": "rich.console",
    "starlette": "starlette.applications",
    "python-multipart": "python_multipart",
    "prometheus_client": "prometheus_client",
    "jinja2": "jinja2",
    "uvicorn": "uvicorn",
}
# Extras: whoever asks for what they do is told by that command.
OPTIONAL = (
    "psycopg",
    "pyarrow",
    "pandas",
    "datatrove",
    "fastwarc",
    "warcio",
    "matplotlib",
    "apprise",
    "PIL",
)

# A pause that is older was perhaps forgotten.
LONG_PAUSE = timedelta(days=14)

# https://www.sqlite.org/wal.html#walresetbug
BUG_BEGINS, BUG_ENDS = (3, 7, 0), (3, 51, 3)
BACKPORTS = ((3, 44, 6), (3, 50, 7))


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found about one thing.

    Attributes:
        state: ``ok``, ``warn`` (it works, with a risk) or ``fail`` (it does not).
        subject: The thing.
        message: What is so, and what to do about it.
    """

    state: str
    subject: str
    message: str


def examine(config: Config, now: datetime) -> list[Examined]:
    """Look at everything that can be looked at without the network."""
    return [
        _python(),
        *_libraries(config),
        sqlite_version(sqlite3.sqlite_version_info, config.database.startswith("sqlite")),
        _contact(config),
        _alerts(),
        clock(now, _newest_file_time(Path(sys.prefix))),
        *_database(config, now),
        _archive(config.archive_path),
        *_disks(config),
    ]


def sqlite_version(version: tuple[int, ...], is_shared: bool = True) -> Examined:
    """Whether this SQLite has the WAL-reset bug: two writers may lose committed pages.

    Args:
        version: Of the library.
        is_shared: Whether several programs write one file. The archive beside a server's
            database has one writer.

    >>> sqlite_version((3, 50, 7)).state, sqlite_version((3, 40, 1)).state
    ('ok', 'warn')
    """
    text = ".".join(map(str, version))
    patched = any(version[:2] == fixed[:2] and version >= fixed for fixed in BACKPORTS)
    if patched or not is_shared or not BUG_BEGINS <= version < BUG_ENDS:
        return Examined(OK, "sqlite", text)
    return Examined(
        WARN,
        "sqlite",
        f"{text} has the WAL-reset bug (fixed in 3.51.3, 3.50.7, 3.44.6): two programs that write "
        "at the same instant may lose pages; keep to one crawl and one renmin serve a file, "
        "upgrade SQLite, or use PostgreSQL",
    )


def clock(now: datetime, installed_at: datetime) -> Examined:
    """Whether the clock can be right: it is not before the installation.

    Dates of publication and of fetching, schedules and signatures hang on it.
    """
    if now < installed_at - timedelta(days=1):
        return Examined(
            FAIL, "clock", f"says {now:%Y-%m-%d %H:%M}, before this was installed: set the clock"
        )
    return Examined(OK, "clock", f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M} in Shanghai")


def _python() -> Examined:
    return Examined(OK, "python", f"{platform.python_version()} in {sys.prefix}")


def _libraries(config: Config) -> Iterator[Examined]:
    wanted = dict(LIBRARIES)
    if config.database.startswith("postgresql"):
        wanted["psycopg"] = "psycopg"
    for name, module in wanted.items():
        try:
            importlib.import_module(module)
            yield Examined(OK, name, importlib.metadata.version(name))
        except Exception as error:  # a library may fail to load in any way
            yield Examined(FAIL, name, f"cannot be used ({error}): pip install {name}")


def _contact(config: Config) -> Examined:
    if config.contact:
        return Examined(OK, "contact", config.contact)
    return Examined(
        WARN,
        "contact",
        "not set: the live site is not crawled without one; set RENMIN_CONTACT or contact in "
        "renmin.toml to your e-mail address or web page",
    )


def _alerts() -> Examined:
    try:
        settings = alert_settings.load()
        ways, wrong = settings.ways, wrong_ways(settings, clock_of_house.now)
    except RenminError as error:
        return Examined(FAIL, "alerts", str(error))
    if wrong:
        said = "; ".join(f"{way}: {error}" for way, error in wrong.items())
        return Examined(FAIL, "alerts", f"cannot be told by {said}")
    if ways == ("log",):
        return Examined(OK, "alerts", "told by log alone; see docs/operations.md for more ways")
    return Examined(OK, "alerts", f"told by {', '.join(ways)}")


def _database(config: Config, now: datetime) -> Iterator[Examined]:
    try:
        reader = Reader(config.database)
    except RenminError as error:
        yield Examined(FAIL, "database", str(error))
        return
    if reader.path and not reader.path.exists():
        yield Examined(WARN, "database", f"{reader.path}: comes with: renmin crawl CHANNEL")
        return
    try:
        with reader.connect() as connection:
            yield Examined(OK, "database", f"{reader.name}, schema {HEAD}")
            if reader.path:
                yield from _sqlite_file(reader.path, connection)
            yield _lost_runs(connection, now)
            yield _held_pages(connection, now)
            yield _paused(connection, now)
            if not reader.path:
                yield _jobs(connection)
            yield _sketches(connection)
            yield _bodies(connection, config.archive_path)
    except RenminError as error:
        yield Examined(FAIL, "database", str(error))
    finally:
        reader.close()


def _sqlite_file(path: Path, connection: Connection) -> Iterator[Examined]:
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    if mode == "wal":
        yield Examined(OK, "journal", "wal")
    else:
        yield Examined(WARN, "journal", f"{mode}, not wal: readers and the crawl block each other")
    yield _integrity(path, connection)


def _integrity(path: Path, connection: Connection) -> Examined:
    if path.stat().st_size > LARGEST_CHECK:
        return Examined(
            OK, "integrity", "not checked, the file is large: PRAGMA quick_check does it"
        )
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found == "ok":
        return Examined(OK, "integrity", "quick_check found nothing")
    return Examined(
        FAIL, "integrity", f"{found}: the file is damaged; take the last backup, or try .recover"
    )


def _lost_runs(connection: Connection, now: datetime) -> Examined:
    week = now - timedelta(days=7)
    began = sa.select(tables.run.c.id).where(tables.run.c.started_at >= week)
    recent = set(connection.scalars(began)) & set(runs.lost(connection, now))
    if not recent:
        return Examined(OK, "runs", "none was killed within a week")
    named = ", ".join(map(str, sorted(recent)))
    return Examined(
        WARN, "runs", f"killed within a week: {named}; crawl the channel again to go on there"
    )


def _held_pages(connection: Connection, now: datetime) -> Examined:
    """Pages that a run has taken and cannot bring any more."""
    c, run = tables.frontier.c, tables.run.c
    ended = sa.or_(run.ended_at.is_not(None), run.heartbeat_at < now - runs.LOST_AFTER)
    query = sa.select(sa.func.count()).select_from(
        tables.frontier.outerjoin(tables.run, run.id == c.leased_by)
    )
    left = connection.scalar(query.where(c.state == "LEASED", ended)) or 0
    if not left:
        return Examined(OK, "frontier", "no page is held by a dead process")
    return Examined(
        OK,
        "frontier",
        f"{counted(left, 'page')} of a dead process: the next crawl takes up what waits",
    )


def _paused(connection: Connection, now: datetime) -> Examined:
    """Channels that rest: no alert is about them, so that a pause is easily forgotten."""
    resting = requests.paused(connection)
    if not resting:
        return Examined(OK, "paused", "no channel is paused")
    named = ", ".join(f"{name} since {day:%Y-%m-%d}" for name, day in sorted(resting.items()))
    if min(resting.values()) > now - LONG_PAUSE:
        return Examined(OK, "paused", named)
    return Examined(
        WARN,
        "paused",
        f"{named}: nothing comes in from there; to go on: renmin channels resume NAME",
    )


def _sketches(connection: Connection) -> Examined:
    """Whether copies are looked for by sketches that this renmin can compare."""
    if are_of_today(connection):
        return Examined(OK, "sketches", "made by this renmin's rules")
    return Examined(
        WARN,
        "sketches",
        "made by the rules of another renmin: copies of what was stored before are not noticed; "
        "make them anew: renmin dedup --store",
    )


def _jobs(connection: Connection) -> Examined:
    """The tables of procrastinate, by which the processes of a fleet share the hosts."""
    state = job_schema.found(connection)
    if job_schema.wanted() is None:
        return Examined(
            WARN, "jobs", "procrastinate is not installed, so nothing is crawled: renmin[fleet]"
        )
    if job_schema.missing(connection):
        what = "are missing" if state is None else f"are of {state or 'an old version'}"
        return Examined(FAIL, "jobs", f"the tables of procrastinate {what}: renmin upgrade")
    silent = [
        row for row in watch.workers(connection, STALLED_SECONDS) if row["state"] == "stalled"
    ]
    if held := sum(row["doing"] for row in silent):
        return Examined(
            WARN, "jobs", f"{held} of workers that are silent: others take them; renmin worker"
        )
    return Examined(OK, "jobs", f"tables of procrastinate {state}")


def _bodies(connection: Connection, archive: Path) -> Examined:
    """Whether database and archive belong together."""
    if not archive.exists():
        count = connection.scalar(sa.select(sa.func.count()).select_from(tables.article)) or 0
        if not count:
            return Examined(OK, "bodies", "no article yet")
        return Examined(
            WARN,
            "bodies",
            f"{counted(count, 'article')}, and {archive} is missing: they can be read and exported, not "
            "extracted again; take it back from a backup, or name it with RENMIN_ARCHIVE",
        )
    try:
        found = compare(connection, archive)
    except sqlite3.Error as error:
        return Examined(FAIL, "bodies", f"{archive}: {error}: {_what_to_do(error)}")
    if found.without_body:
        return Examined(
            WARN,
            "bodies",
            f"{found.without_body} of {found.articles} articles have no raw body in {archive}: the "
            "archive is older than the database; take the newer one back from a backup",
        )
    told = (
        f"every article has its raw body; {counted(found.without_article, 'page')} gave no article"
    )
    return Examined(OK, "bodies", told)


def _archive(path: Path) -> Examined:
    if not path.exists():
        return Examined(OK, "archive", f"{path}: comes with the first crawl")
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            bodies = connection.execute("SELECT count(*) FROM body").fetchone()[0]
    except sqlite3.Error as error:
        return Examined(FAIL, "archive", f"{path}: {error}: {_what_to_do(error)}")
    size = path.stat().st_size // _MIB
    return Examined(OK, "archive", f"{path}: {counted(bodies, 'body', 'bodies')}, {size} MiB")


def _what_to_do(error: sqlite3.Error) -> str:
    """Only what is no archive may be moved away: the raw pages cannot be fetched again."""
    text = str(error)
    if "not a database" in text or "no such table" in text:
        return "it is no archive of renmin; move it away, or name another file with RENMIN_ARCHIVE"
    if "malformed" in text:
        return "it is damaged; keep it, and take the last backup, or try .recover"
    return "keep it: it holds the raw pages; look at the disk (df, dmesg) and at who may read it"


def _disks(config: Config) -> Iterator[Examined]:
    file = file_of(config.database)
    files = [config.archive_path] if file is None else [file, config.archive_path]
    rule = alert_settings.default_rules()["disk_low"]
    for disk in disks(files):
        percent = 100 * disk.free / disk.total
        low = percent < rule.threshold or disk.free < rule.minimum * _MIB
        yield Examined(
            FAIL if low else OK,
            "disk",
            f"{disk.path}: {disk.free // _MIB} MiB free, {percent:.0f} %"
            + (": make room, a crawl ends when the disk is full" if low else ""),
        )


def _newest_file_time(prefix: Path) -> datetime:
    """When this Python environment was last changed."""
    return datetime.fromtimestamp(prefix.stat().st_mtime, UTC)
