"""A simulated world for runners: a clock that moves when somebody waits, and crawls of a script."""

from datetime import timedelta

import sqlalchemy as sa

from crawler.store import runs
from crawler.store.tables import run, schedule, schedule_run
from crawler.watch.schedule import process, runner, schedules

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class KilledError(BaseException):
    """kill -9: nothing that the runner would still do happens."""


class World:
    """A clock that moves when somebody waits, and crawls that take as long as the script says."""

    def __init__(self, store, now):
        self.store = store
        self.time = now
        self.script = {}
        self.reason = "finished"
        self.kill_runner_at = None
        self.stop_runner_at = None
        self.machine_is_up = True
        self.started = []
        self.pids = set()
        self.next_pid = 1000

    @property
    def outside(self):
        return process.Outside(start=self.start, now=self.now, has_process=self.pids.__contains__)

    def now(self):
        if self.kill_runner_at is not None and self.time >= self.kill_runner_at:
            raise KilledError
        if self.stop_runner_at is not None and self.time >= self.stop_runner_at:
            self.stop_runner_at = None
            raise SystemExit(143)  # as process.stop_on_signal does
        return self.time

    def start(self, arguments):
        self.started.append(" ".join(arguments))
        # Keyed by channel and hour; 40 minutes and exit code 0 unless the script says otherwise.
        key = (arguments[1], self.time.strftime("%d %H"))
        lasts, code = self.script.pop(key, (40 * MINUTE, 0))
        self.next_pid += 1
        return Crawl(self, self.next_pid, self.time + lasts, code)


class Crawl:
    def __init__(self, world, pid, ends, code):
        self.world, self.pid, self.ends, self.code = world, pid, ends, code
        self.reason = world.reason
        world.pids.add(pid)
        with world.store.writing.begin() as connection:
            self.run_id = runs.start(
                connection, command="crawl", channels=[], settings={}, now=world.time
            )
            connection.execute(sa.update(run).where(run.c.id == self.run_id).values(pid=pid))

    def wait(self, at_most):
        self.world.time = min(self.ends, self.world.time + at_most)
        self.world.now()
        if self.world.time < self.ends:
            return None
        self.world.pids.discard(self.pid)
        with self.world.store.writing.begin() as connection:
            ended = {"reason": self.reason, "exit_code": self.code, "now": self.world.time}
            runs.finish(connection, self.run_id, **ended)
        return self.code

    def terminate(self):
        self.world.now()
        self.ends, self.code, self.reason = self.world.time + MINUTE, 3, "shutdown"

    def kill(self):
        raise AssertionError("it ended when it was asked to")


def play(world, until, timer=HOUR):
    """Call the runner by a timer that fires on the hour, as systemd does, until ``until``."""
    while world.time < until:
        world.time = min(until, world.time - (world.time - world.time.replace(minute=0)) + timer)
        if not world.machine_is_up:
            continue
        try:
            runner.work_off(world.store, world.outside)
        except KilledError:
            world.kill_runner_at = None


def add(world, name, cron, **values):
    one = schedules.Schedule(
        name=name,
        cron=cron,
        options={},
        settled_until=world.time,
        **{"channels": (name,), **values},
    )
    with world.store.writing.begin() as connection:
        schedules.save(connection, one, world.time)


def history_of(store, name):
    """Each row as ``day hour:minute outcome missed``."""
    statement = (
        sa.select(schedule_run)
        .join(schedule, schedule.c.id == schedule_run.c.schedule_id)
        .where(schedule.c.name == name)
        .order_by(schedule_run.c.planned_at)
    )
    with store.reading.connect() as connection:
        return [
            f"{row.planned_at:%d %H:%M} {row.outcome} {row.missed}"
            for row in connection.execute(statement)
        ]
