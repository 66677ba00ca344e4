"""How fast files grow and disks fill, told from samples."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.clock import SHANGHAI
from crawler.report.storage import DAY, growth

NOON = datetime(2026, 11, 20, 12, tzinfo=SHANGHAI)
GB = 10**9


def every_hour(sizes, begin=NOON):
    """Samples, one an hour."""
    return [(begin + timedelta(hours=n), size) for n, size in enumerate(sizes)]


def rate(points):
    return growth(points, points[-1][0], whole=100 * GB)


@pytest.mark.parametrize(
    ("sizes", "a_day"),
    [
        ([40 * GB + n * GB // 24 for n in range(240)], GB),
        ([40 * GB] * 240, 0),
        # A backup is written each night and taken away in the morning.
        ([40 * GB + n * GB // 24 + 30 * GB * (n % 24 < 4) for n in range(240)], GB),
        # Somebody made room on the eighth day: since then half a gigabyte a day.
        ([50 * GB + n * GB // 24 for n in range(192)] + [30 * GB + n * GB // 48 for n in range(96)], GB / 2),
    ],
    ids=["grows", "stands", "nightly copy", "room was made"],
)  # fmt: skip
def test_growth_is_that_of_the_days_least_sizes(sizes, a_day):
    """What comes and goes within a day is no growth, and room that was made begins a new count."""
    assert rate(every_hour(sizes)) == pytest.approx(a_day, abs=GB / 10)


def test_less_than_a_day_says_nothing():
    """Twenty hours of a crawl are no pace."""
    assert rate(every_hour([40 * GB + n * GB for n in range(20)])) is None
    assert growth([], NOON) is None


def test_what_is_older_than_two_weeks_is_past():
    """A month of growth that has ended is no growth."""
    points = every_hour([GB * n for n in range(24 * 20)]) + every_hour(
        [480 * GB] * 24 * 15, NOON + 20 * DAY
    )

    assert rate(points) == pytest.approx(0)


@given(st.lists(st.integers(0, 2**62), max_size=60))
def test_any_samples_have_a_growth_or_none(sizes):
    """Whatever the sizes are, nothing breaks."""
    assert growth(every_hour(sizes), NOON + 3 * DAY) is None or len(sizes) > 24
