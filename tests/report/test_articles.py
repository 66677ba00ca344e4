"""Two texts are set side by side without losing a character."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.report import articles as differences
from crawler.report.articles import changed_only, compare

TEXTS = st.lists(st.text(max_size=30), max_size=6)


def read(lines, side):
    return [
        "".join(piece.text for piece in getattr(line, side))
        for line in lines
        if getattr(line, side)
    ]


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("会议今日召开", "会议昨日召开", ["今"], ["昨"]),
        ("全长1208米", "全长1280米", ["1208"], ["1280"]),  # a number is one word
        ("GDP增长", "gdp增长", ["GDP"], ["gdp"]),
        ("甲", "", ["甲"], []),
        ("", "乙", [], ["乙"]),
    ],
)
def test_what_differs_is_told_word_by_word(before, after, gone, new):
    """A hanzi is a word, a number or a Latin word is one."""
    (line,) = compare([before], [after])

    assert [piece.text for piece in line.before if piece.kind == "gone"] == gone
    assert [piece.text for piece in line.after if piece.kind == "new"] == new


def test_equal_paragraphs_are_not_changed():
    """Only what differs is shown, wherever it stands."""
    lines = compare(["一", "二", "三"], ["一", "新", "三"])

    assert [line.changed for line in lines] == [False, True, False]
    assert len(changed_only(lines)) == 1


@settings(max_examples=80, deadline=None)
@given(TEXTS, TEXTS)
def test_both_sides_read_as_they_were(before, after):
    """The pieces of a side are its text, whatever the other side is."""
    lines = compare(before, after)

    assert read(lines, "before") == [text for text in before if text]
    assert read(lines, "after") == [text for text in after if text]


@settings(max_examples=30, deadline=None)
@given(TEXTS)
def test_a_text_does_not_differ_from_itself(texts):
    """Nothing is changed between a text and itself."""
    assert not changed_only(compare(texts, texts))


def test_texts_too_long_for_words_are_compared_by_sentences(monkeypatch):
    """The work is bounded: long paragraphs by sentences, longer ones as a whole."""
    monkeypatch.setattr(differences, "MOST_PRODUCT", 40)
    before, after = "一二三四五。六七八九十。", "一二三四五。六七八九拾。"

    (by_sentence,) = compare([before], [after])
    monkeypatch.setattr(differences, "MOST_PRODUCT", 1)
    (as_whole,) = compare([before], [after])

    assert [piece.text for piece in by_sentence.before] == ["一二三四五。", "六七八九十。"]
    assert [piece.text for piece in as_whole.before] == [before]
