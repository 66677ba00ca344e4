"""What a text is made of is counted as the codecs would count it, one character at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.chinese.characters import FREQUENT, NOTHING, measure
from crawler.text.tables import BIG5_LEVEL_1, GB2312_LEVEL_1


def ordinary(character):
    """Whether a character is of the first level of GB 2312, and of Big5."""
    return [
        character.encode(codec, "ignore")[:1] in {bytes((lead,)) for lead in leads}
        for codec, leads in (("gb2312", GB2312_LEVEL_1), ("big5", BIG5_LEVEL_1))
    ]


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1))
def test_hanzi_are_counted_by_their_codes(text):
    """All hanzi count; an ordinary one has a code of the first level."""
    shares = measure(text)
    both = [sum(column) for column in zip(*map(ordinary, text), strict=True)]

    assert shares.characters == len(text)
    assert shares.ordinary == max(both) / len(text)
    assert shares.frequent == sum(character in FREQUENT for character in text) / len(text)


@pytest.mark.parametrize("text", ["", "a 1", "§", "，。“”…—", "ＡＢ１２：", "　"])
def test_what_all_codecs_share_is_not_counted(text):
    """ASCII and marks say nothing of a reading."""
    assert measure(text) == NOTHING


@pytest.mark.parametrize(
    ("text", "characters", "bad"), [("花\ufffd", 2, 0.5), ("😀花", 2, 0.0), ("𠂇", 1, 0.0)]
)
def test_each_character_counts_once(text, characters, bad):
    """Also one of two code units; a lost one is bad."""
    assert (measure(text).characters, measure(text).bad) == (characters, bad)
