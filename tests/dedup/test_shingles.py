"""The hashes of shingles are what their definition says, on every machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.sketch import code_points, mix, rolling

BASE = 0x9E3779B97F4A7C15


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 7, 8, 12, 16])
def test_rolling_hash_is_the_polynomial_of_the_code_points(k):
    """Joining halves gives the same number as the definition, letter by letter."""
    text = "人民网济南3月25日电𠮷记者从会上获悉"
    expected = []
    for start in range(len(text) - k + 1):
        value = 0
        for letter in text[start : start + k]:
            value = (value * BASE + ord(letter)) % 2**64
        expected.append(value)

    assert rolling(code_points(text), k).tolist() == expected


def test_mixing_is_splitmix64():
    """The first outputs of splitmix64 from seed 0 are the published ones."""
    states = np.array([BASE, 2 * BASE % 2**64, 3 * BASE % 2**64], dtype=np.uint64)

    assert [f"{value:016x}" for value in mix(states).tolist()] == [
        "e220a8397b1dcdaf",
        "6e789e6aa1b965f4",
        "06c45d188009454f",
    ]


@given(st.text(max_size=40), st.integers(1, 16))
def test_text_has_a_hash_a_place(text, k):
    """A text of n characters has n - k + 1 shingles, none if it is shorter."""
    assert len(rolling(code_points(text), k)) == max(0, len(text) - k + 1)


def test_lone_surrogate_is_a_character():
    """Half a surrogate pair has a code point like any other character."""
    assert code_points("\ud800人").tolist() == [0xD800, ord("人")]
