"""What storing one more article costs as the store grows.

    python benchmarks/scale.py [--sizes 10000 100000 1000000] [--picture output/bench-scale.png]

Databases of each size are filled with synthetic articles (short text, random fingerprints, ten
years of publication days in the order in which they would have come), then real-sized articles are
stored through the same function as in a crawl: row, revision, duplicates, fingerprints, full text.
The figure is CPU time an article in transactions of 50, and how many rows of the fingerprint index
were read.

Targets: at 1,000,000 at most 2.5 times the cost at 10,000; at most 250 bytes of index an article.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from crawler.clock import SHANGHAI
from crawler.crawl.record import finish, keep
from crawler.dedup.sketch import pack, quarter_of
from crawler.items import Article
from crawler.store import fingerprints
from crawler.store.articles import By
from crawler.store.engine import Store, open_store

FIRST_DAY = date(2016, 1, 1)
DAYS = 3650
KEYS = 16
PROBES = 1000
BATCH = 50


@dataclass(frozen=True)
class Point:
    """One size."""

    size: int
    cpu_ms: float
    rows_read: float
    index_bytes: float


def measure(size: int, folder: Path) -> Point:
    """Fill a database with ``size`` articles and store more of them."""
    path = folder / f"scale-{size}.db"
    store = open_store(f"sqlite:///{path}")
    index_bytes = fill(path, size)
    probes = list(invented(PROBES))
    rows: list[int] = []
    real = fingerprints.look_up

    def counting(connection, ranges):  # noqa: ANN001, ANN202
        found = real(connection, ranges)
        rows.append(len(found))
        return found

    store_all(store, probes[:BATCH])  # warm the caches of statements and pages
    with mock.patch.object(fingerprints, "look_up", counting):
        began = time.process_time()
        store_all(store, probes[BATCH:])
        seconds = time.process_time() - began
    store.close()
    path.unlink()
    return Point(size, seconds / (PROBES - BATCH) * 1000, sum(rows) / len(rows), index_bytes / size)


def store_all(store: Store, items: list[Article]) -> None:
    """Store ``items`` as a crawl does."""
    now = datetime.now(SHANGHAI)
    for start in range(0, len(items), BATCH):
        with store.writing.begin() as connection:
            batch = items[start : start + BATCH]
            kept = [
                stored
                for item in batch
                if (stored := keep(connection, item, now, By(None, "bench")))
            ]
            finish(connection, kept)


def fill(path: Path, size: int) -> float:
    """Fill articles and fingerprints; give the bytes that the fingerprints take."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous=OFF")
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO article (id, url, channel, title, authors, editors, paragraphs, photos,"
        " template, damage, repairs, doubts, revision, extraction, fetched_at, first_seen_at,"
        " published_at, text_hash, characters)"
        " VALUES (?, ?, 'sd', '合成', '[]', '[]', '[\"合成\"]', '[]', 'bench', '[]', '[]', '[]', 1,"
        " 1, ?, ?, ?, ?, 2)",
        articles_of(size),
    )
    db.execute("COMMIT")
    before = pages_of(db)
    for keys in keys_of(size):
        db.execute("BEGIN")
        db.executemany("INSERT OR IGNORE INTO fingerprint VALUES (?)", keys)
        db.execute("COMMIT")
    used = pages_of(db) - before
    db.close()
    return used


def pages_of(db: sqlite3.Connection) -> int:
    """Bytes of the file in use."""
    count: int = db.execute("PRAGMA page_count").fetchone()[0]
    size: int = db.execute("PRAGMA page_size").fetchone()[0]
    return count * size


def day_of(number: int, size: int) -> date:
    """The publication day of an article: they came in order."""
    return FIRST_DAY + timedelta(days=number * DAYS // size)


def articles_of(size: int) -> Iterator[tuple[object, ...]]:
    """Rows of synthetic articles."""
    for number in range(1, size + 1):
        moment = f"{day_of(number, size)}T08:00:00+08:00"
        digest = random.Random(number).randbytes(16).hex()
        yield number, f"http://sd.people.com.cn/{number}.html", moment, moment, moment, digest


def keys_of(size: int, chunk: int = 1000) -> Iterator[list[tuple[int]]]:
    """Their fingerprints, in chunks as they would have come."""
    rng = random.Random(1)
    for start in range(1, size + 1, chunk):
        keys = []
        for number in range(start, min(start + chunk, size + 1)):
            quarter = quarter_of(day_of(number, size))
            keys += [(pack(rng.getrandbits(30), number, quarter),) for _ in range(KEYS)]
        yield sorted(keys)


def invented(count: int) -> Iterator[Article]:
    """Articles of about 1,300 characters of the last days."""
    rng = random.Random(7)
    words = ["".join(map(chr, rng.choices(range(0x4E00, 0x9000), k=2))) for _ in range(8000)]
    for number in range(count):
        paragraphs = tuple("".join(rng.choices(words, k=80)) + "。" for _ in range(8))
        yield Article(
            url=f"http://sd.people.com.cn/new/{number}.html",
            channel="sd",
            title="".join(rng.choices(words, k=8)),
            published_at=datetime(2025, 12, 28, 8, 0, tzinfo=SHANGHAI),
            paragraphs=paragraphs,
            template="bench",
            fetched_at=datetime.now(SHANGHAI),
        )


def draw(points: list[Point], path: Path) -> None:
    """Draw the curve."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(7, 4))
    axis.semilogx([p.size for p in points], [p.cpu_ms for p in points], "o-")
    axis.axhline(points[0].cpu_ms * 2.5, linestyle=":", label="2.5 x the smallest")
    axis.set_ylim(bottom=0)
    axis.set_xlabel("articles stored")
    axis.set_ylabel("CPU ms to store one more")
    axis.legend()
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def main() -> None:
    """Read the command line, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--picture", type=Path, default=Path("output/bench-scale.png"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        points = [measure(size, Path(folder)) for size in options.sizes]
    if options.json:
        print(json.dumps([vars(point) for point in points]))
        return
    print(
        f"{'articles':>10} {'ms CPU':>8} {'x first':>8} {'rows read':>10} {'index B/article':>16}"
    )
    for p in points:
        ratio = p.cpu_ms / points[0].cpu_ms
        print(f"{p.size:10} {p.cpu_ms:8.3f} {ratio:8.2f} {p.rows_read:10.1f} {p.index_bytes:16.0f}")
    draw(points, options.picture)
    print(f"picture: {options.picture}")


if __name__ == "__main__":
    main()
