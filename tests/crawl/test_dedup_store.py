"""The duplicates of a whole store do not depend on the order in which its articles came."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from crawler.crawl import dedup_store as dedup_store_module
from crawler.crawl import record
from crawler.crawl.dedup_store import are_of_today, dedup_store, see_to_sketches, sketch_again
from crawler.dedup.sketch import pack
from crawler.store import fingerprints
from crawler.store.articles import By
from crawler.store.tables import fingerprint
from tests.crawl.visits import NOW, article, prose

TEXT = (prose(1), prose(2), prose(3), prose(4))
HOSTS = ("sd", "bj", "sh", "tj", "cq", "gd", "zj")
OLD = NOW - timedelta(days=900)


def articles():
    def at(number, *text, day=NOW):
        return article(number, *text, host=f"{HOSTS[number]}.people.com.cn", published_at=day)

    return [
        at(0, *TEXT, day=OLD),
        at(1, *TEXT),
        at(2, *TEXT[:3], day=NOW - timedelta(days=400)),  # another quarter, not to the letter
        at(3, *TEXT[2:]),
        at(4),
        at(5, "短讯一则", day=OLD),
        at(6, "短讯一则", day=NOW),
    ]


def marks(store):
    query = "SELECT url, duplicate_of, relation, similarity FROM duplicate_pairs ORDER BY url"
    with store.reading.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


@pytest.mark.parametrize("seed", range(3))
def test_the_verdict_is_one(any_store, seed):
    """Whatever the order, and across quarters; a second pass changes nothing."""
    items = articles()
    Random(seed).shuffle(items)
    for item in items:
        with any_store.writing.begin() as connection:
            record.finish(connection, [record.keep(connection, item, NOW, By(None, "1"))])

    done = dedup_store(any_store)
    again = dedup_store(any_store)

    found = {
        url.split(".")[0][7:]: (of.split(".")[0][7:], rel) for url, of, rel, _ in marks(any_store)
    }
    assert found == {
        "bj": ("sd", "same_text"),
        "sh": ("sd", "excerpt"),
        "tj": ("sd", "excerpt"),
    }
    assert (done.articles, done.copies) == (7, 3)
    assert (again.marked, again.moved, again.freed) == (0, 0, 0)


def test_a_mark_that_does_not_hold_is_taken_away(store):
    """What the texts do not say is not kept."""
    with store.writing.begin() as connection:
        kept = [record.keep(connection, article(n), NOW, By(None, "1")) for n in (1, 2)]
        record.finish(connection, kept)
        connection.execute(
            sa.text("UPDATE article SET duplicate_of_id = 1, relation = 'reprint' WHERE id = 2")
        )

    done = dedup_store(store)

    assert done.freed == 1
    assert marks(store) == []


def test_a_sketch_of_other_rules_is_noticed_and_made_anew(any_store, monkeypatch):
    """Until then the doctor and each crawl say so; afterwards copies are found as ever."""
    items = articles()
    for item in items:
        with any_store.writing.begin() as connection:
            record.finish(connection, [record.keep(connection, item, NOW, By(None, "1"))])
    with any_store.writing.begin() as connection:
        first = (are_of_today(connection), see_to_sketches(connection))
        before = connection.scalars(sa.select(fingerprint.c.key).order_by(fingerprint.c.key)).all()
    monkeypatch.setattr(dedup_store_module, "SKETCH_VERSION", "c2")
    monkeypatch.setattr(record, "pack", lambda key, number, quarter: pack(key ^ 1, number, quarter))

    with any_store.writing.begin() as connection:
        then = (are_of_today(connection), see_to_sketches(connection))
    made = sketch_again(any_store)
    with any_store.writing.begin() as connection:
        now = (are_of_today(connection), see_to_sketches(connection))
        after = connection.scalars(sa.select(fingerprint.c.key).order_by(fingerprint.c.key)).all()

    assert (first, then, now) == ((True, True), (False, False), (True, True))
    assert made == len(items)
    assert len(after) == len(before) > 0
    assert set(after).isdisjoint(before)


def test_a_new_store_notes_the_sketches_of_today(any_store, monkeypatch):
    """One with articles and without a note was written before there were notes."""
    monkeypatch.setattr(dedup_store_module, "SKETCH_VERSION", "c2")
    with any_store.writing.begin() as connection:
        assert see_to_sketches(connection)
        assert fingerprints.version(connection) == "c2"
