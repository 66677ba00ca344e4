"""``renmin jobs`` names the processes of a fleet, in the zone of all other tables."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import datetime, timedelta

import pytest

from crawler import clock
from crawler.store import requests
from tests import forked

pytestmark = pytest.mark.postgres


def test_jobs_names_the_processes_and_tells_times_of_shanghai(jobs):
    """A worker has a number and no machine: which processes there are is told beside it."""
    jobs.hold(jobs.worker(), channels=1)
    with jobs.store.writing.begin() as connection:
        requests.attend(connection, "worker", clock.now())
    address = jobs.store.writing.url.render_as_string(hide_password=False)

    words = [str(forked.client()), "jobs", "--database", address, "--json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(done.stdout)

    (process,) = told["processes"]
    assert (process["machine"], process["process"]) == (platform.node(), str(os.getpid()))
    moments = [process["seen"], told["workers"][0]["seen"]]
    assert {datetime.fromisoformat(one).utcoffset() for one in moments} == {timedelta(hours=8)}
