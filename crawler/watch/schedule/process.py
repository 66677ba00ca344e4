"""A crawl as a subprocess that can be waited for and stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol


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
