"""A part of a page is read as the whole page would be, and never holds less of the article."""

from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import ExtractionError
from crawler.extract import designs
from crawler.extract.parse import parse_article
from crawler.extract.parts import Part, find_part, names_editors
from tests.extract.dress import DESIGNS, IMAGE, OTHERS, URL, A, B, C, D, centred, paragraphs

NAVIGATION = "<ul>" + '<li><a href="/GB/1/index.html">频道</a></li>' * 3 + "</ul>"
PAGES = [
    f"<html><head><title>湖边的灯--人民网</title></head><body>{NAVIGATION}{design(text)}{NAVIGATION}</body></html>"
    for design in (*DESIGNS, *OTHERS)
    for text in (paragraphs(A, B, C, D), f"　　{A}<br><br>{centred(IMAGE)}　　{B}<br><br>　　{C}")
]
TEXTS = (A, B, C, D)
# Whatever opens, closes or hides, and the marks by which designs are told.
PIECES = [
    "</div>", "<div>", "</p>", "<!--", "-->", "<script>", "</script>", "<style>", "</style>", "<textarea>", "</textarea>", "<table><tr><td>", "</td>",
    "</table>", "<a href=x>", "</a>", "<font>", "</font>", "<center>", "</center>", '"', "'", "<", ">", "</body>", "</html>", "<h1>别的</h1>", "<select>",
    "<title>", "<iframe>", "<object>", "<noscript>", '<div class="rm_txt">', '<div class="rm_txt_con">', '<div class="text_c">', '<div class="text_title">',
    '<div class="box_con">', '<div class="content">', '<div class="box_text">', '<div id="p_content">', '<td class="ftitle">', '<div class="edit">(责编：甲乙)</div>', "(责编：甲乙)",
]  # fmt: skip
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "cut", "end"]),
        st.integers(0, 99).map(lambda hundredth: hundredth / 100),
        st.sampled_from([*PIECES, "</div>", "</div>", "<!--"]),
    ),
    min_size=1,
    max_size=4,
)


@contextmanager
def whole_pages():
    """Read whole pages: no design has a part."""
    whole = tuple(replace(design, part=None) for design in designs.DESIGNS)
    with mock.patch.object(designs, "DESIGNS", whole):
        yield


def read(html):
    try:
        return parse_article(html, URL).article
    except ExtractionError:
        return None


def edited(html, edits):
    for kind, place, piece in edits:
        at = int(place * len(html))
        if kind == "put":
            html = html[:at] + piece + html[at:]
        elif kind == "cut":
            html = html[:at] + html[at + len(piece) :]
        elif place > 0.5:
            html = html[:at]
    return html


@pytest.mark.parametrize("html", PAGES)
def test_part_is_read_as_the_whole_page(html):
    """On a sound page the part gives the same article."""
    article = read(html)

    with whole_pages():
        assert read(html) == article


def lost(html):
    """The article's texts that the whole page gives and its part does not."""
    with whole_pages():
        whole = read(html)
    article = read(html)
    found = "".join(whole.paragraphs) if whole else ""
    text = "".join(article.paragraphs) if article else ""
    return [line for line in TEXTS if line in found and line not in text]


@pytest.mark.parametrize("html", PAGES)
def test_no_piece_of_markup_between_two_paragraphs_costs_text(html):
    """Whatever tag stands in the text, its part loses nothing."""
    for text in filter(html.__contains__, TEXTS):
        at = html.index(text)
        for piece in (*PIECES, "</div></div>", "</div></div></div>"):
            assert lost(html[:at] + piece + html[at:]) == [], piece


@settings(max_examples=80, deadline=None)
@given(html=st.sampled_from(PAGES), edits=EDITS)
def test_part_of_a_broken_page_loses_no_text(html, edits):
    """Whatever is broken anywhere, text that the whole page gives is not lost in its part."""
    assert lost(edited(html, edits)) == []


BOX = '<div class="rm_txt"><div><p>花</p></div><p>(责编：甲)</p></div>'


@pytest.mark.parametrize(
    ("html", "part"),
    [
        (f"<ul></ul>{BOX}<p>别的</p>", BOX),
        (f"<!-- 旧 -->{BOX}<div></div>", BOX),
        ("<p>rm_txt</p><DIV ID=rm_txt>花(责编：甲)</DIV>", "<DIV ID=rm_txt>花(责编：甲)</DIV>"),
        (f"<!-- {BOX} -->", None),  # in a comment
        (f"<script>x='{BOX}'</script>", None),
        (BOX.removesuffix("</div>"), None),  # its end is not to be found
        (BOX.replace("责编", "某"), None),  # cut off before its editors, perhaps
        ('<div class="rm_txt_con">花(责编：甲)</div>', None),  # another name
    ],
)  # fmt: skip
def test_part_is_a_box_whose_end_is_known(html, part):
    """A part is a whole box with its editors; anything else is a case for the whole page."""
    span = find_part(html, Part("rm_txt"))

    found = html[slice(*span)] if span else None
    assert (found if found and names_editors(found) else None) == part
