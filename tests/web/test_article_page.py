"""An article is laid out without losing or doubling a character."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import Article, Doubt, Photo
from crawler.web import article_page, rendering

DOUBTS = st.builds(Doubt, start=st.integers(-2, 12), end=st.integers(-2, 14), text=st.just("?"))


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=12), st.lists(DOUBTS, max_size=5))
def test_marking_keeps_the_text(text, doubts):
    """Wherever the doubts claim to be, the runs together are the text."""
    assert "".join(run.text for run in article_page.marked(text, doubts)) == text


def test_photos_stand_before_the_paragraph_that_follows_them():
    """A photo at the end comes last, one that claims a place beyond the end too."""
    article = Article(
        url="http://sd.people.com.cn/a",
        paragraphs=("一", "二"),
        photos=tuple(
            Photo(caption=str(place), before_paragraph=place) for place in (0, 2, 1, 99, -5)
        ),
    )

    blocks = article_page.lay_out(article).blocks

    assert ["".join(run.text for run in block.runs) for block in blocks] == [
        "0",
        "-5",
        "一",
        "1",
        "二",
        "2",
        "99",
    ]


def test_a_doubt_is_marked_in_its_own_field():
    """A doubt about the second paragraph does not mark the first."""
    doubt = Doubt(field="paragraphs", paragraph=1, start=0, end=1, text="三")
    article = Article(url="http://sd.people.com.cn/a", paragraphs=("一二", "三四"), doubts=(doubt,))

    first, second = article_page.lay_out(article).blocks

    assert [run.doubt for run in first.runs] == [None]
    assert [(run.text, run.doubt) for run in second.runs] == [("三", doubt), ("四", None)]


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0 B"), (999, "999 B"), (40_000, "40.0 kB"), (3_400_000, "3.4 MB"), (None, "–")],
)
def test_sizes(value, written):
    """Bytes in thousands, with one decimal."""
    assert rendering.size(value) == written


@pytest.mark.parametrize(
    ("hours", "written"),
    [(0.4, "24 min"), (3.84, "3.8 h"), (60, "2 d"), (-1, "0 min"), (None, "–")],
)
def test_ages(hours, written):
    """Minutes, hours or days; the future is now."""
    assert rendering.age({"language": "en"}, hours) == written


@pytest.mark.parametrize(
    ("seconds", "written"), [(7, "0:07"), (123, "2:03"), (3723, "1:02:03"), (None, "–")]
)
def test_durations(seconds, written):
    """Minutes and seconds, hours if there are any."""
    assert rendering.duration(seconds) == written


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("http://a/", True),
        ("HTTPS://a/", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        (" http://a/", False),
        ("//a/", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(address, link):
    """Everything else stays text."""
    assert bool(rendering.web_address(address)) is link


@pytest.mark.parametrize("values", [[0], [0, 0, 0], [1, 5, 2], []])
def test_a_sparkline_is_made_of_numbers_only(values):
    """Any row of numbers gives a drawing, none of them nothing."""
    drawn = str(rendering.sparkline(values))

    assert drawn.startswith("<svg") if values else drawn == ""
    assert "nan" not in drawn
