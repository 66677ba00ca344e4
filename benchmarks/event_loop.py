"""How long the worst page keeps a crawl's event loop, while the other hosts are crawled.

    python benchmarks/event_loop.py [--articles 400] [--each 2] [--seconds 5] [--explain]

A stand-in site is crawled by a process of its own. Some articles of one channel are replaced by
hostile pages of 0.05 to 8 MB, and by pages of garbled text; all others are ordinary. On the crawl's
loop a heart beats every five milliseconds; a gap is what lies between two beats beyond that, by the
wall clock, which a busy machine lengthens, and by the processor time of the loop's own thread,
which it does not. Prints what became of the bad pages, and how the other hosts fared.

Target: no gap over 50 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import itertools
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from crawler.replica import Site
from crawler.replica.answer import Response, page
from crawler.replica.proxy import in_thread
from crawler.site.urls import classify

ROOT = Path(__file__).resolve().parent.parent
TARGET = 0.05
BEAT = 0.005
HOSTILE, OTHERS = "sd", ("bj", "gd")
MEGABYTE = 1 << 20
_SENTENCE = "山东各地秋收过半，晾晒场上一片金黄，合作社的烘干机昼夜不停。"
_GARBLED = (_SENTENCE * 3).encode().decode("gb18030", "replace")


def article(text: str) -> bytes:
    """A page of a known design with this text."""
    return (
        '<html><head><meta charset="utf-8"><title>秋收过半--山东频道</title></head><body>'
        '<div class="layout rm_txt cf"><div class="col col-1"><h1>秋收过半</h1>'
        '<div class="channel cf"><div class="col-1-1">2026年10月04日08:23 | 来源：人民网</div></div>'
        f'<div class="rm_txt_con cf"><p>　　{_SENTENCE}</p>{text}<p>　　{_SENTENCE}尾</p>'
        '<div class="edit cf">(责编：丁若水)</div></div></div></div></body></html>'
    ).encode()


def filled(piece: str, size: int) -> bytes:
    """A page of about ``size`` bytes that repeats a piece."""
    return article(piece * (size // len(piece.encode())))


BAD: dict[str, Callable[[], bytes]] = {
    "paragraphs, 8 MB": lambda: filled("<p>字</p>", 8 * MEGABYTE - 2_000),
    "paragraphs, 300 kB": lambda: filled("<p>字字字字字字字</p>", 300_000),
    "paragraphs, 70 kB": lambda: filled("<p>字</p>", 70_000),
    "line breaks, 8 MB": lambda: filled("字<br>", 8 * MEGABYTE - 2_000),
    "line breaks, 40 kB": lambda: filled("字<br>", 40_000),
    "open tags, 8 MB": lambda: filled("<p><b>", 8 * MEGABYTE - 2_000),
    "open tags, 79 kB": lambda: filled("<p><b>", 79_000),
    "plain text, 8 MB": lambda: filled("字", 8 * MEGABYTE - 2_000),
    "sentences, 5 MB": lambda: filled(_SENTENCE, 5 * MEGABYTE),
    "images, 8 MB": lambda: filled("<img src=a.jpg>", 8 * MEGABYTE - 2_000),
    "images, 79 kB": lambda: filled("<img src=a.jpg>", 79_000),
    "editors' lines, 8 MB": lambda: filled("<p>（责编：丁若水）</p>", 8 * MEGABYTE - 2_000),
    "attributes, 400 kB": lambda: article(
        f"<p {' '.join(f'a{n}=b' for n in range(50_000))}>字</p>"
    ),
    "attributes, 70 kB": lambda: article(f"<p {' '.join(f'a{n}' for n in range(10_000))}>字</p>"),
    "quoted attributes, 70 kB": lambda: article(
        "<p " + " ".join(f'a{n}=">"' for n in range(7_000)) + ">字</p>"
    ),
    "empty tags, 1 MB": lambda: filled("<b/>", MEGABYTE),
    "UTF-7, 2 MB": lambda: filled("+TgBOAE4BTgE-", 2 * MEGABYTE),
    "UTF-7, 20 kB": lambda: filled("+TgBOAE4BTgE-", 20_000),
    "random bytes, 70 kB": lambda: b"<html><p>" + os.urandom(70_000) + b"</html>",
    "random bytes, 8 MB": lambda: b"<html><p>" + os.urandom(8 * MEGABYTE - 100) + b"</html>",
    "two charsets, 70 kB": lambda: (
        b"<html>"
        + b"".join(_SENTENCE.encode("gbk" if n % 2 else "utf-8") + b"\n" for n in range(900))
        + b"</html>"
    ),
    "unknown design, 60 kB": lambda: filled(f"<p>{_SENTENCE}</p>", 60_000).replace(
        b"rm_txt", b"other"
    ),
    "garbled, 3 paragraphs": lambda: article(f"<p>{_GARBLED}</p>" * 3),
    "garbled, 30 paragraphs": lambda: article(f"<p>{_GARBLED}</p>" * 30),
    "garbled, one line of 60 kB": lambda: filled(_GARBLED, 60_000),
}


@dataclass
class Watched:
    """The stand-in site with the bad pages in it; notes when which host was asked."""

    site: Site
    bad: dict[str, bytes]
    asked: dict[str, list[float]] = field(default_factory=dict)

    def respond(self, method: str, url: str, headers: Any) -> Response:
        """Answer, and remember."""
        address = classify(url)
        self.asked.setdefault(address.host, []).append(time.monotonic())
        body = self.bad.get(address.canonical)
        return page(body) if body is not None else self.site.respond(method, url, headers)


def crawl(database: str, proxy: str, seconds: float, beats: Path, *, explain: bool) -> None:
    """In the child: crawl, and let the heart beat on the loop."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawler.settings"
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.utils.project import get_project_settings

    from spiders.channel import ChannelSpider

    class Heart:
        """Beats while the spider is open."""

        def __init__(self, crawler: Any) -> None:
            self.gaps: list[tuple[float, float]] = []
            crawler.signals.connect(self.opened, signals.spider_opened)
            crawler.signals.connect(self.closed, signals.spider_closed)

        @classmethod
        def from_crawler(cls, crawler: Any) -> Heart:
            return cls(crawler)

        def opened(self) -> None:
            self.task = asyncio.get_running_loop().create_task(self.beat())

        async def beat(self) -> None:
            while True:
                if explain:  # a stack when the next beat is late, also in the midst of C
                    faulthandler.dump_traceback_later(3 * TARGET)
                wall, own = time.monotonic(), time.thread_time()
                await asyncio.sleep(BEAT)
                self.gaps.append((time.monotonic() - wall - BEAT, time.thread_time() - own))

        def closed(self) -> None:
            self.task.cancel()
            faulthandler.cancel_dump_traceback_later()
            beats.write_text(json.dumps(self.gaps))

    settings = get_project_settings()
    settings["RENMIN_DATABASE"], settings["RENMIN_PROXY"] = database, proxy
    settings["RENMIN_PAGE_SECONDS"] = seconds
    settings["DOWNLOAD_DELAY"], settings["AUTOTHROTTLE_ENABLED"] = 0, False
    settings["LOG_LEVEL"] = "ERROR"
    settings["EXTENSIONS"][Heart] = 900
    process = AsyncCrawlerProcess(settings)
    process.crawl(ChannelSpider, channels=",".join((HOSTILE, *OTHERS)))
    process.start()


