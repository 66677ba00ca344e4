"""Counters are added up by run, channel, name and day."""

from datetime import timedelta

import pytest

from crawler.report import counters
from crawler.report.counters import Scope
from tests.report.sample import NOW


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("failure/", {"failure/timeout", "failure/http_404", "failure/extraction_title"}),
        ("failure/timeout", {"failure/timeout"}),
        ("fail", set()),
    ],
)
def test_a_name_with_a_slash_means_all_below_it(connection, story, name, found):
    """``failure/`` covers every reason, ``failure/timeout`` one, ``fail`` none."""
    scope = Scope(names=(name,), runs=[story.live_run])

    assert {row[0] for row in counters.sums(connection, ("name",), scope)} == found


def test_figures_are_sums_over_their_counters(connection, story):
    """Pages are visits of every kind, failures those of every reason."""
    counts = dict(counters.sums(connection, ("name",), Scope(runs=[story.live_run])))

    figures = counters.figures(counts)

    assert figures["pages"] == 270 + 4
    assert figures["failures"] == 12
    assert figures["articles"] == 4


def test_days_without_a_run_are_there_with_nothing(connection):
    """A day is the day on which a run began; those without one count zero."""
    days = counters.last_days(NOW + timedelta(days=3), 5)

    found = counters.daily(connection, Scope(names=("article/new",)), days)

    assert list(found) == days
    assert found[days[-1]]["article/new"] == 0
    assert found[NOW.date()]["article/new"] == 4


def test_no_counter_is_counted_twice(connection):
    """The sums by channel and by run add up to the same whole."""
    scope = Scope(names=("article/new",))

    by_run = sum(row[-1] for row in counters.sums(connection, ("run_id",), scope))
    by_channel = sum(row[-1] for row in counters.sums(connection, ("channel",), scope))

    assert by_run == by_channel == 404
