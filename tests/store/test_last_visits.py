"""An article is looked at again the rarer, the older it is and the less it changes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.clock import SHANGHAI
from crawler.store.last_visits import LONGEST, next_check

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("age", "unchanged", "wait"),
    [
        (timedelta(0), 0, timedelta(hours=20)),
        (DAY, 1, timedelta(hours=40)),
        (3 * DAY, 0, 2 * DAY),
        (20 * DAY, 0, 10 * DAY),
        (100 * DAY, 0, 60 * DAY),
        (100 * DAY, 9, LONGEST),
        (4000 * DAY, 0, LONGEST),
        (-DAY, 0, timedelta(hours=20)),
    ],
)
def test_the_wait_grows_with_age_and_with_every_look_in_vain(age, unchanged, wait):
    """The table of waits holds, also for a date that lies ahead."""
    assert next_check(NOW - age, NOW, unchanged) == NOW + wait


def test_an_article_without_a_date_counts_as_old():
    """It is looked at after the longest wait."""
    assert next_check(None, NOW, 0) == NOW + LONGEST


@given(st.integers(-5000, 5000), st.integers(0, 10_000))
def test_no_wait_is_shorter_than_twenty_hours_or_longer_than_half_a_year(days, unchanged):
    """Whatever is known of a page, the next look is neither at once nor never."""
    wait = next_check(NOW - days * DAY, NOW, unchanged) - NOW

    assert timedelta(hours=20) <= wait <= LONGEST