def measure(articles: int, each: int, seconds: float, *, explain: bool) -> int:
    """Print the table; 1 if the target is missed."""
    site = Site(articles=articles, seed=4, plain=True, channels=[HOSTILE, *OTHERS])
    victims = [
        row["url"]
        for row in site.rows()
        if row["kind"] == "article" and classify(row["url"]).channel == HOSTILE
    ]
    kinds = [name for name in BAD for _ in range(each)]
    if len(victims) < len(kinds):
        sys.exit(f"too few articles: {len(victims)} of {HOSTILE} for {len(kinds)} bad pages")
    chosen = dict(zip(victims, kinds, strict=False))
    watched = Watched(site, {url: BAD[kind]() for url, kind in chosen.items()})
    with tempfile.TemporaryDirectory() as folder, in_thread(watched) as port:  # type: ignore[arg-type]
        work = Path(folder)
        began = time.monotonic()
        command = [sys.executable, __file__, "--as", "crawl", "--work", folder]
        command += ["--proxy", f"http://127.0.0.1:{port}", "--seconds", str(seconds)]
        command += ["--explain"] * explain
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
        took = time.monotonic() - began
        gaps = json.loads((work / "beats.json").read_text())
        outcomes = outcomes_of(work / "renmin.db")
    return report(watched, chosen, outcomes, gaps, took)


def outcomes_of(database: Path) -> dict[str, str]:
    """What became of each page, by address."""
    connection = sqlite3.connect(database)
    rows = connection.execute(
        "SELECT url, CASE WHEN state = 'DONE' THEN 'stored' ELSE coalesce(reason, state) END FROM frontier"
    ).fetchall()
    connection.close()
    return dict(rows)


def report(
    watched: Watched,
    chosen: dict[str, str],
    outcomes: dict[str, str],
    gaps: list[tuple[float, float]],
    took: float,
) -> int:
    """Print what was measured."""
    ended: dict[str, Counter[str]] = {}
    for url, kind in chosen.items():
        ended.setdefault(kind, Counter())[outcomes.get(url, "never met")] += 1
    for kind, counts in ended.items():
        print(f"{kind:28} {', '.join(f'{reason} {n}' for reason, n in counts.items())}")
    others = Counter(
        outcomes[url] for url in outcomes if url not in chosen and classify(url).kind == "article"
    )
    print(f"ordinary articles: {', '.join(f'{name} {n}' for name, n in others.items())}")
    for host, times in sorted(watched.asked.items()):
        longest = max((b - a for a, b in itertools.pairwise(times)), default=0.0)
        print(f"{host:20} {len(times):5} requests, longest pause {longest:.2f} s")
    wall, own = (sorted(column) for column in zip(*gaps, strict=True))
    print(
        f"{len(gaps)} beats in {took:.0f} s; gap of the loop in ms, wall clock / own processor time:"
    )
    for name, place in (("median", 0.5), ("99 %", 0.99), ("99.9 %", 0.999), ("worst", 1.0)):
        at = min(len(wall) - 1, int(place * len(wall)))
        print(f"  {name:8} {wall[at] * 1000:7.1f} {own[at] * 1000:7.1f}")
    held = own[-1] <= TARGET
    print(f"target {TARGET * 1000:.0f} ms: {'held' if held else 'missed'} by processor time,")
    print(f"  {'held' if wall[-1] <= TARGET else 'missed'} by the wall clock")
    return int(not held)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5.0, help="that one page may take")
    parser.add_argument("--explain", action="store_true", help="show where the loop is when late")
    parser.add_argument("--as", dest="role", choices=("crawl",))
    parser.add_argument("--work", type=Path)
    parser.add_argument("--proxy", default="")
    options = parser.parse_args()
    if options.role:
        database = f"sqlite:///{options.work / 'renmin.db'}"
        crawl(
            database,
            options.proxy,
            options.seconds,
            options.work / "beats.json",
            explain=options.explain,
        )
    else:
        sys.exit(measure(options.articles, options.each, options.seconds, explain=options.explain))


if __name__ == "__main__":
    main()
