"""A service that is restarted in the middle of a run goes on with that run."""

from __future__ import annotations

import signal
import sqlite3
from collections import Counter

import pytest

from tests.crawls.conftest import command, environment, rows, run, started, stored, wait_for

pytestmark = pytest.mark.crawl

SETTINGS = "from crawler.settings import *\nDOWNLOAD_DELAY = 0\nAUTOTHROTTLE_ENABLED = False\n"
RUNS = "SELECT id, finish_reason, exit_code FROM run"
PLANNED = "SELECT outcome, run_id FROM schedule_run"


@pytest.fixture
def operator(tmp_path, database):
    """The environment of a service whose crawls are not slowed down."""
    (tmp_path / "quick_settings.py").write_text(SETTINGS)
    env = environment(RENMIN_DATABASE=database, SCRAPY_SETTINGS_MODULE="quick_settings")
    return {**env, "PYTHONPATH": f"{tmp_path}:{env['PYTHONPATH']}"}


def is_so(database, query, expected):
    """Whether the database answers so by now; it may not be there yet."""
    try:
        return rows(database, query) == expected
    except Exception:
        return False


def test_a_restarted_service_goes_on_with_its_run(serve, database, operator):
    """One run, one planned time, each article once, no alert; the limit counts what came before."""
    site = serve(articles=30, latency=0.03)
    operator["RENMIN_PROXY"] = f"http://127.0.0.1:{site.port}"
    made = run(
        command(
            "schedule", "set", "often", "--channels", "sd", "--cron", "* * * * *", "--limit", "25"
        ),
        env=operator,
    )
    assert made.returncode == 0, made.stderr
    path = database.removeprefix("sqlite:///")
    with sqlite3.connect(path) as db:  # as if it had been made a minute ago, and none is due after
        db.execute("UPDATE schedule SET settled_until = datetime('now', '+8 hours', '-1 minute')")
        db.execute(
            "UPDATE schedule SET settled_until = replace(settled_until, ' ', 'T') || '+08:00'"
        )
    with started(command("serve"), env=operator) as service:
        wait_for(lambda: sum(each.status == 200 for each in site.asked) > 12)
        with sqlite3.connect(path) as db:
            db.execute("UPDATE schedule SET cron = '0 0 29 2 *'")

        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=20)

    assert service.returncode == 0, said
    assert rows(database, RUNS) == [(1, "shutdown", 3)]
    assert rows(database, PLANNED) == [("interrupted", 1)]
    assert 0 < len(stored(database)) < 25

    with started(command("serve"), env=operator) as service:
        wait_for(lambda: is_so(database, PLANNED, [("done", 1)]), 60)
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=20)

    assert rows(database, RUNS) == [(1, "limit", 0)]
    assert set(stored(database).values()) == {1}
    assert set(stored(database)) <= set(site.urls)
    assert len(stored(database)) == 25
    counted = Counter(
        dict(rows(database, "SELECT name, sum(value) FROM run_counter GROUP BY name"))
    )
    assert counted["article/new"] == 25
    opened = {rule for (rule,) in rows(database, "SELECT rule FROM alert")}
    assert opened <= {"source_stale", "list_dead"}
