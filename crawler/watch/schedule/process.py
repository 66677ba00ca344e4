"""A crawl as a subprocess: started, watched while it goes on, and never left behind.

:class:`WatchedCrawl` is the way of each of them from its start to what is written of it: a planned
run, a slice of a back-fill, a crawl that somebody asked for.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic, Never, Protocol, TypeVar

from crawler import clock

T = TypeVar("T")

# A crawl that was asked to end may finish its batch; then it is ended.
STOP_GRACE = timedelta(minutes=2)
# How often a running crawl is looked at, until it is in the run table, and afterwards.
FIRST_LOOK = timedelta(seconds=10)
LOOK = timedelta(seconds=60)

logger = logging.getLogger(__name__)


class Process(Protocol):
    """What the runner asks of a started crawl."""

    @property
    def pid(self) -> int:
        """Its number."""

    def wait(self, at_most: timedelta) -> int | None:
        """Wait for its end: the exit code, or ``None`` if it goes on."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""


Starter = Callable[[Sequence[str]], Process]


def renmin_command() -> list[str]:
    """How this machine starts the very renmin that is running."""
    script = Path(sys.executable).with_name("renmin")
    if script.is_file():
        return [str(script)]
    return [sys.executable, "-m", "crawler.cli"]


def starter(database: str, proxy: str = "") -> Starter:
    """Make the function that starts ``renmin ARGUMENTS`` on ``database``.

    The URL travels in the environment, where ``ps`` does not show its password. The crawl gets a
    session of its own: Ctrl-C reaches the runner alone, which passes it on once (a second
    signal makes Scrapy drop what it holds).
    """
    environ = {**os.environ, "RENMIN_DATABASE": database}
    if proxy:
        environ["RENMIN_PROXY"] = proxy

    def start(arguments: Sequence[str]) -> Process:
        command = [*renmin_command(), *arguments]
        return _Child(subprocess.Popen(command, env=environ, start_new_session=True))

    return start


def has_process(pid: int) -> bool:
    """Whether this machine has a process of that number, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a runner of crawls needs of the world.

    Attributes:
        start: Starts ``renmin ARGUMENTS``.
        now: The clock.
        has_process: Whether this machine has a process of that number.
        meanwhile: Done about once a minute while a crawl is going on.
    """

    start: Starter
    now: Callable[[], datetime] = clock.now
    has_process: Callable[[int], bool] = has_process
    meanwhile: Callable[[], None] = lambda: None


class WatchedCrawl(ABC, Generic[T]):
    """One crawl from its start to what is written of its end.

    Args:
        outside: Clock and starter.

    Attributes:
        linked: Whether the number of its run is known; until then it is looked at more often.
        deadline: When it is brought to its end; ``None`` if it takes as long as it takes.
    """

    linked: bool = False
    deadline: datetime | None = None

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def to_the_end(self) -> T:
        """Start it, wait for its end or bring that about, and write down what became of it."""
        try:
            child = self.outside.start(self.arguments())
        except OSError as error:
            return self.not_started(f"renmin could not be started: {error}")
        try:
            code, in_time = self._wait(child)
        except BaseException as error:
            # Ctrl-C, SIGTERM or a database that went away: never leave a crawl behind.
            code = bring_to_end(child)
            self.look(child)
            self.broken_off(error, code)
            raise
        self.look(child)
        return self.ended(code) if in_time else self.stopped(code)

    def _wait(self, child: Process) -> tuple[int, bool]:
        """The exit code, and whether it ended by itself."""
        while (code := child.wait(self._pause())) is None:
            self.look(child)
            if self.must_end():
                return bring_to_end(child), False
            self.outside.meanwhile()
        return code, True

    def _pause(self) -> timedelta:
        pause = LOOK if self.linked else FIRST_LOOK
        return min(pause, self.deadline - self.outside.now()) if self.deadline else pause

    def must_end(self) -> bool:
        """Whether it is not to go on."""
        return self.deadline is not None and self.outside.now() >= self.deadline

    @abstractmethod
    def arguments(self) -> list[str]:
        """What ``renmin`` is started with."""

    @abstractmethod
    def look(self, child: Process) -> None:
        """Note what can be noted while it goes on, above all the number of its run."""

    @abstractmethod
    def not_started(self, why: str) -> T:
        """Write down that it could not be started."""

    @abstractmethod
    def broken_off(self, error: BaseException, code: int) -> None:
        """Write down that it was ended because its runner has to end."""

    @abstractmethod
    def stopped(self, code: int) -> T:
        """Write down that it was ended because it must not go on."""

    @abstractmethod
    def ended(self, code: int) -> T:
        """Write down that it ended by itself."""


def bring_to_end(child: Process) -> int:
    """Bring a crawl to its end, gently if it lets us; its exit code."""
    child.terminate()
    if (code := child.wait(STOP_GRACE)) is not None:
        return code
    child.kill()
    while (code := child.wait(STOP_GRACE)) is None:
        logger.warning("wait for killed pid=%d", child.pid)
    return code


@contextlib.contextmanager
def stop_on_signal() -> Iterator[None]:
    """Within: SIGTERM stops the crawl that is going on, says so in its row, and ends us (143).

    So does the end of the terminal (SIGHUP), but under nohup.
    """

    def stop(number: int, _frame: Any) -> Never:
        raise SystemExit(128 + number)

    heard = [signal.SIGTERM, signal.SIGHUP]
    before = {one: signal.getsignal(one) for one in heard}
    for one in heard:
        if before[one] is not signal.SIG_IGN:
            signal.signal(one, stop)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


class _Child:
    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child

    @property
    def pid(self) -> int:
        return self._child.pid

    def wait(self, at_most: timedelta) -> int | None:
        try:
            return self._child.wait(max(0.0, at_most.total_seconds()))
        except subprocess.TimeoutExpired:
            return None

    def terminate(self) -> None:
        self._child.terminate()

    def kill(self) -> None:
        self._child.kill()
