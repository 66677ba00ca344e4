"""Builds a database of invented articles, as crawls would have left it.

Everything follows from a seed. Counters agree with the rows that they count, so that tests can
hold one against the other; the benchmark of the dashboard uses the same builder with more rows.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from crawler.clock import SHANGHAI
from crawler.store import search, tables
from crawler.store.engine import Store

CHANNELS = ("sd", "bj", "sh", "gd", "xj", "ah")
DESIGNS = ("wb2016", "wbc2020", "wb2010", "text2007", "generic")
REASONS = ("http_404", "http_403", "timeout", "extraction_title", "robots")
DAMAGE = ("utf8-read-as-gbk", "gb2312-strict", "gbk-shifted", "gbk-read-as-latin1")
PLACES = ("青石", "云溪", "白沙", "松林", "长桥", "河湾", "南坡", "柳林")
DEEDS = ("召开会议", "开通新路", "举办书展", "修复古桥", "试种新稻", "迎来客流", "发布规划")
SENTENCES = (
    "记者从当地了解到，这项工作已经持续了三年，参与的居民超过两千人。",
    "会议提出，要把河道治理和村庄整治放在一起考虑，先易后难，分段推进。",
    "“以前下雨天过不了河，现在孩子上学不用绕路了。”住在桥头的老人说。",
    "据介绍，GDP增长之外，当地更看重的是水质、绿地和公共图书馆的数量。",
    "新修的步道全长十二公里，沿途设有九处观景台，预计明年春天全部完工。",
    "专家组在现场查看了土壤样本，认为这一品种适合在坡地推广。",
    "傍晚时分，广场上的灯亮了起来，乐队开始排练，来往的人停下脚步。",
)
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)


class Builder:
    """Writes runs and their articles into an empty store.

    Args:
        store: Opened for writing.
        seed: The same seed gives the same rows.
        now: The moment at which the newest run is under way.
    """

    def __init__(self, store: Store, seed: int = 1, now: datetime = NOW) -> None:
        self.store = store
        self.random = random.Random(seed)
        self.now = now
        self.number = 0

    def runs(
        self, count: int, articles: int, days: int = 30, channels: Sequence[str] = CHANNELS
    ) -> None:
        """Write ``count`` runs with ``articles`` articles in all, spread over ``days``."""
        each, rest = divmod(articles, count)
        for index in range(count):
            back = timedelta(days=days) * (count - index) / count
            self.run(self.now - back, each + (index < rest), channels)

    def run(self, at: datetime, articles: int, channels: Sequence[str] = CHANNELS) -> int:
        """Write one run that ended well and return its id."""
        with self.store.writing.begin() as connection:
            run_id = connection.execute(
                sa.insert(tables.run).returning(tables.run.c.id),
                run_row(at, channels, ended_at=at + timedelta(minutes=20)),
            ).scalar_one()
            counts: Counter[tuple[str, str]] = Counter()
            rows = [self.article(run_id, at, channels, counts) for _ in range(articles)]
            write_articles(connection, rows)
            self._failures(connection, at, channels, counts)
            write_counts(connection, run_id, counts)
            connection.execute(sa.insert(tables.run_tick), list(ticks(run_id, at, articles)))
        return run_id

    def article(
        self, run_id: int, at: datetime, channels: Sequence[str], counts: Counter[tuple[str, str]]
    ) -> dict[str, Any]:
        """One row of ``article``, counted in ``counts``."""
        self.number += 1
        pick = self.random
        channel = pick.choice(channels)
        row = article_row(self.number, channel, at, run_id)
        row["title"] = f"{pick.choice(PLACES)}{pick.choice(DEEDS)}（{self.number}）"
        row["paragraphs"] = [
            "".join(pick.choices(SENTENCES, k=4)) for _ in range(pick.randint(3, 7))
        ]
        row["characters"] = sum(map(len, row["paragraphs"]))
        row["template"] = pick.choices(DESIGNS, (50, 20, 15, 10, 5))[0]
        if pick.random() < 0.04:
            row["damage"] = [pick.choice(DAMAGE)]
            row["repairs"] = [{"rule": row["damage"][0], "count": 3, "lossless": True}]
        if self.number > 20 and pick.random() < 0.1:
            row |= {"duplicate_of_id": pick.randint(1, 10), "relation": "reprint"}
            row["similarity"] = 0.93
        count_article(row, counts)
        return row

    def _failures(
        self,
        connection: sa.Connection,
        at: datetime,
        channels: Sequence[str],
        counts: Counter[tuple[str, str]],
    ) -> None:
        for channel in channels:
            for reason in self.random.sample(REASONS, 2):
                self.number += 1
                counts[channel, f"failure/{reason}"] += 1
                connection.execute(
                    sa.insert(tables.frontier), frontier_row(self.number, channel, at, reason)
                )


def run_row(at: datetime, channels: Sequence[str], **more: Any) -> dict[str, Any]:
    """A row of ``run`` that ended well, unless ``more`` says otherwise."""
    return {
        "command": "crawl",
        "version": "0.1.0",
        "machine": "press-room",
        "pid": 4711,
        "channels": list(channels),
        "settings": {"DOWNLOAD_DELAY": 1.5},
        "started_at": at,
        "heartbeat_at": more.get("ended_at") or at,
        "ended_at": None,
        "finish_reason": "finished" if more.get("ended_at") else None,
        "exit_code": 0 if more.get("ended_at") else None,
    } | more


def article_row(number: int, channel: str, at: datetime, run_id: int) -> dict[str, Any]:
    """A clean row of ``article`` with the id ``number``."""
    content = 40_000_000 + number
    day = at.strftime("%Y/%m%d")
    url = f"http://{channel}.people.com.cn/n2/{day}/c100001-{content}.html"
    return {
        "id": number,
        "url": url,
        "fetched_url": url,
        "channel": channel,
        "node_id": "100001",
        "content_id": str(content),
        "title": "",
        "kicker": None,
        "subtitle": None,
        "source": "青石日报",
        "published_at": at - timedelta(minutes=number % 600),
        "dateline": None,
        "authors": ["林秋"],
        "editors": ["周禾", "沈岚"],
        "paragraphs": [],
        "photos": [],
        "script": "Hans",
        "template": "wb2016",
        "charset": charset_row(),
        "damage": [],
        "repairs": [],
        "doubts": [],
        "duplicate_of_id": None,
        "relation": None,
        "similarity": None,
        "revision": 1,
        "extraction": 1,
        "fetched_at": at,
        "first_seen_at": at,
        "body_sha256": hashlib.sha256(url.encode()).hexdigest(),
        "text_hash": f"{number:032x}",
        "characters": 0,
        "first_run_id": run_id,
        "run_id": run_id,
    }


def charset_row(**more: Any) -> dict[str, Any]:
    """A verdict as it is stored."""
    return {
        "decided": "gb18030",
        "declared_header": None,
        "declared_meta": "gb2312",
        "agrees": True,
        "score": 0.99,
        "why": "reads as Chinese in gb18030",
        "opinion": None,
        "mixed": False,
    } | more


def frontier_row(number: int, channel: str, at: datetime, reason: str) -> dict[str, Any]:
    """A row of ``frontier`` that failed for good."""
    url = f"http://{channel}.people.com.cn/n2/{at:%Y/%m%d}/c100001-{50_000_000 + number}.html"
    return {
        "url": url,
        "fetch_url": url,
        "kind": "article",
        "channel": channel,
        "host": f"{channel}.people.com.cn",
        "state": "FAILED",
        "priority": 0,
        "attempts": 3,
        "reason": reason,
        "detail": f"{reason}: the page gave nothing",
        "found_at": at,
        "settled_at": at + timedelta(minutes=5),
    }


def count_article(row: dict[str, Any], counts: Counter[tuple[str, str]]) -> None:
    """Count one new article as a crawl does."""
    names = ["article/new", "page/article", "status/200", f"template/{row['template']}"]
    names += ["field/title", "field/source", f"charset/{row['charset']['decided']}"]
    names += [f"damage/{kind}" for kind in row["damage"]]
    names += [f"repair/{repair['rule']}" for repair in row["repairs"]]
    names += ["article/repaired"] * bool(row["repairs"])
    if row["duplicate_of_id"]:
        names += ["article/duplicate", f"duplicate/{row['relation']}"]
    for name in names:
        counts[row["channel"], name] += 1
    counts[row["channel"], "bytes/fetched"] += 40_000
    counts[row["channel"], "time/download_ms"] += 180


def write_articles(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Store ``rows`` with their first revision, findable by their words."""
    if not rows:
        return
    connection.execute(sa.insert(tables.article), rows)
    connection.execute(sa.insert(tables.revision), [revision_row(row) for row in rows])
    for row in rows:
        search.index_articles(connection, [search.IndexEntry(row["id"], *search.searchable(row))])


def revision_row(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The revision that an article row stands for."""
    names = ("title", "paragraphs", "photos", "body_sha256", "fetched_at", "revision", "extraction")
    values = {name: row[name] for name in names}
    return values | {"article_id": row["id"], "code_version": "0.1.0"} | more


def write_counts(connection: sa.Connection, run_id: int, counts: Counter[tuple[str, str]]) -> None:
    """Store the counters of a run."""
    rows = [
        {"run_id": run_id, "channel": channel, "name": name, "value": value}
        for (channel, name), value in counts.items()
    ]
    if rows:
        connection.execute(sa.insert(tables.run_counter), rows)


def ticks(run_id: int, at: datetime, pages: int, count: int = 40) -> Iterator[dict[str, Any]]:
    """The curve of a run: a point every thirty seconds."""
    for index in range(count):
        share = (index + 1) / count
        yield {
            "run_id": run_id,
            "at": at + timedelta(seconds=30 * index),
            "pages": int(pages * share),
            "articles": int(pages * share * 0.9),
            "failures": int(pages * share * 0.02),
            "bytes": int(40_000 * pages * share),
            "queue": int(pages * (1 - share)),
        }
