"""A record that is read straight off a row is the record of the article."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import orjson
import pytest
import sqlalchemy as sa

from crawler.clock import SHANGHAI
from crawler.crawl import record
from crawler.dataset import records
from crawler.dataset.record import as_record
from crawler.items import Dateline, Doubt, Photo, Quality, Repair, Verdict
from crawler.store import selection
from crawler.store.articles import By
from crawler.store.selection import Selection, SplitPart
from crawler.store.tables import article as table
from tests.crawl.visits import NOW, article, prose

ALL = Selection(include_duplicates=True)
FULL = {
    "kicker": "肩题",
    "dateline": Dateline(text="人民网济南3月25日电", agency="人民网", place="济南", date="3月25日"),
    "authors": ("王小明", "宋翠"),
    "editors": ("李四",),
    "photos": (
        Photo(url="http://sd.people.com.cn/1.jpg", caption=prose(3), credit="宋翠摄"),
        Photo(caption="没有地址", before_paragraph=1),
    ),
    "charset": Verdict(decided="gb18030", declared_meta="gb2312", why="…", mixed=True),
    "damage": ("mojibake",),
    "repairs": (Repair(rule="utf8-read-as-gbk", count=2, lossless=True),),
    "doubts": (Doubt(field="title", start=0, end=1, text="标", candidates=("栋", "柞")),),
    "quality": Quality(likelihood=-7.25, doubt_share=0.1, lossless=False, hopeless=False),
    "published_precision": "minute",
    "published_from": "stamp",
    "script": "Hans",
}


@pytest.fixture
def kept(any_store):
    """Articles with everything, with nothing, without a date, on a host that is no channel; a copy."""
    items = [
        replace(article(1), **FULL),
        article(2, host="bj.people.com.cn"),
        replace(article(3), published_at=None, node_id=None),
        replace(article(4, host="www.people.com.cn"), channel="www.people.com.cn"),
        replace(article(5), text_is_captions=True),
        replace(article(1, host="gd.people.com.cn"), channel="gd"),
    ]
    with any_store.writing.begin() as connection:
        for item in items:
            found = record.keep(connection, item, NOW, By(None, "1"))
            record.finish(connection, [found])
    return any_store


def both(store, chosen=ALL, part=selection.WHOLE):
    with store.reading.connect() as connection:
        straight = list(records.from_rows(connection, chosen, part))
        around = [(n, as_record(item)) for n, item in selection.select(connection, chosen, part)]
    return straight, around


def test_both_ways_give_the_same_record(kept):
    """Values, their types, and the order of every field, on both databases."""
    straight, around = both(kept)

    assert len(straight) == 6
    assert any(each["duplicate_of"] for _, each in straight)
    assert [(n, orjson.dumps(each)) for n, each in straight] == [
        (n, orjson.dumps(each)) for n, each in around
    ]


def test_what_was_stored_with_fewer_fields_has_all_of_them(kept):
    """An object of an older renmin lacks some; quality may be null."""
    fewer = {"score": 0.5, "decided": "gbk"}
    with kept.writing.begin() as connection:
        connection.execute(sa.update(table).values(charset=fewer, quality=None))

    straight, around = both(kept)

    assert straight == around
    assert [list(each["charset"]) for _, each in straight] == [
        list(each["charset"]) for _, each in around
    ]


@pytest.mark.parametrize("split", ["year", "month", "channel"])
def test_the_parts_are_the_whole(kept, split):
    """Each article is in exactly one part, by its day in Shanghai."""
    with kept.writing.begin() as connection:
        known = connection.execute(sa.text("SELECT id FROM article ORDER BY id")).scalars().all()
    moments = [
        datetime(2025, 12, 31, 23, 59, tzinfo=SHANGHAI),
        datetime(2026, 1, 1, tzinfo=SHANGHAI),
        datetime(2026, 12, 31, tzinfo=SHANGHAI),
    ]
    with kept.writing.begin() as connection:
        for number, moment in zip(known, moments, strict=False):
            change = sa.update(table).where(table.c.id == number).values(published_at=moment)
            connection.execute(change)
    with kept.reading.connect() as connection:
        parts = selection.parts(connection, ALL, split)
        found = {
            part.name: [
                each["published_on"] for _, each in records.from_rows(connection, ALL, part)
            ]
            for part in parts
        }

    assert sum(map(len, found.values())) == 6
    if split != "channel":
        for name, days in found.items():
            assert all((day or "undated").startswith(name) for day in days)
            assert days
    assert SplitPart("2026", "year") in parts or split != "year"
