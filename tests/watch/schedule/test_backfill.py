"""A range of days is fetched slice by slice, whatever comes in between."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crawler.cli.backfill import range_of
from crawler.cli.main import command_of
from crawler.errors import ConfigError
from crawler.store import requests
from crawler.store.tables import run
from crawler.watch.alerts.configuration import default_rules
from crawler.watch.alerts.inputs import gather
from crawler.watch.alerts.rules import findings
from crawler.watch.schedule import backfill, runner
from tests.watch.schedule.world import HOUR, MINUTE, KilledError, World, add, history_of

SLICES = [
    "crawl sd --since 2019-03-02 --until 2019-04-01",
    "crawl sd --since 2019-01-31 --until 2019-03-02",
    "crawl sd --since 2019-01-10 --until 2019-01-31",
]


@pytest.fixture
def world(any_store, monday):
    return World(any_store, monday)


def begin(world, name="old", **changed):
    """Eighty-one days, thirty at a time."""
    values = {"since": date(2019, 1, 10), "until": date(2019, 4, 1), "slice_days": 30}
    values |= {"channels": ("sd",), "options": {}, **changed}
    one = backfill.Backfill(name=name, reached=values["until"], **values)
    with world.store.writing.begin() as connection:
        return backfill.add(connection, one, world.time)


def state(world, name="old"):
    with world.store.reading.connect() as connection:
        (one,) = backfill.load(connection, name)
        return one


def rounds(world, count, wait=MINUTE):
    """As renmin serve goes round."""
    for _ in range(count):
        runner.work_off(world.store, world.outside)
        backfill.work_off(world.store, world.outside)
        world.time += wait


def test_slices_come_one_after_the_other_the_latest_first(world):
    """Each ends where the one before began; the last one is as long as what is left."""
    begin(world)

    rounds(world, 2)
    halfway = state(world)
    rounds(world, 5)

    assert world.started == SLICES
    assert (halfway.state, halfway.reached, halfway.slices) == ("active", date(2019, 1, 31), (2, 3))
    assert (state(world).state, state(world).slices) == ("done", (3, 3))


def test_a_slice_makes_way_for_what_is_due_and_goes_on(world, monday):
    """The schedule starts in time, and the slice that was stopped is done again afterwards."""
    begin(world)
    add(world, "bj", "30 0 * * *")
    world.script = {("sd", "02 00"): (5 * HOUR, 0)}

    rounds(world, 1)
    began = world.time
    rounds(world, 3)

    assert began < monday + 35 * MINUTE
    assert history_of(world.store, "bj") == ["02 00:30 done 0"]
    went_on = f"{SLICES[0]} --continue-run 1"
    assert world.started == [SLICES[0], "crawl bj", went_on, *SLICES[1:]]


def test_a_slice_makes_way_for_what_a_person_asks_for(world):
    """It is stopped within a minute, and its crawl leaves in order."""
    begin(world)
    world.script = {("sd", "02 00"): (5 * HOUR, 0)}
    before = world.time

    def asks():
        with world.store.writing.begin() as connection:
            requests.ask(connection, requests.RUN, world.time, ["bj"])

    backfill.work_off(world.store, replace(world.outside, meanwhile=asks))

    assert world.time < before + 3 * MINUTE
    assert state(world).slices == (0, 3)


@pytest.mark.parametrize("way", ["kill", "stop"])
def test_whatever_ends_the_service_the_next_one_goes_on_there(world, monday, way):
    """Killed or told to end in the second slice, the third service does the second one again."""
    begin(world)
    rounds(world, 1)
    world.script = {("sd", world.time.strftime("%d %H")): (5 * HOUR, 0)}
    if way == "kill":
        world.kill_runner_at = world.time + 2 * MINUTE
    else:
        world.stop_runner_at = world.time + 2 * MINUTE
    with pytest.raises((KilledError, SystemExit)):
        rounds(world, 1)
    world.kill_runner_at = None
    world.pids.clear()
    # On a server the claim of whoever was killed must end first.
    world.time += 10 * MINUTE

    rounds(world, 3)

    # Told to end in order, the slice goes on as the run that it was.
    again = f"{SLICES[1]} --continue-run 2" if way == "stop" else SLICES[1]
    assert world.started == [SLICES[0], SLICES[1], again, SLICES[2]]
    assert state(world).state == "done"


def test_a_slice_that_does_not_end_well_is_tried_again_later_and_told(world):
    """After 10, 30, 60 minutes and then each hour; the third time it is an alert, until one ends well."""
    begin(world)
    world.reason = "unreachable"

    def told():
        with world.store.reading.connect() as connection:
            found = findings(gather(connection, world.time), default_rules())
        return [one.message for one in found if one.rule == "backfill_stuck"]

    fine = told()
    for hour in range(4):
        world.script[("sd", f"02 {hour:02}")] = (MINUTE, 3)
        rounds(world, 20, wait=3 * MINUTE)
    stuck = state(world)

    assert fine == []
    assert stuck.slices == (0, 3)
    assert stuck.failures >= 3
    assert "unreachable" in told()[0]

    world.reason = "finished"
    rounds(world, 30, wait=10 * MINUTE)

    assert told() == []
    assert state(world).state == "done"


def test_a_limit_bounds_a_run_and_not_the_slice(world):
    """A run that reached its limit leaves the slice as it is: the next one goes on in it."""
    begin(world, options={"limit": "50"})
    world.reason = "limit"
    rounds(world, 3)
    world.reason = "finished"
    rounds(world, 1)

    assert world.started == [f"{SLICES[0]} --limit 50"] * 4
    assert state(world).slices == (1, 3)


def test_a_person_who_stops_a_slice_pauses_the_range(world):
    """Nobody begins it again behind that person's back; resumed, it goes on."""
    begin(world)
    world.reason = "stopped"
    rounds(world, 3)
    paused = state(world)
    with world.store.writing.begin() as connection:
        backfill.switch(connection, "old", on=True)
    world.reason = "finished"
    rounds(world, 3)

    assert paused.state == "paused"
    assert world.started == [SLICES[0], *SLICES]


