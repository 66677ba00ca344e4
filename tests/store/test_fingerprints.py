"""The index of fingerprints gives the newest of each range, however many there are."""

from __future__ import annotations

import pytest

from crawler.store import fingerprints
from crawler.store.fingerprints import NEWEST


def look(store, *ranges):
    with store.reading.connect() as connection:
        return sorted(fingerprints.look_up(connection, ranges))


def test_what_was_added_is_found_until_it_is_removed(any_store):
    """Adding twice is adding once; removing takes it away."""
    with any_store.writing.begin() as connection:
        fingerprints.add(connection, [5, 6, 7])
        fingerprints.add(connection, [7, 8])
        fingerprints.remove(connection, [6])

    assert look(any_store, (5, 8)) == [5, 7, 8]


@pytest.mark.parametrize("ranges", [1, 64])
def test_a_crowded_range_gives_its_newest_only(any_store, ranges):
    """The rows read are bounded by the number of ranges."""
    spans = [(1000 * n, 1000 * n + 999) for n in range(ranges)]
    with any_store.writing.begin() as connection:
        fingerprints.add(connection, [first + n for first, _ in spans for n in range(100)])

    found = look(any_store, *spans)

    assert len(found) == ranges * NEWEST
    assert all(key % 1000 >= 100 - NEWEST for key in found)


def test_nothing_is_asked_for_nothing(any_store):
    """No ranges, no keys."""
    assert look(any_store) == []
