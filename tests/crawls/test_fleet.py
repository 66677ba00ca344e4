"""Workers on one server: each host is one worker's, also when one of them stands still for a while."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from tests.crawls.conftest import command, environment, rows, run, started, stored, wait_for
from tests.crawls.test_resume import LATENCY, overlaps

pytestmark = [pytest.mark.crawl, pytest.mark.postgres]

STALLED = 2.0
SETTINGS = ("-s", "DOWNLOAD_DELAY=0.15", "-s", "AUTOTHROTTLE_ENABLED=False")
# A job that was begun once already.
TAKEN_OVER = (
    "SELECT count(*) FROM renmin_jobs.procrastinate_jobs WHERE task_name = 'sweep'"
    " AND attempts > 0 AND status::text IN ('todo', 'doing')"
)
AT_WORK = "SELECT count(*) FROM run WHERE ended_at IS NULL"


def test_a_worker_that_stands_still_loses_its_hosts_and_writes_nothing_of_them(
    serve, postgres, tmp_path
):
    """The other worker goes on; the one that comes back neither writes nor asks, and nothing is lost."""
    site = serve(articles=16, channels=["sd", "bj"], latency=LATENCY)
    own = {
        "RENMIN_DATABASE": postgres,
        "RENMIN_PROXY": f"http://127.0.0.1:{site.port}",
        "RENMIN_ARCHIVE": str(tmp_path / "archive.db"),
    }
    options = {"env": environment(**own), "start_new_session": True, "itself": True}
    asked = run(command("jobs", "run", "sd", "bj"), env=environment(**own))
    worker = command("worker", "--stalled", str(STALLED), "--until-idle", *SETTINGS)

    with started(worker, **options) as first:
        wait_for(lambda: len(site.asked) > 12, 60)
        with started(worker, **options) as second:
            # Its crawls are in groups of their own and go on for a while: they must notice too.
            os.kill(first.pid, signal.SIGSTOP)
            wait_for(lambda: rows(postgres, TAKEN_OVER) != [(0,)], 60)
            os.kill(first.pid, signal.SIGCONT)
            _, errors = second.communicate(timeout=90)
        first.communicate(timeout=60)

    assert asked.returncode == 0, asked.stderr
    assert second.returncode == 0, errors
    assert stored(postgres) == Counter(site.urls)
    assert rows(postgres, AT_WORK) == [(0,)]
    assert overlaps(site) == 0
