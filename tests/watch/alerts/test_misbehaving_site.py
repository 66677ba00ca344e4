"""Alerts are opened and closed by crawls of a site that misbehaves and recovers.

Eight channels, three crawls: all is well; each channel has a fault of its own; all is well again.
The first crawl is entered once more for each of the days before, as the usual that the second one
is held against.
"""

import os
import subprocess
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crawler.clock import SHANGHAI
from crawler.store.engine import open_store
from crawler.store.tables import alert, run, run_counter
from crawler.watch.alerts import configuration
from crawler.watch.alerts.check import check
from tests import forked

FAULTS = {
    "sd": "design-changed",
    "bj": "captions-gone",
    "sh": "forbidden",
    "gd": "source-gone",
    "js": "garbled",
    "zj": "replaced",
    "ah": "robots-forbidden",
    "hb": "too-many",
}
EXPECTED = {
    ("design_shift", "sd"),
    ("field_missing", "bj/captions"),
    ("requests_refused", "sh"),
    ("field_missing", "gd/source"),
    ("text_shift", "js/repaired"),
    ("text_lost", "zj"),
    ("robots_refused", "ah.people.com.cn"),
    ("requests_refused", "hb"),
}
# The rules as they are, on samples as small as these crawls give.
SMALL = "".join(
    f"[alerts.{name}]\nminimum = 5\n"
    for name in ("field_missing", "design_shift", "text_shift", "text_short")
)
PER_CHANNEL = 5


class Operator:
    """Crawls and checks, as one would by hand."""

    def __init__(self, folder):
        self.url = f"sqlite:///{folder}/renmin.db"
        self.environ = {**os.environ, "RENMIN_DATABASE": self.url}
        toml = folder / "renmin.toml"
        toml.write_text(SMALL, encoding="utf-8")
        self.settings = configuration.load(toml)

    def crawl(self, articles, faults=()):
        """Crawl the stand-in site while it has ``faults``; more articles are other pages."""
        channels = [part for name in FAULTS for part in ("--channel", name)]
        wrong = [part for name in faults for part in ("--fault", f"{FAULTS[name]}={name}")]
        site = [forked.client(), "replica", "--port", "0", "--plain", "--articles", str(articles)]
        with subprocess.Popen(
            [*site, *channels, *wrong], stdout=subprocess.PIPE, text=True
        ) as replica:
            try:
                proxy = replica.stdout.readline().strip()
                fast = ["-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False"]
                command = [forked.client(), "crawl", *FAULTS, "--proxy", proxy, *fast]
                done = subprocess.run(
                    command, env=self.environ, capture_output=True, text=True, check=False
                )
            finally:
                replica.terminate()
        assert done.returncode == 0, done.stderr[-2000:]

    def open_alerts(self):
        """Check now: the (rule, subject) pairs that are open."""
        store = open_store(self.url)
        try:
            with store.reading.connect() as connection:
                last = connection.scalar(sa.select(sa.func.max(run.c.id)))
                query = sa.select(run.c.heartbeat_at).where(run.c.id == last)
                now = connection.execute(query).scalar_one().astimezone(SHANGHAI)
            check(store, self.settings, lambda: now)
            with store.reading.connect() as connection:
                query = sa.select(alert.c.rule, alert.c.subject).where(alert.c.closed_at.is_(None))
                return {(row.rule, row.subject) for row in connection.execute(query)}
        finally:
            store.close()

    def repeat_first_run(self, days):
        """Enter the first run again for each day before it."""
        store = open_store(self.url)
        with store.writing.begin() as connection:
            first = connection.execute(sa.select(run)).mappings().one()
            counters = connection.execute(sa.select(run_counter)).mappings().all()
            moments = ("started_at", "heartbeat_at", "ended_at")
            for day in range(1, days + 1):
                earlier = {name: first[name] - timedelta(days=day) for name in moments}
                row = {key: value for key, value in first.items() if key != "id"} | earlier
                run_id = connection.execute(sa.insert(run).returning(run.c.id), row).scalar_one()
                rows = [{**counter, "run_id": run_id} for counter in counters]
                connection.execute(sa.insert(run_counter), rows)
        store.close()


@pytest.mark.crawl
def test_each_fault_opens_its_alert_and_recovery_closes_it(tmp_path):
    """Design changed, captions or source gone, 403, 429, garbled, lost characters, robots.txt."""
    operator = Operator(tmp_path)
    operator.crawl(PER_CHANNEL * len(FAULTS))
    operator.repeat_first_run(days=5)
    before = operator.open_alerts()

    operator.crawl(PER_CHANNEL * len(FAULTS) * 2, faults=FAULTS)
    during = operator.open_alerts() - before
    operator.crawl(PER_CHANNEL * len(FAULTS) * 3)
    after = operator.open_alerts() - before

    assert before & EXPECTED == set()
    assert during >= EXPECTED
    assert after & EXPECTED == set()
