"""Every name that a report, a rule or a fixture reads is one that a crawl writes.

A column over a counter that nobody counts is empty for ever, and full in a test whose fixture
writes it by hand. So the names are taken from the sources and held against real crawls.
"""

from __future__ import annotations

import ast
import re

import pytest

from crawler.extract.designs import DESIGNS
from crawler.replica import Clock, Site
from crawler.replica.proxy import in_thread
from crawler.text.mojibake.repair import RULES
from crawler.watch.alerts import configuration
from tests.crawls.conftest import ROOT, WatchedSite, crawl, rows
from tests.report import sample

pytestmark = pytest.mark.crawl

READERS = ("crawler/report", "crawler/watch", "crawler/web", "crawler/store/runs.py")
FIXTURES = ("tests/report", "tests/web", "tests/watch")
COUNTER = re.compile(
    r"(?:page|article|status|skipped|wait|failure|template|field|duplicate|charset|repair|damage"
    r"|doubt|text|time|bytes)/[a-z0-9_-]*"
)
# What the site does on the second day; the channels have few list pages.
FAULTS = ("design-changed=qh", "forbidden=fj", "robots-forbidden=gd")
CHANNELS = ("sd", "sh", "xj", "cq", "qh", "fj", "gd")
ONE_TRY = ("-s", "DOWNLOAD_TIMEOUT=5", "-s", "RETRY_TIMES=0")
# What no crawl of these writes, and the test whose crawl does.
ELSEWHERE = {
    "status/429": "test_politeness.py",
    "article/changed": "test_incremental.py",
    "article/doubtful": "tests/watch/alerts/test_misbehaving_site.py",
    "doubt/count": "tests/watch/alerts/test_misbehaving_site.py",
    "text/fffd": "tests/watch/alerts/test_misbehaving_site.py",
    "failure/extraction_title": "test_bad_pages.py",
    "failure/http_404": "test_bad_pages.py",
    "failure/http_429": "test_politeness.py",
    "failure/timeout": "test_bad_pages.py",
}
# No counters, though they look like some.
OTHERS = {
    "text/plain",
    "text/csv",
    "text/html",
    "text/event-stream",
    "failure/a",
    "failure/http_503",
}


def strings(*places: str) -> set[str]:
    """Every string constant of the Python files of ``places``."""
    found = set()
    for place in places:
        path = ROOT / place
        for file in [path] if path.is_file() else path.rglob("*.py"):
            nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            values = (node.value for node in nodes if isinstance(node, ast.Constant))
            found.update(value for value in values if isinstance(value, str))
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The names of all counters of a crawl of a good day and of one of a bad day."""
    database = f"sqlite:///{tmp_path_factory.mktemp('names') / 'renmin.db'}"
    for day, faults, names in ((0, (), CHANNELS[:1]), (3, FAULTS, CHANNELS)):
        shape = Site(articles=120, channels=CHANNELS, clock=Clock(day=day), faults=faults)
        site = WatchedSite(shape)
        with in_thread(site) as site.port:
            crawl(site, database, *names, *ONE_TRY)
    assert not rows(database, "SELECT url FROM failures WHERE reason LIKE 'error_%'")
    return {name for (name,) in rows(database, "SELECT DISTINCT name FROM run_counter")}


@pytest.mark.parametrize("places", [READERS, FIXTURES], ids=["reports", "fixtures"])
def test_each_counter_that_is_read_is_written(written, places):
    """One by its name, all of a noun by the noun with its slash."""
    read = {name for name in strings(*places) if COUNTER.fullmatch(name)} - OTHERS
    nouns = {name.partition("/")[0] + "/" for name in written}

    assert len(read) > 15
    assert read - written - nouns - ELSEWHERE.keys() <= {"failure/extraction", "failure/error_"}


def test_fixtures_name_designs_reasons_and_rules_that_there_are(written):
    """Designs that read pages, kinds of damage that are found, rules that can open an alert."""
    designs = {design.name for design in DESIGNS} | {"generic"}
    named = {f"failure/{reason}" for reason in sample.REASONS} - ELSEWHERE.keys()
    kinds = {rule.name for rule in RULES}
    rules = set(re.findall(r'"rule": "([\w-]+)",\n +"subject"', watched_source()))

    assert set(sample.DESIGNS) <= designs
    assert named <= written
    assert set(sample.DAMAGE) <= kinds
    assert len(rules) == 3
    assert rules <= configuration.load().rules.keys()


def watched_source() -> str:
    """The source of the dashboard's invented alerts."""
    return (ROOT / "tests/web/watched.py").read_text(encoding="utf-8")
