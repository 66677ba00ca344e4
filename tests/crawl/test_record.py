"""Copies are marked and never deleted; the original is decided again when an earlier one arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crawler.crawl import record
from crawler.items import Doubt
from crawler.store import articles, revisions
from crawler.store.articles import By
from tests.crawl.visits import NOW, article, prose

TEXT = (prose(1), prose(2), prose(3))
LATE, EARLY = NOW - timedelta(hours=1), NOW - timedelta(days=2)


def keep(store, *items):
    """Store articles in this order, each in a transaction of its own."""
    for item in items:
        with store.writing.begin() as connection:
            record.finish(connection, [record.keep(connection, item, NOW, By(None, "1"))])


def pairs(store) -> dict[str, tuple[str, str]]:
    """Copy -> original and relation, by the part of the address before the first dot."""
    query = "SELECT url, duplicate_of, relation FROM duplicate_pairs"
    with store.reading.connect() as connection:
        found = connection.execute(sa.text(query))
        return {host(url): (host(original), relation) for url, original, relation in found}


def host(url: str) -> str:
    return url.split("/")[2].split(".")[0]


def on(name: str, number: int, *text: str, at=LATE, domain=".people.com.cn", **fields):
    """An article of another host."""
    fields = {"published_at": at, **fields}
    return article(number, *(text or TEXT), host=name + domain, **fields)


def test_a_reprint_is_marked(any_store):
    """The later of two articles with one text is the copy."""
    keep(any_store, on("sd", 1, at=EARLY), on("bj", 2, at=LATE))

    assert pairs(any_store) == {"bj": ("sd", "same_text")}


def test_an_earlier_original_takes_over(any_store):
    """When the first to be printed arrives last, every copy points to it."""
    keep(any_store, on("sd", 1, at=LATE), on("bj", 2, at=LATE), on("ah", 3, at=EARLY))

    found = pairs(any_store)

    assert set(found) == {"sd", "bj"}
    assert {original for original, _ in found.values()} == {"ah"}


def test_a_mirror_is_never_the_original(any_store):
    """A copy on another host is the copy, however early it was seen."""
    mirror = on("www", 2, at=EARLY, domain=".garden.example", channel="www.garden.example")

    keep(any_store, mirror, on("sd", 1, at=LATE))

    assert pairs(any_store) == {"www": ("sd", "mirror")}


@pytest.mark.parametrize("mirror_first", [False, True])
def test_the_original_settles_a_mirrors_doubts(any_store, mirror_first):
    """What was inferred and agrees with the original is verified and no longer in doubt."""
    original = on("sd", 1, at=EARLY)
    wrong = "某" + TEXT[0][1:]
    doubt = Doubt(
        field="paragraphs", paragraph=0, start=0, end=1, text="某", candidates=(TEXT[0][0],)
    )
    mirror = on("www", 2, wrong, *TEXT[1:], domain=".garden.example", channel="www.garden.example")
    mirror = replace(mirror, damage=("mirror-pinyin",), doubts=(doubt,))

    keep(any_store, *((mirror, original) if mirror_first else (original, mirror)))

    with any_store.reading.connect() as connection:
        stored = articles.find(connection, mirror.url)
        text = revisions.all_of(connection, stored.id)[-1]["paragraphs"]
    assert stored.article.paragraphs == TEXT
    assert tuple(text) == TEXT
    assert stored.article.doubts == ()
    rules = {repair.rule: repair.count for repair in stored.article.repairs}
    assert rules == {"mirror-verified": sum(map(len, TEXT))}


def test_forecasts_are_no_copies(any_store):
    """Articles of one form with other numbers stay apart."""
    form = (
        "今天白天到夜间，济南晴，最高气温{}度，最低气温{}度，南风{}级；青岛多云，最高气温{}度。" * 4
    )

    keep(
        any_store,
        *(on("sd", n, form.format(*range(n, n + 16)), title="天气预报") for n in (1, 30, 60)),
    )

    assert pairs(any_store) == {}


def test_a_text_of_a_few_words_needs_title_and_day(any_store):
    """Two short notes are the same only if headline and day agree too."""
    note = "详情请看本网明日的报道。"

    keep(
        any_store,
        on("sd", 1, note, title="通知"),
        on("bj", 2, note, title="公告"),
        on("ah", 3, note, title="通知", at=LATE + timedelta(minutes=1)),
    )

    assert set(pairs(any_store)) == {"ah"}
