"""Asked to stop, a crawl finishes its batch and leaves in time; run again it goes on."""

from __future__ import annotations

import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from crawler import clock
from crawler.replica.answer import NEVER, Response
from crawler.store import requests
from crawler.store.engine import open_store
from tests.crawls.conftest import (
    command,
    crawl,
    crawl_command,
    rows,
    run,
    started,
    stored,
    wait_for,
)

pytestmark = pytest.mark.crawl

LAST_RUN = "SELECT finish_reason, exit_code FROM run ORDER BY id DESC LIMIT 1"


@pytest.mark.parametrize(
    ("number", "delay"), [(signal.SIGTERM, NEVER), (signal.SIGINT, 0.0), (signal.SIGHUP, 0.0)]
)
def test_a_stop_is_obeyed_in_time_although_a_host_hangs(serve, database, number, delay):
    """The process leaves with exit code 3, its run says shutdown, and the next run has the rest."""
    site = serve(articles=30, latency=0.02)
    silent = site.urls[-1]
    site.instead[silent] = Response(status=503, delay=delay)
    in_a_moment = crawl_command(site, database, "-s", "RENMIN_LEAVE_SECONDS=1")
    with started(in_a_moment) as process:
        wait_for(lambda: any(each.page == silent for each in site.asked))

        process.send_signal(number)
        began = time.monotonic()
        process.communicate(timeout=20)
        took = time.monotonic() - began

    assert process.returncode == 3
    assert took < 10
    assert rows(database, LAST_RUN) == [("shutdown", 3)]
    assert rows(database, "SELECT count(*) FROM frontier WHERE state = 'LEASED'") == [(0,)]
    del site.instead[silent]
    assert crawl(site, database).returncode == 0
    assert stored(database) == Counter(site.urls)


def test_a_stop_while_the_crawl_begins_is_obeyed_in_order(serve, database):
    """As soon as the signal is heard, before there is an engine: the run says shutdown."""
    site = serve(articles=30, latency=0.02)
    with started(crawl_command(site, database), itself=True) as process:
        status = Path(f"/proc/{process.pid}/status")
        wait_for(lambda: _hears(status.read_text(), signal.SIGTERM))

        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)

    assert process.returncode == 3, said
    assert "fault" not in said
    assert rows(database, LAST_RUN) == [("shutdown", 3)]


def _hears(status: str, number: signal.Signals) -> bool:
    caught = status.partition("SigCgt:")[2].split()
    return bool(caught) and bool(int(caught[0], 16) >> (number - 1) & 1)


def test_a_second_crawl_is_refused_and_readers_are_not(serve, database, tmp_path):
    """While one crawl writes to a file, another is refused in one line, and export and stats work."""
    site = serve(articles=30, latency=0.02)
    site.instead[site.urls[-1]] = Response(delay=NEVER)
    with started(crawl_command(site, database)):
        wait_for(lambda: any(each.page == site.urls[-1] for each in site.asked))
        wait_for(lambda: stored(database))

        second = crawl(site, database)
        export = run(command("export", str(tmp_path / "out.jsonl"), "--database", database))
        stats = run(command("stats", "--database", database))

    assert second.returncode == 3
    assert len(second.stderr.strip().splitlines()) == 1
    assert "another crawl (process" in second.stderr
    assert export.returncode == 0, export.stderr
    assert stats.returncode == 0, stats.stderr


def test_a_run_stops_when_somebody_asks_for_it(serve, database):
    """Its next heart-beat sees the request: the run ends as stopped, in order and with exit code 0."""
    site = serve(articles=30, latency=0.02)
    site.instead[site.urls[-1]] = Response(delay=NEVER)
    prompt = ("-s", "RENMIN_STALLED_SECONDS=2", "-s", "RENMIN_LEAVE_SECONDS=1")
    with started(crawl_command(site, database, *prompt)) as process:
        wait_for(lambda: any(each.page == site.urls[-1] for each in site.asked))
        store = open_store(database)
        with store.writing.begin() as connection:
            requests.ask(connection, requests.STOP, clock.now(), run_id=1)
        store.close()

        process.communicate(timeout=30)

    assert process.returncode == 0
    assert rows(database, LAST_RUN) == [("stopped", 0)]
    assert rows(database, "SELECT outcome FROM request") == [("done",)]
    assert rows(database, "SELECT count(*) FROM frontier WHERE state = 'LEASED'") == [(0,)]
