"""How long each page of the dashboard takes over 100,000 articles.

Builds a database (100,000 articles, 400 runs, 30 days, every known channel), serves it on
loopback and asks for each page: once with the file dropped from the operating system's memory
where that is possible ("cold"), then several times. Fails if the processor time of a warm answer,
its asking included, is over the limit; the time by the clock is printed too, and has in it what
else the machine does.

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
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
import uvicorn

from crawler.site import channels
from crawler.store import search, tables
from crawler.store.engine import open_store
from crawler.watch.alerts.configuration import default_rules
from crawler.web.app import build, listen
from crawler.web.guard import DashboardSettings
from crawler.web.tables import ANSWERS
from tests.report.sample import NOW, Builder

LIMIT_MS = 300
ROUNDS = 7
ALERTS = 5_000


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
        "/articles?channel=sd&relation=original&page=20",
        "/articles?design=generic&page=40",
        "/articles?design=wb2016&relation=copy",
        "/articles?day=2026-11-10&relation=copy",
        "/runs?channel=sd&state=badly",
        "/queue",
        "/queue?channel=sd&waits=due",
        "/queue?channel=sd&waits=waiting&page=20",
        "/coverage",
        "/lists",
        "/storage",
        *(f"/article/{number}" for number in articles),
        "/text",
        "/text?days=90",
        "/failures",
        "/failures?reason=timeout&page=5",
        "/alerts",
        "/alerts?severity=warning&state=closed&page=40",
        "/alerts?channel=sd&day=2026-11-10",
        "/schedule",
        "/metrics",
        "/healthz",
        *(f"/search?q={word}" for word in words),
        "/search?q=的&channel=sd&relation=original&page=9",
        "/search?q=的&design=generic&day=2026-11-10",
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
    with store.writing.begin() as connection:
        queue(connection)
        connection.execute(sa.insert(tables.alert), list(alerts(ALERTS)))
    with store.writing.connect() as connection:
        connection.exec_driver_sql("PRAGMA optimize")
    store.close()
    print(f"built in {time.monotonic() - began:.0f} s")


def queue(connection: sa.Connection) -> None:
    """Every article has its page in the queue: fetched, due again, or waiting (a fifth of them)."""
    a, f = tables.article.c, tables.frontier.c
    state = sa.case((a.id % 5 == 0, "PENDING"), else_="DONE")
    day = sa.func.strftime("%Y-%m-%dT%H:%M:%S+08:00", a.published_at, "+10 days")
    chosen = sa.select(
        *(a.url, a.url, sa.literal("article"), a.channel, a.channel + ".people.com.cn", state),
        *(sa.literal(7), sa.literal(0), a.first_seen_at, a.fetched_at),
        sa.case((a.id % 3 == 0, day)),
    )
    names = (f.url, f.fetch_url, f.kind, f.channel, f.host, f.state)
    names = (*names, f.priority, f.attempts, f.found_at, f.settled_at, f.due_at)
    connection.execute(sa.insert(tables.frontier).from_select(names, chosen))


def alerts(count: int) -> Iterator[dict[str, Any]]:
    """Alerts of all rules and channels, fifty of them open."""
    rules, known = list(default_rules()), list(channels.load())
    for number in range(count):
        at = NOW - timedelta(minutes=8 * number)
        yield {
            "rule": rules[number % len(rules)],
            "subject": known[number % len(known)],
            "message": f"{number % 90} of 100 visits failed: http_404 {number % 90}",
            "value": 0.5,
            "threshold": 0.2,
            "opened_at": at,
            "seen_at": at,
            "closed_at": None if number < 50 else at + timedelta(hours=3),
        }


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
    settings = DashboardSettings(
        database=f"sqlite:///{path}", archive=path.with_suffix(".archive.db"), clock=lambda: NOW
    )
    config = uvicorn.Config(build(settings), log_level="error")
    server = uvicorn.Server(config)
    listening = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    worst = coldest = 0.0
    print(f"\n{'page':<52} {'kB':>7} {'cold ms':>9} {'median':>8} {'worst':>8} {'cpu':>8}")
    with httpx.Client(base_url=base, timeout=60) as client:
        client.get("/healthz")  # the process is up
        for page in pages(some_articles(path), last_run):
            forget(path)
            first, _, size = ask(client, page)
            asked = [ask(client, page) for _ in range(ROUNDS)]
            times, spent = (sorted(each[n] for each in asked) for n in (0, 1))
            worst, coldest = max(worst, spent[-1]), max(coldest, first)
            figures = (first, times[len(times) // 2], times[-1], spent[-1])
            print(
                f"{page:<52} {size / 1000:>7.1f} " + " ".join(f"{each:>8.1f}" for each in figures)
            )
    server.should_exit = True
    thread.join(10)
    verdict = "ok" if worst <= LIMIT_MS else "TOO SLOW"
    print(
        f"\nworst {worst:.0f} ms of processor time, limit {LIMIT_MS} ms: {verdict}; "
        f"from a cold disk {coldest:.0f} ms by the clock"
    )
    return int(worst > LIMIT_MS)


def some_articles(path: Path) -> list[int]:
    """Ids of an old article, one of which there are many copies, and the newest."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        query = "SELECT min(id), max(duplicate_of_id), max(id) FROM article"
        return list(database.execute(query).fetchone())


def ask(client: httpx.Client, page: str) -> tuple[float, float, int]:
    """Milliseconds until the whole answer is there, those of the processor, and its bytes."""
    began, used = time.perf_counter(), time.process_time()
    answer = client.get(page)
    waited, spent = time.perf_counter() - began, time.process_time() - used
    answer.raise_for_status()
    return waited * 1000, spent * 1000, len(answer.content)


def forget(path: Path) -> None:
    """Ask the operating system to drop the file from its memory; it may decline."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    sys.exit(main())
