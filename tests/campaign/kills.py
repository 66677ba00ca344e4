"""SIGKILL at random moments: in a crawl, in whatever reads or writes all of a store, in a migration."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from crawler.replica import Site
from crawler.replica.proxy import in_thread
from tests.campaign.rows import Row
from tests.crawls.conftest import ROOT, WatchedSite, command, crawl_command, environment, stored

KILLED = -9
RELEASED = ROOT / "tests" / "store" / "released"
ARTICLES = 150


def rows(folder: Path, rounds: int, rng: random.Random) -> Iterator[Row]:
    """Every part: each kills one command again and again and then lets it finish."""
    yield from (_crawl(folder / f"crawl{number}", rng) for number in range(rounds))
    base = folder / "base"
    base.mkdir()
    database, urls = _crawled(base)
    yield _reparse(database, urls, 4 * rounds, rng)
    yield _export(base, database, urls, 8 * rounds, rng)
    yield _import(folder, database, urls, 4 * rounds, rng)
    yield _backup(folder, database, urls, 4 * rounds, rng)
    yield _upgrade(folder, 4 * rounds, rng)


def killed_until_done(
    row: Row, arguments: Sequence[str], kills: int, longest: float, rng: random.Random
) -> None:
    """Run a command, killing it ``kills`` times, until it ends by itself.

    Its helpers must end with it: whatever it started and is still there is a crash.
    """
    code = KILLED
    while code == KILLED and kills >= 0:
        began = time.monotonic()
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                arguments,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(),
                cwd=ROOT,
                start_new_session=True,
            )
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(rng.uniform(0.3, longest) if kills else 300)
            process.kill()
            code = process.wait()
            kills -= 1
            row.timed(began)
            output.seek(0)
            row.judge(code, output.read(), (0, KILLED))
        if _outlived(process.pid):
            row.crash(f"helpers of {arguments[3]} outlive it")
            os.killpg(process.pid, signal.SIGKILL)


def _outlived(group: int) -> bool:
    """Whether processes of a group are still there after five seconds."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


def _crawl(folder: Path, rng: random.Random) -> Row:
    row = Row("kill -9 in a crawl")
    folder.mkdir()
    database = f"sqlite:///{folder / 'renmin.db'}"
    site = WatchedSite(Site(articles=ARTICLES, seed=rng.randrange(1000), plain=True))
    with in_thread(site, 0.005) as site.port:
        killed_until_done(row, crawl_command(site, database, "all"), 6, 4.0, rng)
    row.compare(site.urls, stored(database))
    return row


def _crawled(folder: Path) -> tuple[str, list[str]]:
    """A database with a whole crawl, for what follows."""
    database = f"sqlite:///{folder / 'renmin.db'}"
    site = WatchedSite(Site(articles=4 * ARTICLES, seed=7, plain=True))
    with in_thread(site) as site.port:
        arguments = crawl_command(site, database, "all")
        subprocess.run(arguments, check=True, capture_output=True, env=environment(), cwd=ROOT)
    return database, site.urls


def _reparse(database: str, urls: Sequence[str], kills: int, rng: random.Random) -> Row:
    """Articles that only the archive has must come back, each once, however often it is killed."""
    row = Row("kill -9 in reparse")
    arguments = command("reparse", "--database", database)
    killed_until_done(row, arguments, kills, 3.0, rng)
    row.compare(urls, stored(database))
    return row


def _export(
    folder: Path, database: str, urls: Sequence[str], kills: int, rng: random.Random
) -> Row:
    """Under its final name a data set is whole at every moment, the old one or the new one."""
    row = Row("kill -9 in an export")
    target = folder / "articles.jsonl"
    arguments = command("export", str(target), "--database", database, "--include-duplicates")
    killed_until_done(row, arguments, 0, 1.0, rng)
    for _ in range(kills):
        killed_until_done(row, arguments, 1, 1.5, rng)
        row.compare(urls, _addresses(target, row))
    left = [path.name for path in folder.glob("*part*")]
    if left:
        row.crash(f"part files stay: {left[:3]}")
    return row


def _import(
    folder: Path, database: str, urls: Sequence[str], kills: int, rng: random.Random
) -> Row:
    """What is taken in from an archive is there once, however often that was begun."""
    row = Row("kill -9 in an import")
    archive = Path(database.removeprefix("sqlite:///")).with_suffix(".archive.db")
    target = f"sqlite:///{folder / 'imported.db'}"
    arguments = command("import", str(archive), "--database", target)
    killed_until_done(row, arguments, kills, 3.0, rng)
    row.compare(urls, stored(target))
    return row


def _backup(
    folder: Path, database: str, urls: Sequence[str], kills: int, rng: random.Random
) -> Row:
    """A backup is whole or not there: what is taken back from the last one has every article."""
    row = Row("kill -9 in a backup, and in taking it back")
    backups, target = folder / "backups", f"sqlite:///{folder / 'back' / 'renmin.db'}"
    killed_until_done(row, command("backup", str(backups), "--database", database), kills, 2.0, rng)
    killed_until_done(row, command("restore", str(backups), "--database", target), kills, 1.5, rng)
    row.compare(urls, stored(target))
    return row


def _upgrade(folder: Path, kills: int, rng: random.Random) -> Row:
    """A migration is done or not: the articles of an old database are there, under the new schema."""
    row = Row("kill -9 in a migration")
    path = folder / "old.db"
    path.write_bytes(gzip.decompress((RELEASED / "renmin-0.1.0.db.gz").read_bytes()))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        wanted = [url for (url,) in connection.execute("SELECT url FROM article")]
    database = f"sqlite:///{path}"
    killed_until_done(row, command("upgrade", "--database", database), kills, 1.2, rng)
    row.compare(wanted, stored(database))
    return row


def _addresses(path: Path, row: Row) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in path.read_text("utf-8").splitlines():
        try:
            found[json.loads(line)["url"]] += 1
        except ValueError:
            row.crash("half a line in the data set")
    return found
