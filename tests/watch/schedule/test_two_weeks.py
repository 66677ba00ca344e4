"""Two simulated weeks of schedules end in exactly the history that they should."""

from itertools import pairwise

import pytest
import sqlalchemy as sa

from crawler.errors import StoreError
from crawler.store import runs
from crawler.store.tables import run, schedule_run
from crawler.watch.alerts.configuration import default_rules
from crawler.watch.alerts.inputs import gather
from crawler.watch.alerts.rules import findings
from crawler.watch.schedule import history, runner, schedules
from tests.watch.schedule.world import HOUR, MINUTE, World, add, history_of, play


@pytest.fixture
def world(store, monday):
    return World(store, monday)


def test_two_weeks_with_every_mishap_leave_the_history_that_they_should(world, monday):
    """Each planned time is run, caught up once, refused or lost: and the table says which."""
    add(world, "sd", "30 5 * * *", max_duration=3 * HOUR)
    add(world, "bj", "30 */6 * * *", max_duration=9 * HOUR)
    world.script = {
        ("sd", "04 06"): (40 * MINUTE, 3),  # Wednesday: it fails
        ("sd", "05 06"): (10 * HOUR, 0),  # Thursday: it hangs, and is stopped after three hours
        ("bj", "07 06"): (8 * HOUR, 0),  # Saturday: longer than its period
        ("bj", "12 01"): (5 * HOUR, 0),  # Thursday of the second week: the runner is killed in it
    }

    play(world, monday.replace(day=9))
    world.machine_is_up = False  # Monday to Wednesday noon of the second week
    play(world, monday.replace(day=11, hour=12))
    world.machine_is_up = True
    play(world, monday.replace(day=12))
    world.kill_runner_at = monday.replace(day=12, hour=3)
    world.pids.clear()
    play(world, monday.replace(day=12, hour=4))
    world.pids.clear()  # the crawl was killed with its runner
    play(world, monday.replace(day=16))

    assert history_of(world.store, "sd") == [
        "02 05:30 done 0",
        "03 05:30 done 0",
        "04 05:30 failed 0",
        "05 05:30 timeout 0",
        "06 05:30 done 0",
        "07 05:30 done 0",
        "08 05:30 done 0",
        # The machine was off for three of them: one run catches up.
        "11 05:30 done 2",
        "12 05:30 done 0",
        "13 05:30 done 0",
        "14 05:30 done 0",
        "15 05:30 done 0",
    ]
    regular = [f"{day:02} {hour:02}:30 done 0" for day in range(2, 16) for hour in (0, 6, 12, 18)]
    changed = {
        "07 12:30 done 0": "07 12:30 overlap 0",
        "11 12:30 done 0": "11 12:30 done 10",
        "12 00:30 done 0": "12 00:30 lost 0",
    }
    missed = {f"{day:02} {hour:02}:30 done 0" for day in (9, 10) for hour in (0, 6, 12, 18)}
    missed |= {"11 00:30 done 0", "11 06:30 done 0"}
    expected = [changed.get(row, row) for row in regular if row not in missed]
    assert history_of(world.store, "bj") == expected


def test_every_ended_run_is_linked_to_its_run_row(world, monday):
    """The row of a planned time leads to the run with its counters."""
    add(world, "sd", "30 5 * * *")

    play(world, monday.replace(day=4))

    with world.store.reading.connect() as connection:
        linked = connection.execute(
            sa.select(run.c.pid, schedule_run.c.exit_code).join(
                schedule_run, schedule_run.c.run_id == run.c.id
            )
        ).all()
    assert linked == [(1001, 0), (1002, 0)]


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_crawl_that_outlives_its_runner_is_not_lost(world, monday, is_noted):
    """While it goes on the next planned time is refused; when it has ended its row says so.

    Also if the runner was killed before it had noted the number of the run.
    """
    add(world, "bj", "30 */6 * * *", max_duration=20 * HOUR)
    world.script = {("bj", "02 01"): (9 * HOUR, 0)}
    world.kill_runner_at = monday + 3 * HOUR
    play(world, monday + 3 * HOUR)
    with world.store.writing.begin() as connection:
        # The crawl goes on without its runner: its heart beats.
        connection.execute(sa.update(run).values(heartbeat_at=monday + 7 * HOUR))
        if not is_noted:
            connection.execute(sa.update(schedule_run).values(run_id=None))

    play(world, monday + 7 * HOUR)
    with world.store.writing.begin() as connection:
        runs.finish(connection, 1, reason="finished", exit_code=0, now=monday + 9 * HOUR)
    play(world, monday + 13 * HOUR)

    assert history_of(world.store, "bj") == [
        "02 00:30 done 0",
        "02 06:30 overlap 0",
        "02 12:30 done 0",
    ]


@pytest.mark.parametrize(("alone", "found"), [(True, 1), (False, None)])
def test_a_runner_that_may_be_alive_is_left_to_note_its_own_run(world, monday, alone, found):
    """On a server two runners may begin crawls in one minute: only the runner knows which is its own."""
    add(world, "bj", "30 */6 * * *", max_duration=20 * HOUR)
    world.script = {("bj", "02 01"): (9 * HOUR, 0)}
    world.kill_runner_at = monday + 3 * HOUR
    play(world, monday + 3 * HOUR)

    with world.store.writing.begin() as connection:
        connection.execute(sa.update(schedule_run).values(run_id=None))
        began = connection.scalar(sa.select(schedule_run.c.started_at))
        now = began + MINUTE
        history.settle_abandoned(connection, now, alone=alone, has_process=lambda _pid: True)
        assert connection.scalar(sa.select(schedule_run.c.run_id)) == found


