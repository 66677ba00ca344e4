"""What is forgotten is gone from every place, and does not come back by any way."""

from __future__ import annotations

import pytest

from crawler.crawl import record
from crawler.crawl.record import forget
from crawler.dataset.formats import named
from crawler.dataset.records import records
from crawler.dataset.request import ExportRequest
from crawler.store import articles, frontier, search
from crawler.store.archive import Archive, Record
from crawler.store.articles import By
from crawler.store.selection import Selection
from tests.crawl.visits import NOW, article, fetch, html_of, link, prose, url_of

BY = By(None, "1")
SECRET = "青岛先生旧案"
TEXT = (prose(1), prose(2), prose(3))


def keep(store, *items):
    with store.writing.begin() as connection:
        kept = [record.keep(connection, item, NOW, BY) for item in items]
        record.finish(connection, kept)
    return kept


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "renmin.archive.db"
    opened = Archive(path)
    for number in (1, 2):
        url = url_of(number)
        body = html_of(SECRET if number == 1 else "别的", [prose(number)])
        visit = Record(url=url, channel="sd", kind="article", fetches=(fetch(url, body),))
        opened.keep([visit])
    opened.close()
    return path


def test_nothing_of_it_is_left(store, archive, tmp_path):
    """Not a row, not a word of the index, not a body, not a byte in the files."""
    with store.writing.begin() as connection:
        frontier.add(connection, [link(1), link(2)], NOW, url_of(1))
    keep(store, article(1, title=SECRET), article(2))
    keep(store, article(1, prose(9), title=f"{SECRET}（更正）"))

    done = forget(store, archive, [url_of(1)], "asked")
    store.close()

    assert (done.articles, done.bodies) == (1, 1)
    data = b"".join(path.read_bytes() for path in tmp_path.glob("renmin*"))
    assert SECRET.encode() not in data
    assert url_of(1).encode() not in data
    assert url_of(2).encode() in data


def test_it_does_not_come_back(any_store, tmp_path):
    """Neither by the crawl's queue, nor as an article or another reading, nor in an export."""
    keep(any_store, article(1), article(2))
    forget(any_store, tmp_path / "none.db", [url_of(1)], "asked")

    with any_store.writing.begin() as connection:
        assert frontier.add(connection, [link(1), link(3)], NOW, None) == 1
        assert record.keep_reading(connection, article(1), NOW, BY) is None
        articles.insert(connection, article(1), text_hash="", now=NOW, by=BY)
    assert keep(any_store, article(1)) == [None]
    request = ExportRequest(selection=Selection(), form=named("jsonl"))
    with any_store.reading.connect() as connection:
        found = [each["url"] for _, each in records(connection, request)]
        grave = frontier.find_removed(connection, url_of(1))
    assert found == [url_of(2)]
    assert grave.reason == "asked"


def test_copies_get_their_next_original(any_store, tmp_path):
    """The earliest of them; one that has nothing in common with it stands for itself."""
    text = (prose(1), prose(2), prose(3), prose(4))
    keep(
        any_store,
        article(1, *text, published_at=NOW.replace(hour=1)),
        article(2, *text, host="bj.people.com.cn", published_at=NOW.replace(hour=2)),
        article(3, *text[:2], host="sh.people.com.cn", published_at=NOW.replace(hour=3)),
        article(4, *text[2:], host="tj.people.com.cn", published_at=NOW.replace(hour=4)),
    )

    done = forget(any_store, tmp_path / "none.db", [url_of(1)], "asked")

    with any_store.reading.connect() as connection:
        marks = {
            n: articles.find(connection, url_of(n, host)).article.duplicate_of
            for n, host in enumerate(
                ("bj.people.com.cn", "sh.people.com.cn", "tj.people.com.cn"), 2
            )
        }
    assert done.copies == 3
    second = url_of(2, "bj.people.com.cn")
    assert marks == {2: None, 3: second, 4: second}


def test_words_of_others_are_still_found(any_store, tmp_path):
    """The index holds what is left, and nothing of what went."""
    keep(any_store, article(1, title=SECRET), article(2, title="青岛的别的事"))

    forget(any_store, tmp_path / "none.db", [url_of(1)], "asked")

    with any_store.reading.connect() as connection:
        assert search.search(connection, "旧案").total == 0
        assert search.search(connection, "青岛").total == 1


def test_an_unknown_address_is_refused_for_good_too(store, tmp_path):
    """Nothing was there, and nothing will be."""
    done = forget(store, tmp_path / "none.db", [url_of(7)], "asked")

    assert done.unknown == (url_of(7),)
    assert keep(store, article(7)) == [None]
