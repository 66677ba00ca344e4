"""Rules of :mod:`crawler.text.charset.text_runs`, :mod:`crawler.text.charset.utf16` and :mod:`crawler.text.chinese.characters`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.charset.text_runs import sample, sample_lines, without_code
from crawler.text.charset.utf16 import by_mark, by_nuls, without_marks
from crawler.text.chinese.characters import NOTHING, measure

HANZI = "晒谷场".encode("gb18030")


@pytest.mark.parametrize(
    ("page", "left"),
    [
        (b"a<script>b</script>c", b"a</script>c"),
        (b"a<SCRIPT src=x>b</Script >c<style>d</style>e", b"a</Script >c</style>e"),
        (b"a<script>b", b"a"),
        (b"a</script>b", b"a</script>b"),
        (b"a", b"a"),
    ],
)
def test_code_is_cut_out(page, left):
    """Scripts and style sheets go, in any case; an unclosed one goes to the end."""
    assert without_code(page) == left


def test_sample_comes_from_head_middle_and_end():
    """Each third of the page gives its share, however long the page is."""
    page = b"".join(b"<p>%s</p>" % (mark + HANZI * 400) for mark in (b"\xb0", b"\xb1", b"\xb2"))

    taken = sample(page)

    assert len(taken) <= 3002
    assert [run[:1] for run in taken.split(b"<")] == [b"\xb0", b"\xb1", b"\xb2"]


def test_text_behind_markup_is_sampled():
    """Markup of any length before the text does not use up the sample."""
    assert HANZI in sample(b"<a href=x>more</a>" * 5000 + HANZI)


def test_lines_keep_the_words_around_the_accents():
    """Where the language is asked for, the ASCII of the line is there too."""
    assert sample_lines(b"<p>un caf\xe9 noir</p><p>plain</p>") == b"un caf\xe9 noir"


@given(st.binary(max_size=500))
@settings(max_examples=200, deadline=None)
def test_sample_is_bounded_and_holds_bytes_of_the_page(page):
    """No page makes the sample raise, and nothing is in it that the page does not have."""
    taken = sample(page)

    assert len(taken) <= len(page) + 2
    assert all(run in page for run in taken.split(b"<"))


@pytest.mark.parametrize(
    ("body", "codec"),
    [
        (b"\xef\xbb\xbfabc", "utf-8"),
        (b"\xff\xfea\0", "utf-16-le"),
        (b"\xfe\xff\0a", "utf-16-be"),
        (b"\xff\xfe\0\0a\0\0\0", "utf-32-le"),
        (b"abc", None),
        (b"", None),
    ],
)
def test_byte_order_mark_is_read_and_dropped(body, codec):
    """Each mark names its codec; that of UTF-32 is not taken for that of UTF-16."""
    assert by_mark(body) == codec
    assert codec is None or without_marks(body, codec).decode(codec) in ("a", "abc")


@pytest.mark.parametrize(
    "data", [b"\0" * 40, b"a\0\0a" * 20, b"GIF89a\0\x01\0\x02\0\x01\0", b"abc"]
)
def test_nuls_of_other_files_are_no_utf_16(data):
    """NULs on both places, or control characters between them, show no text."""
    assert by_nuls(data) is None


@pytest.mark.parametrize("text", ["", "abc, 123", "“”，。！？", "２０２６　"])
def test_marks_and_ascii_say_nothing(text):
    """Punctuation stands at the same place in all East Asian codecs, so it is not counted."""
    assert measure(text) is NOTHING


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("人民日报记者", "赵祎李喆"),
        ("赵祎李喆", "浜烘皯鏃ユ姤"),
        ("記者從會議上獲悉", "癘癟癡癢癤"),
        ("记者在现场", "记者\ufffd\ufffd场"),
    ],
)
def test_news_outweighs_names_and_names_outweigh_garble(better, worse):
    """The weight orders texts by how much they read as Chinese."""
    assert measure(better).weight > measure(worse).weight