def stopped_in_the_middle(world, monday):
    """A run of Monday 00:30 whose runner is told to end at 01:20."""
    add(world, "bj", "30 */6 * * *")
    world.stop_runner_at = monday + HOUR + 20 * MINUTE
    with pytest.raises(SystemExit):
        play(world, monday + 2 * HOUR)


def test_a_restart_in_mid_run_goes_on_with_that_run(world, monday, store):
    """The row says interrupted until the next runner takes it up, under the number of its run; no rule is hurt."""
    stopped_in_the_middle(world, monday)
    between = history_of(store, "bj")
    with store.reading.connect() as connection:
        found = findings(gather(connection, world.time), default_rules())

    play(world, world.time + HOUR)

    assert between == ["02 00:30 interrupted 0"]
    assert [one.rule for one in found if one.rule != "source_stale"] == []
    assert world.started == ["crawl bj", "crawl bj --continue-run 1"]
    assert history_of(store, "bj") == ["02 00:30 done 0"]


def test_what_is_due_by_then_takes_the_place_of_an_interrupted_run(world, monday, store):
    """After a longer rest the next planned time does all that is left, and the old row stays as it is."""
    stopped_in_the_middle(world, monday)
    world.time = monday + 6 * HOUR

    play(world, monday + 8 * HOUR)

    assert world.started == ["crawl bj", "crawl bj"]
    assert history_of(store, "bj") == ["02 00:30 interrupted 0", "02 06:30 done 0"]


def test_a_disabled_schedule_is_not_gone_on_with(world, monday, store):
    """Nobody crawls for a schedule that was switched off since; enabled again, it goes on."""
    stopped_in_the_middle(world, monday)
    with store.writing.begin() as connection:
        schedules.enable(connection, "bj", False, world.time)
    play(world, world.time + HOUR)
    assert world.started == ["crawl bj"]

    with store.writing.begin() as connection:
        schedules.enable(connection, "bj", True, world.time)
    play(world, world.time + HOUR)

    assert history_of(store, "bj") == ["02 00:30 done 0"]


def test_a_second_runner_only_records_overlaps(world, monday, store):
    """While the lock is held, another runner starts nothing and settles nothing as lost."""
    add(world, "bj", "30 */6 * * *")
    world.time = monday + 1 * HOUR
    with store.writing.begin() as connection:
        (one,) = schedules.load(connection)
        history.claim(connection, one, one.due(world.time), world.time)
    world.time = monday + 7 * HOUR

    with runner.runner_lock(store):
        ended = runner.work_off(store, world.outside)

    assert ended == []
    assert history_of(store, "bj") == ["02 00:30 running 0", "02 06:30 overlap 0"]


@pytest.mark.parametrize("reason", ["unreachable", "lists_failed", "robots_unreadable"])
def test_a_run_that_could_not_reach_the_site_is_tried_again(world, reason):
    """After 10, 30 and 60 minutes, and then as planned; one that went well ends the tries."""
    add(world, "sd", f"{world.time.minute} {world.time.hour} * * *")
    world.reason, began = reason, world.time
    for _ in range(2):
        day = world.time + 24 * HOUR
        world.time = day
        while world.time < day + 6 * HOUR:
            world.script["sd", f"{world.time:%d %H}"] = (MINUTE, 3)
            runner.work_off(world.store, world.outside)
            world.time += 5 * MINUTE
        world.time = day
    with world.store.reading.connect() as connection:
        rows = connection.execute(sa.select(schedule_run).order_by(schedule_run.c.planned_at)).all()

    assert [row.outcome for row in rows] == ["failed"] * 8
    assert all(reason in row.detail for row in rows)
    for first in (rows[:4], rows[4:]):
        waits = [b.planned_at - a.ended_at for a, b in pairwise(first)]
        assert [round(wait / MINUTE) for wait in waits] == [10, 30, 60]
    assert rows[0].planned_at == began + 24 * HOUR

    world.time += 24 * HOUR
    runner.work_off(world.store, world.outside)
    world.reason = "finished"
    for _ in range(60):
        world.time += 5 * MINUTE
        runner.work_off(world.store, world.outside)
    assert len(history_of(world.store, "sd")) == 10
    assert history_of(world.store, "sd")[-1].endswith("done 0")


def test_a_runners_lock_that_is_a_link_is_neither_followed_nor_cut(store, tmp_path):
    """A link of the lock's name leads to any file of the user: it stays as it is."""
    letter = tmp_path / "letter.txt"
    letter.write_text("dear editor")
    store.path.with_name(store.path.name + ".due.lock").symlink_to(letter)

    with pytest.raises(StoreError, match="not a lock file"), runner.runner_lock(store):
        pytest.fail("the link was followed")

    assert letter.read_text() == "dear editor"
