"""A key, a text's number and a quarter in one integer."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.sketch import (
    LARGEST_NUMBER,
    NO_QUARTER,
    key_of,
    key_range,
    number_of,
    pack,
    quarter_of,
    quarters_around,
)

keys = st.integers(0, 2**30 - 1)
numbers = st.integers(0, LARGEST_NUMBER)
quarters = st.integers(0, 127)
days = st.dates(date(1997, 1, 1), date(2100, 12, 31))


@given(keys, numbers, quarters)
def test_packed_number_gives_its_parts_back(key, number, quarter):
    """Nothing is lost, and the integer is positive in a signed 64-bit column."""
    packed = pack(key, number, quarter)

    assert (key_of(packed), number_of(packed)) == (key, number)
    assert 0 <= packed < 2**63


@given(keys, numbers, quarters, keys, quarters)
def test_range_holds_one_key_of_one_quarter(key, number, quarter, other_key, other_quarter):
    """An integer is in the range if and only if key and quarter are the ones asked for."""
    first, last = key_range(key, quarter)

    inside = first <= pack(other_key, number, other_quarter) <= last

    assert inside == ((key, quarter) == (other_key, other_quarter))
    assert first <= pack(key, number, quarter) <= last


@pytest.mark.parametrize("number", [-1, LARGEST_NUMBER + 1])
def test_number_that_does_not_fit_is_refused(number):
    """A full index says so; it never overwrites another key's range."""
    with pytest.raises(ValueError, match=f"text number {number}"):
        pack(1, number)


@given(days)
def test_quarters_around_a_day_are_neighbours(day):
    """Own, previous and next quarter are looked up, and the texts without a day."""
    own, before, after, undated = quarters_around(day)

    assert own == quarter_of(day) != NO_QUARTER
    assert quarters_around(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1))[0] == own
    assert (own - before) % 127 == (after - own) % 127 == 1
    assert undated == NO_QUARTER


def test_text_without_a_day_has_a_place_of_its_own():
    """It is looked for among its like."""
    assert quarters_around(None) == (NO_QUARTER,)
