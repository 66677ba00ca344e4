"""Gaps between what two texts share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.compare import Text
from crawler.dedup.differences import Gaps, gaps

LINE = "昨日任命张建国同志为东山市水利局党组书记并主持全面工作"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (LINE, 0),
        (LINE.replace("张建国", "李伟"), 1),
        (LINE.replace("昨日任命", "李伟卸去"), 1),  # at the beginning
        (LINE.replace("党组", "党"), 0),  # a letter is missing
        (LINE.replace("张建国", "张建军"), 0),  # a letter is wrong
        (LINE.replace("水利局", "水利局的全体干部职工大会上宣布的新的一任"), 0),  # more was said
        (LINE.replace("张建国", "李伟") + "长江大桥", 1),
    ],
)
def test_word_for_another_word_is_told_from_damage(other, words):
    """Only a gap with two letters or more on both sides, few the same, is another word."""
    found = gaps(Text.of(LINE), Text.of(other))

    assert (found.words, found.repeated, found.numbers) == (words, 0, 0)


def test_name_exchanged_twice_is_counted_as_repeated():
    """The same name for the same other name, twice: only another notice does that."""
    one = "省委批准张建国任东山市委书记宣布大会随后举行会上张建国作了表态发言"

    found = gaps(Text.of(one), Text.of(one.replace("张建国", "李伟")))

    assert found == Gaps(all=2, words=2, repeated=2, numbers=0, strange=3)


def test_number_among_exchanged_words_is_counted():
    """A town and a day that changed together are another number."""
    one = "记者从青岭市自来水公司获悉12日起停水请居民储水"

    found = gaps(Text.of(one), Text.of(one.replace("获悉12", "了解到25")))

    assert found.numbers == 1


@given(st.text(alphabet="甲乙丙丁戊1", max_size=120), st.text(alphabet="甲乙丙丁戊1", max_size=120))
def test_any_two_texts_can_be_lined_up(one, other):
    """No two texts raise, and there are never more words than gaps."""
    found = gaps(Text.of(one), Text.of(other))

    assert 0 <= found.repeated <= found.words <= found.words + found.numbers <= found.all
