"""Schedules are kept, changed and refused."""

from datetime import timedelta

import pytest

from crawler.errors import ConfigError, UnknownChannelError
from crawler.watch.schedule import schedules

WRONG = [
    ({"name": "-x"}, "beginning with"),
    ({"name": "日报"}, "beginning with"),
    ({"name": "x" * 65}, "up to 64"),
    ({"channels": ()}, "names no channel"),
    ({"cron": "nonsense"}, "five are needed"),
    ({"max_duration": timedelta(seconds=5)}, "below one minute"),
    *[({"options": {"since": day}}, "not a day") for day in ("no-day", "7x", "2026-02-30", "")],
    ({"cron": "0 6 31 2 *"}, "never comes"),
]


def make(monday, **values):
    given = {"name": "east", "channels": ("sd",), "cron": "15 6 * * *", "options": {}, **values}
    return schedules.Schedule(settled_until=monday, **given)


def save(store, schedule, now):
    with store.writing.begin() as connection:
        schedules.save(connection, schedule, now)


def load(store, name=None):
    with store.reading.connect() as connection:
        return schedules.load(connection, name)


def test_a_schedule_comes_back_as_it_was_kept(store, monday):
    """Channels become ids in the order named, each once; spans and options stay."""
    options = {"since": "2026-01-01", "limit": "50"}
    kept = make(
        monday, channels=("山东", "bj", "sd"), jitter=timedelta(minutes=10), options=options
    )

    save(store, kept, monday)

    (found,) = load(store)
    assert found.channels == ("sd", "bj")
    assert found.jitter == timedelta(minutes=10)
    assert found.crawl_arguments == ["crawl", "sd", "bj", "--since", "2026-01-01", "--limit", "50"]
    assert found.created_at == found.settled_until == monday


def test_all_channels_are_named_by_one_word(monday):
    """A schedule for all channels also crawls those added later."""
    assert make(monday, channels=("all",)).crawl_arguments == ["crawl", "--all"]


def test_a_new_expression_does_not_catch_up_the_past(store, monday):
    """Changing the cron settles what lies behind; changing anything else does not."""
    later = monday + timedelta(days=3)
    save(store, make(monday), monday)

    save(store, make(monday, channels=("bj",)), later)
    assert load(store)[0].settled_until == monday

    save(store, make(monday, cron="0 7 * * *"), later)
    assert load(store)[0].settled_until == later


def test_the_time_that_it_was_off_is_not_caught_up(store, monday):
    """A disabled schedule is never due; enabled again it begins from now."""
    later = monday + timedelta(days=3)
    save(store, make(monday), monday)

    with store.writing.begin() as connection:
        schedules.enable(connection, "east", False, monday)
    assert load(store)[0].due(later) is None

    with store.writing.begin() as connection:
        schedules.enable(connection, "east", True, later)
    assert load(store)[0].settled_until == later


def test_a_removed_schedule_is_gone(store, monday):
    """Its name is free again, and asking for it names those that there are."""
    save(store, make(monday), monday)
    save(store, make(monday, name="west"), monday)

    with store.writing.begin() as connection:
        schedules.remove(connection, "east")

    with pytest.raises(ConfigError, match="no schedule 'east'; there is: west"):
        load(store, "east")


@pytest.mark.parametrize(("values", "says"), WRONG)
def test_a_wrong_schedule_is_refused_with_the_reason(store, monday, values, says):
    """The error names what was typed and what to type instead."""
    with pytest.raises(ConfigError, match=says):
        save(store, make(monday, **values), monday)


def test_an_unknown_channel_is_refused(store, monday):
    """A schedule for a channel that is not there would never be noticed."""
    with pytest.raises(UnknownChannelError):
        save(store, make(monday, channels=("sd", "atlantis")), monday)


@pytest.mark.parametrize("text", ["", "ten", "10", "-5m", "5m3h", "1d"])
def test_a_length_of_time_that_cannot_be_read_is_refused(text):
    """The error names the option and shows how it is written."""
    with pytest.raises(ConfigError, match=r"--jitter.*write 90s, 10m, 3h"):
        schedules.parse_span("--jitter", text)
