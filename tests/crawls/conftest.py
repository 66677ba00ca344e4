"""Crawls as an operator starts them: in a process of their own, against a site of a test's own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from crawler.replica import Site
from crawler.replica.answer import Response
from crawler.replica.proxy import in_thread
from crawler.site.urls import classify
from crawler.store.engine import open_store
from tests import forked

ROOT = Path(__file__).parents[2]
QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "LOG_LEVEL=WARNING")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that the site saw; ``page`` is the address in its canonical spelling."""

    url: str
    page: str
    status: int
    began: float
    headers: Mapping[str, str]


@dataclass
class WatchedSite:
    """A stand-in site that remembers what it was asked, and answers otherwise where told to."""

    site: Site
    asked: list[Asked] = field(default_factory=list)
    instead: dict[str, Response] = field(default_factory=dict)
    on_request: Callable[[str], None] = lambda _url: None
    port: int = 0

    def respond(self, method: str, url: str, headers: Mapping[str, str]) -> Response:
        """Answer, and remember."""
        page = classify(url).canonical
        answer = (
            self.instead.get(url)
            or self.instead.get(page)
            or self.site.respond(method, url, headers)
        )
        self.asked.append(Asked(url, page, answer.status, time.monotonic(), dict(headers)))
        self.on_request(url)
        return answer

    @property
    def urls(self) -> list[str]:
        """The canonical addresses of its plain articles."""
        return [row["url"] for row in self.site.rows() if row["kind"] == "article"]

    def statuses(self) -> Counter[int]:
        """How often it answered how, robots.txt aside."""
        return Counter(each.status for each in self.asked if not each.url.endswith("robots.txt"))


@pytest.fixture
def serve():
    """A function that serves a site until the test ends and gives it back, watched."""
    yield from _serving()


@pytest.fixture(scope="module")
def serve_for_all():
    """The same until all tests of a file are done."""
    yield from _serving()


def _serving():
    with contextlib.ExitStack() as stack:

        def start(*, latency: float = 0.0, **shape) -> WatchedSite:
            watched = WatchedSite(Site(**{"plain": True, "channels": ["sd"], **shape}))
            watched.port = stack.enter_context(in_thread(watched, latency))
            return watched

        yield start


def environment(**more: str) -> dict[str, str]:
    """The environment without an operator's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RENMIN_")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def command(*arguments: str) -> list[str]:
    """A renmin command line."""
    return [sys.executable, "-m", "crawler.cli", *arguments]


def crawl_command(site: WatchedSite, database: str, *arguments: str) -> list[str]:
    """The command line of a crawl without delays; ``sd`` unless channels are named."""
    proxy = f"http://127.0.0.1:{site.port}"
    names = arguments if arguments and not arguments[0].startswith("-") else ("sd", *arguments)
    return command("crawl", "--proxy", proxy, "--database", database, *QUICK, *names)


def run(arguments: list[str], **options) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; ``renmin`` without its start (:mod:`tests.forked`) where it may."""
    if arguments[:3] == command() and "preexec_fn" not in options:
        arguments = [str(forked.client()), *arguments[3:]]
    options = {"env": environment(), "cwd": ROOT, "timeout": 120, **options}
    return subprocess.run(arguments, capture_output=True, text=True, check=False, **options)


def crawl(site: WatchedSite, database: str, *arguments: str, **options):
    """Crawl to the end."""
    return run(crawl_command(site, database, *arguments), **options)


@contextlib.contextmanager
def started(arguments: list[str], *, itself: bool = False, **options):
    """A command that runs while the block does; killed at its end if it still runs.

    Args:
        arguments: What is typed.
        itself: Whether the process has to be the command, not somebody who hands signals on to it.
        options: Of the process.
    """
    if arguments[:3] == command() and not itself:
        arguments = [str(forked.client()), *arguments[3:]]
    options = {"env": environment(), "cwd": ROOT, "text": True, **options}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(arguments, **pipes, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def rows(database: str, query: str) -> list[tuple]:
    """What the database answers."""
    store = open_store(database, create=False)
    with store.reading.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(query))]
    store.close()
    return found


def stored(database: str) -> Counter[str]:
    """How often each address is stored as an article."""
    return Counter(url for (url,) in rows(database, "SELECT url FROM article"))


def counters(database: str, run_id: int | None = None) -> dict[str, int]:
    """The counters of a run over all channels; of the last run if none is named."""
    which = run_id or rows(database, "SELECT max(id) FROM run")[0][0]
    query = f"SELECT name, sum(value) FROM run_counter WHERE run_id = {which} GROUP BY name"
    return {name: int(value) for name, value in rows(database, query)}


def wait_for(what: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until ``what`` holds."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
