"""What a morning brings besides ordinary articles: one of everything that the dashboard shows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crawler.items import Fetch
from crawler.site import channels
from crawler.site.urls import classify
from crawler.store import requests, tables
from crawler.store.archive import Archive, Record
from crawler.store.engine import Store
from tests.report.sample import (
    NOW,
    Builder,
    article_row,
    charset_row,
    count_article,
    frontier_row,
    revision_row,
    run_row,
    ticks,
    write_articles,
    write_counts,
)
from tests.web.watched import watch

HOSTILE = "<script>document.title='taken'</script><img src=x onerror=alert(1)>\"'&amp;"


@dataclass(frozen=True)
class Story:
    """Row ids of what was written."""

    live_run: int
    lost_run: int
    repaired: int
    hostile: int
    changed: int
    original: int
    failure: int
    failure_body: str


def tell(store: Store, archive_path: Path, runs: int = 30, articles: int = 400) -> Story:
    """Write ordinary runs, then one of everything."""
    builder = Builder(store)
    builder.runs(runs, articles)
    return Story(**_specials(store, builder, archive_path))


def _specials(store: Store, builder: Builder, archive_path: Path) -> dict[str, Any]:
    with store.writing.begin() as connection:
        lost = _run(connection, run_row(NOW - timedelta(hours=7), ["xj"]))
        began = NOW - timedelta(minutes=18)
        live = _run(
            connection, run_row(began, ["sd", "bj", "gd"], heartbeat_at=NOW - timedelta(seconds=2))
        )
        points = list(ticks(live, began, 300, 36))
        connection.execute(sa.insert(tables.run_tick), points)
        rows = [
            _repaired(builder, live),
            _hostile(builder, live),
            _changed(builder, live),
            _copy(builder, live),
        ]
        _keep_spoilt_page(archive_path, rows[0])
        counts: Counter[tuple[str, str]] = Counter()
        for row in rows:
            count_article(row, counts)
        for channel, name, value in (
            ("sd", "page/list", 120),
            ("bj", "page/list", 90),
            ("gd", "page/list", 60),
            ("sd", "status/200", 120),
            ("bj", "status/200", 90),
            ("gd", "status/200", 60),
            ("sd", "failure/timeout", 7),
            ("bj", "failure/http_404", 3),
            ("sd", "failure/extraction_title", 2),
            ("gd", "time/download_ms", 90_000),
            ("bj", "time/download_ms", 21_000),
            ("sd", "time/download_ms", 18_000),
        ):
            counts[channel, name] += value
        write_articles(connection, rows)
        write_counts(connection, live, counts)
        _older_text(connection, rows[2])
        failure, body = _failure(connection, builder, archive_path)
        _queue(connection, builder, live)
        watch(connection, lost)
    return {
        "live_run": live,
        "lost_run": lost,
        "repaired": rows[0]["id"],
        "hostile": rows[1]["id"],
        "changed": rows[2]["id"],
        "original": rows[3]["duplicate_of_id"],
        "failure": failure,
        "failure_body": body,
    }


def _queue(connection: sa.Connection, builder: Builder, live: int) -> None:
    """Pages that wait, that are due again, and that the live run is fetching; some rows of lists."""
    hour = timedelta(hours=1)
    fresh = {"reason": None, "detail": None, "attempts": 0, "settled_at": None, "due_at": None}
    for number, (channel, state, due) in enumerate(
        [
            *(("sd", "PENDING", None),) * 7,
            *(("bj", "PENDING", None),) * 3,
            *(("sd", "DONE", -hour),) * 2,
            *(("xj", "DONE", -hour),) * 4,
            *(("gd", "DONE", hour),) * 5,
            *(("sd", "LEASED", None),) * 2,
        ]
    ):
        row = frontier_row(900_000 + number, channel, NOW - 5 * hour, "") | fresh
        row |= {"state": state, "due_at": NOW + due if due else None}
        row["leased_by"] = live if state == "LEASED" else None
        connection.execute(sa.insert(tables.frontier), row)
    for number, page in enumerate(channels.load()["sd"].lists[:3]):
        url = classify(page.url).canonical
        row = frontier_row(0, "sd", NOW, "") | fresh
        row |= {"url": url, "fetch_url": url, "kind": "list", "state": "DONE"}
        inserted = sa.insert(tables.frontier).returning(tables.frontier.c.id)
        health = {
            "frontier_id": connection.execute(inserted, row).scalar_one(),
            "looked_at": NOW - hour,
            "status": 200 if number else 404,
            "reason": None if number else "http_404",
            "links": 40 * number,
            "newest_at": NOW - number * 5 * hour,
            "brought_at": NOW - 1000 * hour if number == 2 else NOW - hour,
            "failing_since": None if number else NOW - 80 * hour,
        }
        connection.execute(sa.insert(tables.list_health), health)
    connection.execute(sa.insert(tables.storage_sample), list(_samples()))
    requests.rest(connection, "gz", NOW - 30 * hour)
    requests.ask(connection, requests.RUN, NOW - hour, ["bj", "sd"])
    requests.take(connection, requests.RUN, NOW - hour)
    requests.settle(connection, 1, NOW, "failed", "renmin crawl ended with exit code 3")
    requests.ask(connection, requests.RUN, NOW - timedelta(minutes=1), ["xj"])


def _samples() -> Iterator[dict[str, Any]]:
    """Ten days of growth on a disk that will be full in a fortnight."""
    for days in range(10, -1, -1):
        sizes = {"database": 400, "search_index": 90, "database_unused": 10, "archive": 700}
        sizes |= {"logs": 3, "free:/srv/renmin.db": 2_000 + 150 * days}
        grown = {name: (value - 12 * days) * 1_000_000 for name, value in sizes.items()}
        sizes = grown | {"total:/srv/renmin.db": 50_000_000_000, "logs": 3_000_000}
        for name, value in sizes.items():
            at = NOW - timedelta(days=days)
            yield {"machine": "press-room", "at": at, "name": name, "bytes": max(0, value)}


def _run(connection: sa.Connection, row: dict[str, Any]) -> int:
    found: int = connection.execute(
        sa.insert(tables.run).returning(tables.run.c.id), row
    ).scalar_one()
    return found


def _next(builder: Builder, run_id: int, **more: Any) -> dict[str, Any]:
    builder.number += 1
    row = article_row(builder.number, "sd", NOW - timedelta(minutes=9), run_id) | more
    row["characters"] = sum(map(len, row["paragraphs"]))
    return row


def _repaired(builder: Builder, run_id: int) -> dict[str, Any]:
    doubtful = "镇上的老戏台修好了，乡亲们从四里八村赶来看戏。"
    return _next(
        builder,
        run_id,
        kicker="云溪纪事",
        title="老戏台重新开锣",
        subtitle="——一座山镇的三天三夜",
        paragraphs=[
            f"人民网青石11月20日电 （记者林秋）{doubtful}",
            "修缮用了两年。木匠周师傅说，梁柱换了十一根，雕花一块没动，掉了的漆照老样子补。",
            "开锣那晚下着小雨，没有人走。散场时已近午夜，孩子们还在学台上的念白。",
        ],
        photos=[
            {
                "url": "http://sd.people.com.cn/NMediaFile/2026/1120/a.jpg",
                "caption": "11月18日，云溪镇老戏台前坐满了看戏的人。",
                "credit": "林秋摄",
                "before_paragraph": 1,
            },
            {"url": None, "caption": "木匠在补雕花。", "credit": None, "before_paragraph": 3},
        ],
        charset=charset_row(
            decided="utf-8",
            declared_meta="gb2312",
            agrees=False,
            score=0.97,
            why="valid UTF-8",
            opinion="utf-8",
        ),
        damage=["utf8-read-as-gbk"],
        repairs=[
            {"rule": "utf8-read-as-gbk", "count": 3, "lossless": True},
            {"rule": "mirror-comma", "count": 1, "lossless": False},
        ],
        doubts=[
            {
                "field": "paragraphs",
                "paragraph": 0,
                "start": 25,
                "end": 27,
                "text": "修好",
                "candidates": ["修好", "修妤"],
            },
            {
                "field": "photos",
                "paragraph": 0,
                "start": 13,
                "end": 14,
                "text": "前",
                "candidates": [],
            },
        ],
    )


def _hostile(builder: Builder, run_id: int) -> dict[str, Any]:
    return _next(
        builder,
        run_id,
        title=HOSTILE,
        source="=cmd|'/c calc'!A1",
        paragraphs=[HOSTILE, "javascript:alert(1)"],
        photos=[
            {
                "url": "javascript:alert(1)",
                "caption": HOSTILE,
                "credit": HOSTILE,
                "before_paragraph": 99,
            }
        ],
    )


def _changed(builder: Builder, run_id: int) -> dict[str, Any]:
    return _next(
        builder,
        run_id,
        title="白沙河大桥昨日通车",
        revision=2,
        paragraphs=["白沙河大桥昨日正式通车，全长1280米。", "两岸往来从40分钟缩短到5分钟。"],
    )


def _copy(builder: Builder, run_id: int) -> dict[str, Any]:
    return _next(
        builder,
        run_id,
        title="转载：青石书展",
        paragraphs=["书展今日闭幕。"],
        duplicate_of_id=3,
        relation="reprint",
        similarity=0.97,
    )


def _older_text(connection: sa.Connection, row: dict[str, Any]) -> None:
    old = revision_row(
        row,
        revision=1,
        title="白沙河大桥今日通车",
        paragraphs=["白沙河大桥今日试通车，全长1208米。"],
        fetched_at=NOW - timedelta(days=1),
    )
    connection.execute(sa.insert(tables.revision), old)


def _keep_spoilt_page(archive_path: Path, row: dict[str, Any]) -> None:
    """The bytes of the repaired article: UTF-8 that somebody read as GB18030 and saved again."""
    title, *paragraphs = (spoilt(text) for text in (row["title"], *row["paragraphs"]))
    text = "".join(f"<p>\u3000\u3000{paragraph}</p>" for paragraph in paragraphs)
    body = (
        "<html><head><meta charset='gb2312'></head><body>"
        f"<div class='text_title'><h3>{row['kicker']}</h3><h1>{title}</h1>"
        "<div class='box01'><div class='fl'>2026年11月20日07:20 来源：青石日报</div></div></div>"
        f"<div id='rwb_zw' class='box_con'>{text}</div></body></html>"
    ).encode()
    row["body_sha256"] = keep(archive_path, row["url"], body)


def spoilt(text: str) -> str:
    """``text`` as UTF-8 that was read as GB18030."""
    return text.encode().decode("gb18030", "replace")


def keep(archive_path: Path, url: str, body: bytes) -> str:
    """Put a page into the archive and return its digest."""
    digest = hashlib.sha256(body).hexdigest()
    fetch = Fetch(url=url, status=200, headers={}, body=body, fetched_at=NOW, sha256=digest)
    archive = Archive(archive_path)
    archive.keep([Record(url=url, channel="sd", kind="article", fetches=(fetch,))])
    archive.close()
    return digest


def _failure(connection: sa.Connection, builder: Builder, archive_path: Path) -> tuple[int, str]:
    builder.number += 1
    row = frontier_row(builder.number, "sd", NOW - timedelta(minutes=5), "extraction_title")
    body = f"<html><title>{HOSTILE}</title><body>没有标题的一页</body></html>".encode("gb18030")
    digest = keep(archive_path, row["url"], body)
    inserted = sa.insert(tables.frontier).returning(tables.frontier.c.id)
    return connection.execute(inserted, row).scalar_one(), digest
