"""When a schedule is due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.clock import SHANGHAI
from crawler.errors import ConfigError
from crawler.watch.schedule import planning

DAILY = "15 6 * * *"
NONE = timedelta(0)


def test_nothing_is_due_before_its_time(monday):
    """A schedule waits for its planned time."""
    assert planning.due("sd", DAILY, NONE, (monday, monday.replace(hour=6, minute=14))) is None


def test_a_planned_time_is_due_when_it_comes(monday):
    """At the planned minute the run is due, and stands for itself alone."""
    at = monday.replace(hour=6, minute=15)

    assert planning.due("sd", DAILY, NONE, (monday, at)) == planning.Due(at, 0)


def test_a_settled_time_is_not_due_again(monday):
    """What was settled is not due a second time."""
    at = monday.replace(hour=6, minute=15)

    assert planning.due("sd", DAILY, NONE, (at, at + timedelta(hours=1))) is None


def test_missed_times_are_caught_up_once(monday):
    """Ten missed days are one run that says so."""
    now = monday + timedelta(days=10)

    due = planning.due("sd", DAILY, NONE, (monday, now))

    assert due == planning.Due(now.replace(hour=6, minute=15) - timedelta(days=1), 9)


def test_cron_is_read_in_shanghai(monday):
    """06:15 is 22:15 of the day before in Greenwich."""
    planned = planning.following(DAILY, monday.astimezone(UTC))

    assert planned.astimezone(UTC).strftime("%d %H:%M") == "01 22:15"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20), st.integers(0, 7200))
def test_jitter_is_the_same_for_everybody_who_looks(name, seconds):
    """The delay lies between nothing and the jitter and never changes."""
    at = datetime(2026, 3, 2, 6, 15, tzinfo=SHANGHAI)
    jitter = timedelta(seconds=seconds)

    delay = planning.delay(name, at, jitter)

    assert NONE <= delay <= jitter
    assert delay == planning.delay(name, at, jitter)


def test_jitter_puts_the_run_off(monday):
    """A run is not due until its delay is over."""
    at = monday.replace(hour=6, minute=15)
    jitter = timedelta(hours=1)
    delay = planning.delay("sd", at, jitter)

    assert delay > NONE
    assert planning.due("sd", DAILY, jitter, (monday, at + delay - timedelta(seconds=1))) is None
    assert planning.due("sd", DAILY, jitter, (monday, at + delay)) == planning.Due(at, 0)


@pytest.mark.parametrize(
    ("cron", "says"),
    [
        ("15 6 * *", "4 fields; five are needed"),
        ("* * * * * *", "6 fields"),
        ("@daily", "1 fields"),
        ("61 * * * *", "out of range"),
        ("0 0 31 2 *", "never comes"),
        ("x y * * *", "minute hour day month weekday"),
        ("0 0 * * " + ",".join(["mon"] * 30), "longer than 64"),
        ("", "0 fields"),
    ],
)
def test_a_wrong_expression_is_refused_with_the_reason(cron, says):
    """The error names the expression and what is wrong with it."""
    with pytest.raises(ConfigError, match=says):
        planning.check_cron(cron)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("0123456789*/,-#lLhHrR?@", max_size=6), min_size=5, max_size=5))
def test_an_expression_is_refused_or_has_a_next_time(fields):
    """Whatever was typed, it is either refused at once or can be planned with."""
    try:
        cron = planning.check_cron(" ".join(fields))
    except ConfigError:
        return
    now = datetime(2026, 3, 2, tzinfo=SHANGHAI)

    assert planning.following(cron, now) > now
    assert next(planning.preceding(cron, now)) <= now


def test_a_daily_schedule_is_overdue_after_a_day_and_a_half(monday):
    """1.5 times the period after the last run, and not before."""
    last = monday.replace(hour=6, minute=15)

    assert planning.overdue(DAILY, last, last + timedelta(hours=36), 1.5) is None
    assert planning.overdue(DAILY, last, last + timedelta(hours=36, minutes=1), 1.5) == (
        last + timedelta(days=1)
    )


def test_a_week_end_does_not_make_working_days_overdue(monday):
    """After Friday's run nothing is missing until half a day after Monday's time."""
    cron = "0 6 * * mon-fri"
    friday = monday.replace(day=6, hour=6)

    assert planning.overdue(cron, friday, friday + timedelta(days=3, hours=11), 1.5) is None
    assert planning.overdue(cron, friday, friday + timedelta(days=3, hours=13), 1.5) is not None