def test_pages_of_another_time_are_compared_with_nothing(world, monday):
    """The runs of slices make no alert of few articles or of other designs."""
    begin(world)
    rounds(world, 3)
    with world.store.writing.begin() as connection:
        values = {"command": f"renmin {SLICES[0]}", "channels": ["sd"]}
        connection.execute(sa.update(run).values(values))

    with world.store.reading.connect() as connection:
        facts = gather(connection, world.time)

    assert len(facts.runs) == 3
    assert facts.channels == {}


def test_the_same_range_again_is_the_same_and_another_is_refused(world):
    """What was fetched stays fetched."""
    first = begin(world)
    rounds(world, 1)

    again = begin(world)

    assert (again.id, again.slices) == (first.id, (1, 3))
    with pytest.raises(ConfigError, match=r"old: is there already.*remove old"):
        begin(world, since=date(2018, 1, 1))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"since": date(2019, 4, 1)}, "--until 2019-04-01: not after"),
        ({"slice_days": 0}, "--slice 0d"),
        ({"channels": ("nowhere",)}, "nowhere"),
        ({"name": "a b"}, "back-fill name 'a b'"),
    ],
)
def test_what_cannot_be_fetched_is_refused(world, changed, error):
    """By name, before anything is kept."""
    with pytest.raises(Exception, match=error):
        begin(world, **changed)


def test_the_command_shows_how_far_it_is(database, monkeypatch, tmp_path):
    """Begun, shown, paused, resumed and removed by documented commands."""
    monkeypatch.chdir(tmp_path)

    def type_(*words):
        return CliRunner().invoke(command_of("backfill"), [*words, "--database", database])

    nothing = type_("remove", "old")
    begun = type_("start", "old", "--channels", "sd,bj", "--since", "2019-01-01", "--until",
                  "2020-01-01", "--slice", "4w")  # fmt: skip
    shown = CliRunner().invoke(command_of("backfill"), ["--database", database, "--json"])
    paused, resumed = type_("pause", "old"), type_("resume", "old")
    removed = type_("remove", "old")

    assert nothing.exit_code != 0
    assert "14 slices, 0 done" in begun.output
    (row,) = json.loads(shown.stdout)
    assert (row["slices"], row["state"], row["fetched back to"]) == ("0/14", "active", "2020-01-01")
    assert (paused.exit_code, resumed.exit_code, removed.exit_code) == (0, 0, 0)
    assert (
        "no back-fill yet"
        in CliRunner().invoke(command_of("backfill"), ["--database", database]).output
    )


def test_a_slice_is_days_or_weeks():
    """Anything else is refused with the right form."""
    assert range_of("a", ["sd"], "2019-01-01", "2019-02-01", "2w").slice_days == 14
    for text in ("", "30", "1y", "d"):
        with pytest.raises(ConfigError, match="like 30d or 4w"):
            range_of("a", ["sd"], "2019-01-01", "2019-02-01", text)
    assert range_of("a", ["sd"], "7d", "", "1d").until - range_of(
        "a", ["sd"], "7d", "", "1d"
    ).since == timedelta(days=8)
