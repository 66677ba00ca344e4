"""An article comes back from the store as it went in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.items import Dateline, Doubt, Photo, Quality, Repair, Verdict
from crawler.store import articles
from crawler.store.articles import By
from crawler.store.selection import Selection, select
from tests.crawl.visits import NOW, article

FULL = article(
    1,
    kicker="肩题",
    first_seen_at=NOW,
    code_version="1",
    published_precision="minute",
    published_from="stamp",
    text_is_captions=False,
    quality=Quality(likelihood=-7.5, doubt_share=0.1, lossless=False, hopeless=False),
    subtitle="副题",
    node_id="166192",
    content_id="40000001",
    source="人民网-山东频道",
    dateline=Dateline(text="人民网济南11月1日电", agency="人民网", place="济南", date="11月1日"),
    authors=("甲", "喆"),
    editors=("乙", "丙"),
    photos=(Photo(url="http://sd.people.com.cn/1.jpg", caption="图", credit="丁摄"),),
    script="Hans",
    charset=Verdict(decided="gb18030", declared_meta="gb2312", agrees=True, score=0.99),
    damage=("gbk-read-as-utf8",),
    repairs=(Repair(rule="redecode", count=3, lossless=True),),
    doubts=(Doubt(field="title", start=0, end=1, text="标", candidates=("标", "票")),),
)


def insert(store, *items):
    with store.writing.begin() as connection:
        return [
            articles.insert(connection, item, text_hash=f"{n}", now=NOW, by=By(None, "1"))
            for n, item in enumerate(items)
        ]


def test_every_field_survives(any_store):
    """What was stored is what is read, value by value."""
    insert(any_store, FULL)

    with any_store.reading.connect() as connection:
        found = articles.find(connection, FULL.url)

    assert found.article == FULL
    assert (found.extraction, found.first_seen_at) == (1, NOW)


def test_an_address_is_stored_once(any_store):
    """A second article at the same address is not inserted."""
    first, second = insert(any_store, FULL, replace(FULL, title="另一个"))

    assert first is not None
    assert second is None


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"channels": ["bj"]}, [3]),
        ({"since": NOW - timedelta(days=5)}, [1, 3]),
        ({"until": NOW - timedelta(days=5)}, [2]),
        ({"since": NOW}, []),
        ({"include_duplicates": True}, [1, 2, 3, 4]),
    ],
)
def test_a_data_set_is_chosen_by_channel_day_and_copies(any_store, query, numbers):
    """Copies are left out unless they are asked for; the order is that of the addresses."""
    ids = insert(
        any_store,
        article(1),
        article(2, published_at=NOW - timedelta(days=9)),
        article(3, host="bj.people.com.cn"),
        article(4),
    )
    with any_store.writing.begin() as connection:
        articles.mark_duplicate(connection, ids[3], ids[0], "reprint", 0.9)

    with any_store.reading.connect() as connection:
        found = [item.url for _, item in select(connection, Selection(**query))]

    wanted = [article(n, host=f"{'bj' if n == 3 else 'sd'}.people.com.cn").url for n in numbers]
    assert found == sorted(wanted)
