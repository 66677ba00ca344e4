"""How fast and how large an export is: ``python benchmarks/export.py --articles 100000``.

Fills a database with invented articles, then runs ``renmin export`` in each format in a process of its
own and prints rows a second (wall and CPU), the largest memory and the bytes written. Beside it, what
sqlite3 and pyarrow need by themselves for the same rows into one Parquet file: with the JSON columns
left as text, and with them parsed and typed as the record has them.

``--folder`` keeps the database for another run; a million articles need 6 GB there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from crawler.clock import SHANGHAI
from crawler.items import Article
from crawler.replica.addresses import SitePlan
from crawler.replica.story import write
from crawler.site.channels import load
from crawler.store.articles import as_row
from crawler.store.engine import open_store
from crawler.store.tables import article

STORIES = 400
BATCH = 2_000
FIRST = datetime(2010, 1, 1, tzinfo=SHANGHAI)
FORMS = ("parquet", "jsonl.zst", "jsonl", "csv")
RAW = """
import sqlite3, sys, pyarrow as pa, pyarrow.parquet as pq, orjson
TYPED = sys.argv[3] == "typed"
db = sqlite3.connect(sys.argv[1])
cursor = db.execute("SELECT * FROM article ORDER BY url")
names = [column[0] for column in cursor.description]
JSON = {"dateline", "authors", "editors", "paragraphs", "photos", "charset", "damage", "repairs", "doubts"}
if TYPED:
    from crawler.dataset.schema import arrow_schema
    types = {field.name: field.type for field in arrow_schema()}
writer = None
while rows := cursor.fetchmany(5000):
    arrays = []
    for name, column in zip(names, zip(*rows)):
        if TYPED and name in JSON:
            arrays.append(pa.array([orjson.loads(v) if v else None for v in column], types[name]))
        else:
            kind = pa.string() if all(v is None or isinstance(v, str) for v in column) else None
            arrays.append(pa.array(column, kind))
    batch = pa.RecordBatch.from_arrays(arrays, names)
    writer = writer or pq.ParquetWriter(sys.argv[2], batch.schema, compression="zstd")
    writer.write_table(pa.Table.from_batches([batch]).cast(writer.schema))
writer.close()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the database is kept")
    parser.add_argument("--forms", nargs="*", default=list(FORMS))
    parser.add_argument("--raw", nargs="*", default=["text", "typed"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        database = folder / f"export-{options.articles}.db"
        if not database.exists():
            began = time.monotonic()
            _fill(database, options.articles)
            print(f"filled in {time.monotonic() - began:.0f} s")
        size = database.stat().st_size / 1e6
        print(f"{options.articles} articles, database {size:.0f} MB\n")
        print(f"{'what':34} {'rows/s':>8} {'CPU rows/s':>11} {'RSS MB':>7} {'MB':>8}")
        _run_all(database, Path(scratch), options)


def _run_all(database: Path, scratch: Path, options: argparse.Namespace) -> None:
    for kind in options.raw:
        target = scratch / f"raw-{kind}.parquet"
        command = [sys.executable, "-c", RAW, str(database), str(target), kind]
        _measure(f"sqlite3 + pyarrow, JSON as {kind}", command, target, options.articles)
    for form in options.forms:
        target = scratch / f"set-{form}"
        command = [sys.executable, "-m", "crawler.cli", "export", f"{target}/", "--format", form]
        command += ["--include-duplicates", "--database", f"sqlite:///{database}"]
        _measure(f"renmin export DIR/ --format {form}", command, target, options.articles)


def _measure(what: str, command: Sequence[str], target: Path, rows: int) -> None:
    root = str(Path(__file__).parents[1])
    began = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": root}
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, cpu = time.monotonic() - began, usage.ru_utime + usage.ru_stime
    if process.returncode:
        raise SystemExit(f"{what}: exit code {process.returncode}")
    files = target.rglob("*") if target.is_dir() else [target]
    size = sum(path.stat().st_size for path in files if path.is_file()) / 1e6
    rate, cpu_rate, memory = rows / seconds, rows / cpu, usage.ru_maxrss / 1024
    print(f"{what:34} {rate:8.0f} {cpu_rate:11.0f} {memory:7.0f} {size:8.0f}", flush=True)


def _fill(database: Path, count: int) -> None:
    store = open_store(f"sqlite:///{database}")
    stories = _stories()
    insert = sa.insert(article)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        rows = [_row(stories[number % len(stories)], number) for number in numbers]
        with store.writing.begin() as connection:
            connection.execute(insert, rows)
    store.close()


def _stories() -> list[Article]:
    plan = SitePlan(articles=STORIES, seed=1, channels=tuple(load().values()), plain=True)
    return [write(entry, 1).truth for entry in plan.entries()]


def _row(story: Article, number: int) -> dict[str, object]:
    # Text that repeats word for word would flatter a format that packs.
    marked = tuple(f"{text}（{number + at}）" for at, text in enumerate(story.paragraphs))
    item = replace(story, url=f"{story.url}?{number:09}", paragraphs=marked)
    seen = (story.published_at or FIRST) + timedelta(days=1)
    return {
        **as_row(replace(item, fetched_at=seen)),
        "template": story.template or "wb2016",
        "channel": story.channel or "sd",
        "text_hash": f"{number:032x}",
        "extraction": 1,
        "first_seen_at": seen,
        "code_version": "bench",
    }


if __name__ == "__main__":
    main()
