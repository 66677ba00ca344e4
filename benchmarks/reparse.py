"""How much faster two cores read the archive again than one.

    python benchmarks/reparse.py [--articles 2000] [--rounds 3]

A stand-in site is crawled once; then its archive is read again with one process and with two, in
turns. Each figure is the best of all rounds, in articles a second of wall-clock time: a machine
that does something else at the same time shows less. What it would show if it did nothing else is
bounded by the CPU time that both ways take together, in milliseconds an article.

Target: two cores at least 1.8 times one.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from crawler.config import load
from crawler.crawl.reparse import reparse
from crawler.replica import Site
from crawler.replica.proxy import in_thread
from crawler.store.engine import open_store

ROOT = Path(__file__).resolve().parent.parent
TARGET = 1.8


def crawl(database: str, articles: int) -> None:
    """Fill a database and its archive from a site of plain articles."""
    with in_thread(Site(articles=articles, seed=1, plain=True)) as port:
        command = [sys.executable, "-m", "crawler.cli", "crawl", "--all", "--database", database]
        command += ["--proxy", f"http://127.0.0.1:{port}"]
        for setting in ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "LOG_LEVEL=ERROR"):
            command += ["-s", setting]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=ROOT)


def cpu_seconds() -> float:
    """CPU time of this process and of the helpers that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure(database: str, processes: int) -> tuple[float, float]:
    """Articles a second, the start of the helpers included, and CPU milliseconds an article."""
    store = open_store(database, create=False)
    began = cpu_seconds()
    result = reparse(store, load(database=database).archive_path, processes=processes)
    spent = cpu_seconds() - began
    store.close()
    if result.changed or result.errors:
        sys.exit(f"the same code read otherwise: {result}")
    return result.pages / result.seconds, 1000 * spent / result.pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/renmin.db"
        crawl(database, options.articles)
        rounds: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
        for _ in range(options.rounds):
            for processes, figures in rounds.items():
                figures.append(measure(database, processes))
    best = {n: (max(r for r, _ in each), min(c for _, c in each)) for n, each in rounds.items()}
    print(f"{'processes':>9} {'articles/s':>11} {'ratio':>6} {'CPU ms':>7}")
    for processes, (figure, cpu) in best.items():
        print(f"{processes:>9} {figure:>11.0f} {figure / best[1][0]:>6.2f} {cpu:>7.2f}")
    verdict = "reached" if best[2][0] >= TARGET * best[1][0] else "missed"
    print(
        f"target {TARGET:.1f}: {verdict}; by CPU time {2 * best[1][1] / best[2][1]:.2f} can be had"
    )


if __name__ == "__main__":
    main()
