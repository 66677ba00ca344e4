"""What a crawl says while it works and when it is stopped: to a person, and to a log."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess

import pytest

from crawler.replica.answer import NEVER, Response
from tests.crawls.conftest import (
    ROOT,
    command,
    crawl_command,
    environment,
    rows,
    run,
    started,
    wait_for,
)

pytestmark = pytest.mark.crawl

# As an operator has it: the log at INFO.
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False")


def told(site, database, *more):
    proxy = f"http://127.0.0.1:{site.port}"
    return command("crawl", "sd", "--proxy", proxy, "--database", database, *FAST, *more)


def on_a_terminal(arguments: list[str]) -> str:
    """What a person sees whose standard error is a terminal."""
    ours, theirs = pty.openpty()
    env = environment(TERM="xterm-256color", COLUMNS="120")
    with subprocess.Popen(
        arguments, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            seen += part
        assert process.wait(60) == 0
    os.close(ours)
    return seen.decode()


def test_a_terminal_shows_a_bar_and_of_the_log_its_begin_alone(serve, database):
    """Pages, what is new and what waits, written over and over in one place, and taken away at the end."""
    site = serve(articles=12, latency=0.15)

    seen = on_a_terminal(told(site, database))

    counts = [int(number) for number in re.findall(r"pages (\d+) · new \d+ · queue \d+", seen)]
    assert len(counts) > 2
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    assert [line for line in re.findall(r"INFO: (\w+)", seen) if line not in ("run", "ended")] == []
    # Each time the line before is erased, the last time too.
    assert seen.count("\x1b[2K") >= len(counts)


def test_a_log_has_lines_with_their_zone_and_nothing_of_a_terminal(serve, database, tmp_path):
    """Begin and end are told, Scrapy's banner is not; at DEBUG it is."""
    site = serve(articles=2)

    plain = run(told(site, database))
    other = f"sqlite:///{tmp_path / 'other.db'}"
    debug = run(told(site, other, "-s", "LOG_LEVEL=DEBUG"))

    assert re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} \[.*INFO: run 1 began: renmin crawl",
                     plain.stderr, re.MULTILINE)  # fmt: skip
    assert "ended: finished" in plain.stderr
    assert "\x1b" not in plain.stderr
    for banner in ("started (bot:", "Enabled extensions", "Overridden settings"):
        assert banner not in plain.stderr
        assert banner in debug.stderr


@pytest.mark.parametrize("delay", [0.0, NEVER], ids=["busy", "a host hangs"])
def test_ctrl_c_ends_with_a_summary_and_what_to_do_next(serve, database, delay):
    """What was done, that it is stored, and that the same command goes on; the run's log says so too."""
    site = serve(articles=30, latency=0.02)
    last = site.urls[-1]
    site.instead[last] = Response(status=503, delay=delay)
    with started(crawl_command(site, database)) as process:
        wait_for(lambda: any(each.page == last for each in site.asked))

        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)

    assert process.returncode == 3
    lines = said.splitlines()
    assert re.match(r"run 1 shutdown: \d+ pages?, \d+ new articles?, ", lines[0])
    assert "  stopped; what was fetched is stored. The same command goes on from here" in lines
    pages = int(re.search(r"(\d+) pages?", lines[0])[1])
    counted = "SELECT sum(value) FROM run_counter WHERE name LIKE 'page/%'"
    assert rows(database, counted) == [(pages,)]
    logged = run(command("logs", "1", "--database", database))
    assert logged.returncode == 0, logged.stderr
