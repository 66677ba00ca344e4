"""Numbers and the places where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.compare import NumberCheck, check_numbers, number_places, shared_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("济南3月25日电", ["3月25"]),
        ("十二月三十一日", ["十二月三十一"]),
        ("第十四届第三次会议", ["十四", "三"]),
        ("一些人统一了", []),
        ("投资三百二十万元占12", ["三百二十万", "12"]),
        ("", []),
    ],
)
def test_numbers_are_recognised(text, numbers):
    """Digits, days, ordinals and written-out numbers count; a lone 一 in a word does not."""
    found = [number for held in number_places(text).values() for number in held]

    assert found == numbers


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("最高气温23度左右", "最高气温23度左右", NumberCheck(1, 0, 0, 0)),
        ("最高气温23度左右", "最高气温25度左右", NumberCheck(0, 1, 0, 0)),
        ("临河3月25日电", "临河3月26日电", NumberCheck(0, 1, 0, 1)),
        ("应到代表298名实到", "共投资298万元整", NumberCheck(0, 0, 0, 0)),
        # Two places alike: in lists of one length, the first is held against the first.
        (
            "甲地气温8到十度乙地气温9到十度",
            "甲地气温9到十度乙地气温8到十度",
            NumberCheck(0, 2, 0, 0),
        ),
        ("甲地气温8到十度乙地气温9到十度", "乙地气温9到十度", NumberCheck(1, 0, 0, 0)),
    ],
)
def test_numbers_are_compared_in_their_places(one, other, expected):
    """A number counts as kept or changed only where both texts have the same words around it."""
    assert check_numbers(number_places(one), number_places(other)) == expected


def test_share_of_few_numbers_proves_nothing():
    """Under three numbers the share is 1, whatever they are."""
    assert shared_numbers(number_places("共23人"), number_places("共25人")) == 1.0
    assert shared_numbers(
        number_places("甲11乙22丙33"), number_places("丁11戊22己44")
    ) == pytest.approx(2 / 3)


@given(st.text(alphabet="第三十月0123456789日电今", max_size=200), st.text(max_size=50))
def test_text_keeps_its_own_numbers(one, other):
    """No text contradicts itself, and the order of two texts does not matter."""
    mine, theirs = number_places(one), number_places(other)

    assert check_numbers(mine, mine).changed == 0
    assert check_numbers(mine, theirs) == check_numbers(theirs, mine)
