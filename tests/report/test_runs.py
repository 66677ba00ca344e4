"""Runs say how they stand, how fast they are, and what they did."""

from datetime import timedelta

import pytest

from crawler.report import runs, stats
from tests.report.sample import NOW


@pytest.mark.parametrize(
    ("which", "later", "state"),
    [
        ("live_run", timedelta(0), "running"),
        ("live_run", timedelta(minutes=2), "lost"),
        ("lost_run", timedelta(0), "lost"),
    ],
)
def test_a_run_whose_heart_stands_still_is_lost(connection, story, which, later, state):
    """Without an end, a run is running for a minute after its last beat, then lost."""
    found = runs.find(connection, getattr(story, which), NOW + later)

    assert found["state"] == state


def test_a_run_that_ended_gives_its_reason(connection):
    """The state of an ended run is why it ended."""
    assert runs.find(connection, 1, NOW)["state"] == "finished"


def test_an_unknown_run_is_none(connection):
    """There is no run 999."""
    assert runs.find(connection, 999, NOW) is None


def test_the_list_is_newest_first_and_says_how_many_there_are(connection, story):
    """A slice of the list knows the whole."""
    found = runs.listed(connection, NOW, slice_=(2, 0))

    assert [row["run"] for row in found.rows] == [story.live_run, story.lost_run]
    assert found.total == 32


def test_speed_is_that_of_the_last_minute(connection, story):
    """300 pages in 18 minutes of even ticks are about 17 a minute; nothing waits at the end."""
    speed, queue = runs.speed(connection, story.live_run)

    assert 15 <= speed <= 18
    assert queue == 0


def test_a_run_without_ticks_has_no_speed(connection, story):
    """Before the first tick there is no queue to tell."""
    assert runs.speed(connection, story.lost_run) == (0.0, None)


def test_the_slowest_hosts_come_first(connection, story):
    """Mean time of a download: what was spent by the pages that came of it."""
    rows = runs.by_channel(connection, story.live_run).rows

    assert [row["channel"] for row in runs.slowest(rows)] == ["gd", "bj", "sd"]
    assert runs.slowest(rows)[0]["mean_ms"] == 1500


def test_reasons_are_sorted_by_their_number(connection, story):
    """The most frequent reason comes first."""
    found = runs.reasons(connection, story.live_run)

    assert found == {"timeout": 7, "http_404": 3, "extraction_title": 2}


def test_a_long_curve_is_thinned_and_keeps_its_end(connection, story, monkeypatch):
    """A curve has a bounded number of points, the last one among them."""
    whole = runs.curve(connection, story.live_run).rows
    monkeypatch.setattr(runs, "POINTS", 10)

    thinned = runs.curve(connection, story.live_run).rows

    assert len(thinned) <= 20
    assert thinned[-1]["pages"] == whole[-1]["pages"]


def test_stats_add_up(connection):
    """What the channels did is what was done in all."""
    found = stats.stats(connection, NOW, days=90)

    for figure in ("pages", "articles", "failures", "bytes"):
        assert sum(row[figure] for row in found.rows) == found.notes["everything"][figure]
    assert found.notes["runs"] == 32
    assert found.notes["everything"]["articles"] == found.notes["held"]["articles"]


def test_stats_of_a_channel_are_by_design_and_by_reason(connection):
    """Articles by design are all of its articles; failures by reason all of its failures."""
    for row in stats.stats(connection, NOW, days=90).rows:
        assert sum(row["by_design"].values()) == row["articles"]
        assert sum(row["by_reason"].values()) == row["failures"]


def test_nothing_comes_of_days_without_a_run(connection):
    """Far from any run there are no rows, and the number of runs says so."""
    found = stats.stats(connection, NOW + timedelta(days=400), days=7)

    assert (found.rows, found.notes["runs"]) == ([], 0)
