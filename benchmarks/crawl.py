"""What a crawl costs, rung by rung: from a bare client to ours whole.

    python benchmarks/crawl.py [--articles 1300] [--rounds 3] [--only whole]

Each rung fetches the same addresses from the same stand-in site, 32 requests at a time and one at a
time of each host, in a process of its own, in turns. The figure is processor time a page, the least
of all rounds, start-up included and told apart: a run that fetches nothing.

    client   sockets alone: ask, read the head and as many bytes as it says
    empty    Scrapy with our settings and middlewares, and an empty callback
    read     ours without store: charset, extraction, repair
    whole    ours: with frontier, archive, articles, duplicates, full text

Requests and connections are those of the site's own access log. Target: whole at most 3.0 ms above empty.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Page: TypeAlias = tuple[str, str, str]

ROOT = Path(__file__).resolve().parent.parent
RUNGS = ("client", "empty", "read", "whole")
TARGET = 3.0
AT_ONCE = 32
# A proxy that refuses every connection.
NOBODY = "http://127.0.0.1:9"
SAME = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "LOG_LEVEL": "ERROR",
    "RETRY_ENABLED": False,
    "DOWNLOAD_TIMEOUT": 30,
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run: processor seconds, MiB at the peak, requests and connections that the site saw."""

    seconds: float
    peak: float
    requests: int
    connections: int


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the runs take place."""

    work: Path
    proxy: str
    log: Path


def run_child(rung: str, bench: Bench, *, nothing: bool = False) -> Cost:
    """Run one rung in a process of its own."""
    seen = bench.log.stat().st_size
    command = [sys.executable, __file__, "--as", rung, "--work", str(bench.work)]
    command += ["--proxy", bench.proxy, *(["--nothing"] if nothing else [])]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"the rung {rung} failed")
    with bench.log.open("rb") as file:
        file.seek(seen)
        lines = [json.loads(line) for line in file]
    return Cost(
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        len(lines),
        len({line["connection"] for line in lines}),
    )


def crawl(rung: str, work: Path, proxy: str, *, nothing: bool) -> None:
    """In the child: fetch."""
    pages: list[Page] = []
    if rung != "whole" and not nothing:
        pages = [tuple(page) for page in json.loads((work / "pages.json").read_text())]
    if rung == "client":
        asyncio.run(fetch_all(pages, proxy))
        return
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawler.settings"
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.utils.project import get_project_settings

    settings = get_project_settings()
    for name, value in SAME.items():
        settings[name] = value
    settings["RENMIN_PROXY"] = NOBODY if nothing else proxy
    if rung == "whole":
        for old in work.glob("whole.*"):
            old.unlink()
        settings["RENMIN_DATABASE"] = f"sqlite:///{work / 'whole.db'}"
    else:
        settings["SCHEDULER"] = "scrapy.core.scheduler.Scheduler"
        settings["ITEM_PIPELINES"] = {"pipelines.visits.ValidatePipeline": 200}
        for ours in ("crawler.hooks.crawling.Crawling", "crawler.hooks.progress.Progressing"):
            settings["EXTENSIONS"][ours] = None
    process = AsyncCrawlerProcess(settings)
    spider, arguments = _spider(rung, pages)
    process.crawl(spider, **arguments)
    process.start()


async def fetch_all(pages: list[Page], proxy: str) -> None:
    """The bare client: connections are kept, one request at a time of each host."""
    site = urlsplit(proxy)
    by_host: dict[str, list[str]] = {}
    for url, _, _ in pages:
        by_host.setdefault(urlsplit(url).netloc, []).append(url)
    free = asyncio.Semaphore(AT_ONCE)

    async def of_host(host: str, urls: list[str]) -> None:
        async with free:
            reader, writer = await asyncio.open_connection(site.hostname, site.port)
            for url in [f"http://{host}/robots.txt", *urls]:
                writer.write(f"GET {url} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length:")[2].partition(b"\r")[0]
                await reader.readexactly(int(length or 0))
            writer.close()

    await asyncio.gather(*(of_host(host, urls) for host, urls in by_host.items()))


def _spider(rung: str, pages: list[Page]) -> tuple[Any, dict[str, str]]:
    from spiders.channel import ChannelSpider

    if rung == "whole":
        return ChannelSpider, {"channels": "all"}
    return (empty_spider(pages) if rung == "empty" else read_spider(pages)), {}


def empty_spider(pages: list[Page]) -> Any:
    """A spider that fetches ``pages`` and does nothing."""
    from scrapy import Request, Spider

    class Empty(Spider):
        name = "empty"

        async def start(self) -> Any:
            for url, _, _ in pages:
                yield Request(url, dont_filter=True)

        def parse(self, response: Any) -> None:
            """Do nothing."""

    return Empty


def read_spider(pages: list[Page]) -> Any:
    """Our spider without its database; further pages of an article are fetched by the spider."""
    from spiders.channel import ChannelSpider

    class Read(ChannelSpider):
        name = "read"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, channels="all", **kwargs)

        async def start(self) -> Any:
            for number, page in enumerate(pages):
                if page[1] != "further":
                    yield self.request_for(lease_of(number, page))

        def parse(self, response: Any) -> None:
            """Sitemaps that robots.txt names are among the pages already."""

    return Read


def lease_of(number: int, page: Page) -> Any:
    """What the frontier would hand out for ``page``."""
    from crawler.store.leases import Lease

    url, kind, channel = page
    never = dict.fromkeys(("etag", "last_modified", "body_sha256"))
    return Lease(
        id=number, url=url, fetch_url=url, kind=kind, channel=channel, host="", attempts=0, **never
    )


def list_pages(work: Path) -> int:
    """Write down which addresses the whole crawl fetched, so that the others fetch the same."""
    archive = sqlite3.connect(work / "whole.archive.db")
    rows = archive.execute(
        "SELECT fetched_url, CASE WHEN page > 1 THEN 'further' ELSE kind END, channel FROM fetch"
    ).fetchall()
    archive.close()
    (work / "pages.json").write_text(json.dumps(rows))
    return len(rows)


def measure(articles: int, rounds: int, only: str) -> int:
    """Print the table; 1 if the target is missed."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        log = work / "access.jsonl"
        command = [sys.executable, "-m", "crawler.cli", "replica", "--port", "0", "--plain"]
        site = subprocess.Popen(
            [*command, "--articles", str(articles), "--access-log", str(log)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        try:
            assert site.stdout is not None
            words = site.stdout.readline().split()
            bench = Bench(work, next(word for word in words if word.startswith("http://")), log)
            run_child("whole", bench)
            pages = list_pages(work)
            rungs = [rung for rung in RUNGS if only in ("", rung)]
            begun = {rung: run_child(rung, bench, nothing=True) for rung in rungs}
            costs: dict[str, list[Cost]] = {rung: [] for rung in rungs}
            for _ in range(rounds):
                for rung in rungs:
                    costs[rung].append(run_child(rung, bench))
        finally:
            site.terminate()
            site.wait()
    return report(pages, begun, costs)


def report(pages: int, begun: dict[str, Cost], costs: dict[str, list[Cost]]) -> int:
    """Print what was measured."""
    print(f"{pages} pages; processor time, least of {len(next(iter(costs.values())))} rounds")
    heads = ("ms/page", "above", "start s", "peak MiB", "requests", "connections")
    print(f"{'rung':8}" + "".join(f"{head:>12}" for head in heads))
    each: dict[str, float] = {}
    before = 0.0
    for rung, found in costs.items():
        best = min(found, key=lambda cost: cost.seconds)
        start = begun[rung].seconds
        each[rung] = (best.seconds - start) / best.requests * 1000
        print(
            f"{rung:8}{each[rung]:12.2f}{each[rung] - before:12.2f}{start:12.2f}"
            f"{max(cost.peak for cost in found):12.0f}{best.requests:12}{best.connections:12}"
        )
        before = each[rung]
    if not {"empty", "whole"} <= each.keys():
        return 0
    above = each["whole"] - each["empty"]
    print(f"whole is {above:.2f} ms a page above empty (target: at most {TARGET})")
    return int(above > TARGET)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--articles", type=int, default=1300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help=f"one rung: {', '.join(RUNGS)}")
    parser.add_argument("--as", dest="rung", choices=RUNGS)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--proxy", default="")
    parser.add_argument("--nothing", action="store_true")
    options = parser.parse_args()
    if options.rung:
        crawl(options.rung, options.work, options.proxy, nothing=options.nothing)
    else:
        sys.exit(measure(options.articles, options.rounds, options.only))


if __name__ == "__main__":
    main()
