"""The words of an article are found, on SQLite as on PostgreSQL."""

from __future__ import annotations

import tempfile

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.store import search
from crawler.store.engine import open_store
from tests.report.sample import NOW, article_row


def put(connection, number, title, paragraphs, days=0):
    row = article_row(number, "sd", NOW, None) | {"title": title, "paragraphs": paragraphs}
    connection.execute(sa.insert(search.article), row)
    search.index_articles(connection, [search.IndexEntry(number, *search.searchable(row))])


@pytest.fixture
def store(any_store):
    with any_store.writing.begin() as connection:
        put(connection, 1, "青石召开会议", ["河道治理要先易后难。", "GDP不是全部。"])
        put(connection, 2, "书展开幕", ["两千人到场；会，议而不决。", "雲溪的會議改期。"])
        put(connection, 3, "长篇", ["的" * 5000 + "末尾有云彩", "开头"])
    return any_store


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("会议", {1, 2}),  # also across punctuation, and as it is written in Taiwan
        ("會議", {1, 2}),
        ("治理", {1}),
        ("会议 gdp", {1}),
        ("ＧＤＰ", set()),
        ("末尾有云彩", {3}),
        ("云彩 开头", {3}),
        ("没有的词", set()),
        ("", set()),
        ("，。", set()),
        ('" OR ( NEAR * - :', set()),
    ],
)
def test_every_word_of_the_query_must_stand_in_the_article(store, query, found):
    """A word of two characters is found wherever it stands; all words must be there."""
    with store.reading.connect() as connection:
        hits = search.search(connection, query)

    assert set(hits.articles) == found
    assert hits.total == len(found)


def test_an_article_is_found_by_its_present_text_only(store):
    """Indexing again replaces what was there."""
    with store.writing.begin() as connection:
        search.index_articles(connection, [search.IndexEntry(1, "改过的标题", "全文已换")])

    with store.reading.connect() as connection:
        assert search.search(connection, "河道").articles == ()
        assert search.search(connection, "已换").articles == (1,)


def test_a_slice_is_given_with_the_total(store):
    """Limit and offset cut the answer, the total stays."""
    with store.reading.connect() as connection:
        hits = search.search(connection, "会议", limit=1, offset=1)

    assert len(hits.articles) == 1
    assert hits.total == 2


def test_more_hits_than_anybody_reads_are_capped(store, monkeypatch):
    """The total stops at the cap and says so."""
    monkeypatch.setattr(search, "MOST_HITS", 1)

    with store.reading.connect() as connection:
        hits = search.search(connection, "会议")

    assert (len(hits.articles), hits.total, hits.capped) == (1, 1, True)


def test_the_index_can_be_made_anew(store):
    """A rebuilt index finds what the old one found."""
    with store.writing.begin() as connection:
        count = search.rebuild(connection)

    with store.reading.connect() as connection:
        assert count == 3
        assert set(search.search(connection, "会议").articles) == {1, 2}


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_query_is_read(query):
    """No query raises, and what it is read as is bounded."""
    terms = search.parse(query)

    assert len(terms) <= search.MOST_TERMS
    assert all(0 < len(one) <= search.LONGEST_TERM for term in terms for one in term)


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_any_title_is_found_by_itself(title):
    """Whatever is written in a title, searching for it finds it, or it holds nothing to find."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/a.db")
        with store.writing.begin() as connection:
            put(connection, 1, title, [])

            found = search.search(connection, title).articles

        store.close()
    assert found == ((1,) if search.parse(title) else ())
