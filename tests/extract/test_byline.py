"""Datelines, authors and editors, from the tables of tests/cases/."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.byline import find_dateline, read_authors, read_dateline, read_editors
from crawler.extract.names import names_in, rejoined
from crawler.extract.parse import parse_article
from tests.extract.cases import cases

TEXT = st.text(
    alphabet="人民网新华社济南青岛记者通讯员责编电讯日月12（）()、，。：: 　余萍洪兵曹梦雅張記者攝摄A·",
    max_size=80,
)


@pytest.mark.parametrize("case", cases("byline-datelines"), ids=lambda case: case["note"])
def test_dateline_is_told_from_a_sentence(case):
    """A dateline gives its text, agency, place and date; a sentence that resembles one gives none."""
    found = read_dateline(case["line"])

    if case["text"] is None:
        assert found is None
    else:
        dateline, end = found
        parts = (dateline.text, dateline.agency, dateline.place, dateline.date)
        assert parts == (case["text"], case["agency"], case["place"], case["date"])
        assert case["text"] in case["line"][:end]


@pytest.mark.parametrize("case", cases("byline-authors"), ids=lambda case: case["note"])
def test_authors_are_read_where_a_byline_stands(case):
    """The names of a byline are found, and nothing else is taken for one."""
    assert list(read_authors(case["paragraphs"])) == case["authors"]


@pytest.mark.parametrize("case", cases("byline-editors"), ids=lambda case: case["note"])
def test_editors_are_read_off_their_line(case):
    """Editors are read with nested brackets, in both scripts and widths."""
    assert list(read_editors([case["line"]])) == case["editors"]


def test_dateline_may_stand_in_the_third_paragraph():
    """A kicker and a heading above the first sentence do not hide the dateline."""
    dateline, rest = find_dateline(["春天", "题记", "人民网讯 春天来了"])

    assert (dateline.text, rest) == ("人民网讯", " 春天来了")


def test_wide_gap_parts_spread_out_names():
    """Two full-width spaces part names whose characters one space spreads out."""
    assert names_in("本报记者　江　野　　罗　小　满", trusted=True) == ("江野", "罗小满")


def test_names_that_can_be_parted_in_several_ways_are_marked():
    """They stay as printed, and the article says what they may be instead."""
    html = "<div class=rm_txt><h1>花</h1><div class=rm_txt_con><p>人民网讯（记者高华明方文）花开了。</p>"
    article = parse_article(html, "http://sd.people.com.cn/n2/2026/0212/c1-41500648.html").article

    assert article.authors == ("高华明方文",)
    marked = [(d.field, d.paragraph, d.candidates) for d in article.doubts if d.reason == "names"]
    assert marked == [("authors", 0, ("高华、明方文", "高华明、方文"))]


def test_five_lone_characters_are_no_name():
    """Characters that can be cut into names in several ways give none."""
    assert rejoined(list("方恬何石头")) == []


@given(TEXT)
@settings(max_examples=150, deadline=None)
def test_bylines_never_raise_and_names_are_names(text):
    """Any text is read without an error, and no name holds a bracket or a separator."""
    read_dateline(text)

    names = read_authors([text]) + read_editors([text]) + names_in(text, trusted=True)

    assert not any(set(name) & set("（）()、，。：:　") for name in names)
