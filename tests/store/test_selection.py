"""What a data set holds is chosen alike on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crawler.clock import SHANGHAI
from crawler.crawl import record
from crawler.store.articles import By
from crawler.store.selection import Selection, SplitPart, copies_left_out, parts, select, urls
from tests.crawl.visits import NOW, article, prose, url_of

NEW_YEAR = datetime(2026, 1, 1, 0, 30, tzinfo=SHANGHAI)  # in UTC it is still the old year


@pytest.fixture
def filled(any_store):
    items = [
        article(1, published_at=NEW_YEAR),
        article(2, host="bj.people.com.cn", published_at=NEW_YEAR - timedelta(days=40)),
        article(3, published_at=None),
        article(4, prose(1), prose(1_000_001), published_at=NEW_YEAR + timedelta(days=1)),
    ]
    with any_store.writing.begin() as connection:
        record.finish(connection, [record.keep(connection, x, NOW, By(None, "1")) for x in items])
    return any_store


@pytest.mark.parametrize(
    ("split", "names"),
    [
        ("year", ["2025", "2026", "undated"]),
        ("month", ["2025-11", "2026-01", "undated"]),
        ("channel", ["bj", "sd"]),
        (None, [""]),
    ],
)
def test_parts_are_those_of_china(filled, split, names):
    """The parts together hold every article once; a year begins at midnight in Shanghai."""
    with filled.reading.connect() as connection:
        found = parts(connection, Selection(), split)
        held = [item.url for part in found for _, item in select(connection, Selection(), part)]

    assert [part.name for part in found] == names
    assert sorted(held) == sorted([url_of(1), url_of(2, "bj.people.com.cn"), url_of(3)])


def test_copies_are_counted_and_can_be_asked_for(filled):
    """What is left out is known, in the same bounds."""
    every = Selection(include_duplicates=True)
    with filled.reading.connect() as connection:
        left_out = [copies_left_out(connection, s) for s in (Selection(), every)]
        count = len(list(urls(connection, every)))
        part = [item.url for _, item in select(connection, every, SplitPart("2026", "year"))]

    assert (left_out, count) == ([1, 0], 4)
    assert part == [url_of(1), url_of(4)]
