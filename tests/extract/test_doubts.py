"""A page that may be misread says so, and a sound one does not."""

import pytest

from crawler.extract.pages import join
from crawler.extract.parse import parse_article
from tests.extract.dress import (
    DESIGNS,
    IMAGE,
    OTHERS,
    URL,
    A,
    B,
    C,
    D,
    centred,
    gallery,
    paragraphs,
    wb2013,
    wb2016,
    wbc2020,
)

TITLE = "湖边的灯--山东频道--人民网"


def doubts(html, title=TITLE, url=URL):
    page = parse_article(
        f"<html><head><title>{title}</title></head><body>{html}</body></html>", url
    )
    return [(doubt.field, doubt.reason) for doubt in join([page]).doubts]


@pytest.mark.parametrize("design", [*DESIGNS, *OTHERS])
def test_sound_page_has_no_doubt(design):
    """Text, photo and title as they should be."""
    assert doubts(design(paragraphs(A, B, C, D) + centred(IMAGE))) == []


@pytest.mark.parametrize(
    "text", ["<p>直播已经结束，回放稍后奉上</p>", "<p>湖边的街坊说，灯是今年新添的，老人们</p>"]
)
@pytest.mark.parametrize("design", DESIGNS)
def test_text_that_is_too_short_for_an_article_is_in_doubt(design, text):
    """A line or two without an end are no report."""
    assert doubts(design(text)) == [("paragraphs", "text_short")]


def test_text_of_which_most_was_left_out_is_in_doubt():
    """The box says much more than was read: a class that is furniture held the article."""
    kept, left_out = paragraphs(C, D), paragraphs(A, B, C, D) * 2

    assert doubts(wbc2020(f'{kept}<div class="share">{left_out}</div>')) == [
        ("paragraphs", "text_short")
    ]
    assert doubts(wbc2020(f'{kept}<div class="share">{paragraphs(A)}</div>')) == []


@pytest.mark.parametrize("text", ["<p>桥通车了。</p>", f"{IMAGE}<p>湖边的灯。</p>"])
def test_photo_story_and_page_of_a_series_may_be_short(text):
    """A description of a photo is short, and one page of several may be."""
    further = '<a href="/n2/2024/0212/c364532-41500648-2.html">下一页</a>'

    assert doubts(gallery(text)) == []
    assert doubts(wbc2020(text + further)) == []


@pytest.mark.parametrize("design", [wbc2020, wb2016, wb2013])
def test_text_that_was_cut_from_its_box_is_read_on_and_in_doubt(design):
    """A stray end tag closes the box; the page bar behind a box is no text of it."""
    html = design(f"{paragraphs(A, B)}</div>{paragraphs(C, D)}")
    page = parse_article(f"<html><body>{html}</body></html>", URL)

    assert page.article.paragraphs == (A, B, C, D)
    assert [doubt.reason for doubt in page.article.doubts] == ["text_cut"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("村口的桥修好了--山东频道--人民网", [("title", "title_unlike")]),
        ("湖边老街添了新灯--山东频道--人民网", []),  # the same matter in other words
        ("山东频道--人民网", []),  # the name of the channel
        ("", []),
        ("&#28246;&#36793;&#30340;&#28783;", []),
    ],
)
def test_headline_that_the_title_does_not_share_is_in_doubt(title, expected):
    """The title says what the page is about; a headline of something else is not the article's."""
    assert doubts(wbc2020(paragraphs(A, B, C, D)), title) == expected
