"""What a crawl costs: ours, beside a spider that fetches the same pages and does nothing.

    python benchmarks/crawl.py [--articles 1300] [--rounds 3]

Three spiders fetch the same addresses from the same stand-in site, at the same concurrency, each
in a process of its own, in turns; the figure is the process's CPU time, the least of all rounds.

    null    a plain Scrapy spider with an empty callback
    bare    ours without database: fetch, charset, extraction, repair
    full    ours: with frontier, archive, articles, duplicates, full text

Targets: full at most 2.0 times null; store and frontier (full less bare) at most 1.0 ms a page.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, TypeAlias

Page: TypeAlias = tuple[str, str, str]

ROOT = Path(__file__).resolve().parent.parent
SAME = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "LOG_LEVEL": "ERROR",
    "RETRY_ENABLED": False,
    "DOWNLOAD_TIMEOUT": 5,
}


def run_child(kind: str, work: Path, proxy: str) -> float:
    """Run one spider in a process of its own; give its CPU seconds."""
    command = [sys.executable, __file__, "--as", kind, "--work", str(work), "--proxy", proxy]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"the {kind} spider failed")
    return usage.ru_utime + usage.ru_stime


def crawl(kind: str, work: Path, proxy: str) -> None:
    """In the child: crawl."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawler.settings"
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings
    from scrapy.utils.project import get_project_settings

    if kind == "full":
        settings = get_project_settings()
        for old in work.glob("full.*"):
            old.unlink()
        settings["RENMIN_DATABASE"] = f"sqlite:///{work / 'full.db'}"
    elif kind == "bare":
        settings = get_project_settings()
        settings["SCHEDULER"] = "scrapy.core.scheduler.Scheduler"
        del settings["ITEM_PIPELINES"]["pipelines.visits.StorePipeline"]
    else:
        ours = get_project_settings()
        settings = Settings()
        for name in ("CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN", "USER_AGENT"):
            settings[name] = ours[name]
        settings["TELNETCONSOLE_ENABLED"] = settings["REMOTE_CONTROL_ENABLED"] = False
    for name, value in SAME.items():
        settings[name] = value
    settings["RENMIN_PROXY"] = proxy
    process = AsyncCrawlerProcess(settings)
    spider, arguments = _spider(kind, work, proxy)
    process.crawl(spider, **arguments)
    process.start()


def _spider(kind: str, work: Path, proxy: str) -> tuple[Any, dict[str, str]]:
    if kind == "full":
        from spiders.channel import ChannelSpider

        return ChannelSpider, {"channels": "all"}
    pages = [tuple(page) for page in json.loads((work / "pages.json").read_text())]
    return (null_spider(pages, proxy) if kind == "null" else bare_spider(pages)), {}


def null_spider(pages: list[Page], proxy: str) -> Any:
    """A spider that fetches ``pages`` and does nothing."""
    from scrapy import Request, Spider

    class Null(Spider):
        name = "null"

        async def start(self) -> Any:
            for url, _, _ in pages:
                yield Request(url, dont_filter=True, meta={"proxy": proxy})

        def parse(self, response: Any) -> None:
            """Do nothing."""

    return Null


def bare_spider(pages: list[Page]) -> Any:
    """Our spider without its database; further pages of an article are fetched by the spider."""
    from spiders.channel import ChannelSpider

    class Bare(ChannelSpider):
        name = "bare"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, channels="all", **kwargs)
            self.plan = None  # no plan: the extension that opens the store stays off

        async def start(self) -> Any:
            for number, page in enumerate(pages):
                if page[1] != "further":
                    yield self.request_for(lease_of(number, page))

        def _reaches_further(self, _listing: Any) -> bool:
            return False

    return Bare


def lease_of(number: int, page: Page) -> Any:
    """What the frontier would hand out for ``page``."""
    from crawler.store.leases import Lease

    url, kind, channel = page
    never = dict.fromkeys(("etag", "last_modified", "body_sha256"))
    return Lease(
        id=number, url=url, fetch_url=url, kind=kind, channel=channel, host="", attempts=0, **never
    )


def list_pages(work: Path) -> int:
    """Write down which addresses the full crawl fetched, so that the others fetch the same."""
    archive = sqlite3.connect(work / "full.archive.db")
    rows = archive.execute(
        "SELECT fetched_url, CASE WHEN page > 1 THEN 'further' ELSE kind END, channel FROM fetch"
    ).fetchall()
    archive.close()
    (work / "pages.json").write_text(json.dumps(rows))
    return len(rows)


def measure(articles: int, rounds: int) -> None:
    """Print the table."""
    command = [sys.executable, "-m", "crawler.cli", "replica", "--port", "0"]
    site = subprocess.Popen(
        [*command, "--articles", str(articles), "--plain"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert site.stdout is not None
        proxy = next(word for word in site.stdout.readline().split() if word.startswith("http://"))
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            run_child("full", work, proxy)
            pages = list_pages(work)
            best: dict[str, float] = {}
            for _ in range(rounds):
                for kind in ("null", "bare", "full"):
                    seconds = run_child(kind, work, proxy)
                    best[kind] = min(best.get(kind, seconds), seconds)
    finally:
        site.terminate()
        site.wait()
    print(f"{pages} pages, {articles} articles on the stand-in site; CPU, least of {rounds} rounds")
    print(f"{'spider':8} {'CPU s':>7} {'ms/page':>8} {'x null':>7}")
    for kind, seconds in best.items():
        each = seconds / pages * 1000
        print(f"{kind:8} {seconds:7.2f} {each:8.2f} {seconds / best['null']:7.2f}")
    added = (best["full"] - best["bare"]) / pages * 1000
    print(f"store and frontier add {added:.2f} ms a page (target: at most 1.0)")
    print(f"full is {best['full'] / best['null']:.2f} times null (target: at most 2.0)")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--articles", type=int, default=1300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--as", dest="kind", choices=("null", "bare", "full"))
    parser.add_argument("--work", type=Path)
    parser.add_argument("--proxy", default="")
    options = parser.parse_args()
    if options.kind:
        crawl(options.kind, options.work, options.proxy)
    else:
        measure(options.articles, options.rounds)


if __name__ == "__main__":
    main()
