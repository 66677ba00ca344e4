"""How long each page of the dashboard takes over 100,000 articles.

Builds a database (100,000 articles, 400 runs, 30 days, every known channel), serves it on
loopback and asks for each page: once with the file dropped from the operating system's memory
where that is possible ("cold"), then several times. Fails if one of the latter takes longer than
the limit; what else the machine does at the time is in the figures.

    python -m benchmarks.dashboard [--articles N] [--runs N] [--keep FILE]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import sqlalchemy as sa
import uvicorn

from crawler.site import channels
from crawler.store import search, tables
from crawler.store.engine import open_store
from crawler.web.app import build
from crawler.web.server import listen
from crawler.web.settings import Settings
from crawler.web.tables import ANSWERS
from tests.report.sample import NOW, Builder

LIMIT_MS = 300
ROUNDS = 7


def pages(articles: Sequence[int], last_run: int) -> list[str]:
    """Every page, also deep ones, and every table as JSON."""
    words = ("会议", "的", "GDP 土壤", "绝无此词")
    return [
        "/",
        "/channel/sd",
        "/channel/sd?page=40",
        "/runs",
        "/runs?page=8",
        f"/run/{last_run}",
        "/articles",
        "/articles?page=400",
        *(f"/article/{number}" for number in articles),
        "/text",
        "/text?days=90",
        "/failures",
        "/failures?reason=timeout&page=5",
        "/alerts",
        "/schedule",
        "/metrics",
        "/healthz",
        *(f"/search?q={word}" for word in words),
        *(f"/data/{name}.json?q=会议&run={last_run}&size=200" for name in ANSWERS),
    ]


def main() -> int:
    """Print a line a page; 1 if one is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--keep", type=Path, help="build here, or use what is here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.keep or Path(folder) / "renmin.db"
        if not path.exists():
            fill(path, given.articles, given.runs)
        index_cost(Path(folder))
        print(
            f"{given.articles:,} articles, {given.runs} runs, {path.stat().st_size / 1e6:,.0f} MB"
        )
        return measure(path, given.runs)


def fill(path: Path, articles: int, runs: int) -> None:
    """Build the database."""
    began = time.monotonic()
    store = open_store(f"sqlite:///{path}")
    Builder(store).runs(runs, articles, channels=tuple(channels.load()))
    with store.writing.connect() as connection:
        connection.exec_driver_sql("PRAGMA optimize")
    store.close()
    print(f"built in {time.monotonic() - began:.0f} s")


def index_cost(folder: Path, articles: int = 2000, batch: int = 50) -> None:
    """Print what full text costs: processor time an article, and bytes by those of the text."""
    store = open_store(f"sqlite:///{folder}/index.db")
    Builder(store).runs(1, articles)
    with store.writing.begin() as connection:
        rows = connection.execute(sa.select(tables.article)).mappings().all()
        search.drop(connection)
        search.create(connection)
    with store.writing.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("VACUUM")
        before = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    entries = [search.IndexEntry(row["id"], *search.searchable(dict(row))) for row in rows]
    began = time.process_time()
    for start in range(0, articles, batch):
        with store.writing.begin() as connection:
            search.index_articles(connection, entries[start : start + batch])
    spent = time.process_time() - began
    with store.reading.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() - before
    store.close()
    text = sum(len((entry.title + entry.body).encode()) for entry in entries)
    print(
        f"full text: {spent / articles * 1e6:.0f} µs an article of "
        f"{text / articles / 3:.0f} characters, {pages * 4096 / text:.2f} times the text's bytes"
    )


def measure(path: Path, last_run: int) -> int:
    """Ask for every page."""
    settings = Settings(
        database=f"sqlite:///{path}", archive=path.with_suffix(".archive.db"), clock=lambda: NOW
    )
    config = uvicorn.Config(build(settings), log_level="error")
    server = uvicorn.Server(config)
    listening = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    worst = coldest = 0.0
    print(f"\n{'page':<52} {'kB':>7} {'cold ms':>9} {'median':>8} {'worst':>8}")
    with httpx.Client(base_url=base, timeout=60) as client:
        client.get("/healthz")  # the process is up
        for page in pages(some_articles(path), last_run):
            forget(path)
            first, size = ask(client, page)
            times = sorted(ask(client, page)[0] for _ in range(ROUNDS))
            worst, coldest = max(worst, times[-1]), max(coldest, first)
            median = times[len(times) // 2]
            print(f"{page:<52} {size / 1000:>7.1f} {first:>9.1f} {median:>8.1f} {times[-1]:>8.1f}")
    server.should_exit = True
    thread.join(10)
    verdict = "ok" if worst <= LIMIT_MS else "TOO SLOW"
    print(
        f"\nworst {worst:.0f} ms, limit {LIMIT_MS} ms: {verdict}; from a cold disk {coldest:.0f} ms"
    )
    return int(worst > LIMIT_MS)


def some_articles(path: Path) -> list[int]:
    """Ids of an old article, one of which there are many copies, and the newest."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        query = "SELECT min(id), max(duplicate_of_id), max(id) FROM article"
        return list(database.execute(query).fetchone())


def ask(client: httpx.Client, page: str) -> tuple[float, int]:
    """Milliseconds until the whole answer is there, and its bytes."""
    began = time.perf_counter()
    answer = client.get(page)
    spent = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    return spent, len(answer.content)


def forget(path: Path) -> None:
    """Ask the operating system to drop the file from its memory; it may decline."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    sys.exit(main())
