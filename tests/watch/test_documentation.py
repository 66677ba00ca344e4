"""docs/operations.md and docs/grafana-dashboard.json name what there is."""

import json
import re
from pathlib import Path

from crawler.watch import metrics
from crawler.watch.alerts.configuration import default_rules

DOCS = Path(__file__).parents[2] / "docs"


def exposed(store, now):
    with store.reading.connect() as connection:
        text = metrics.exposition(connection, now)
    return set(re.findall(r"# TYPE (\w+) gauge", text))


def test_every_rule_is_documented():
    """The table of rules has a row for each, in their order, and no other."""
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    table = text.partition("| rule | opens when")[2].partition("\n\n")[0]

    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(default_rules())


def test_every_series_is_documented(store, monday):
    """Each exposed series stands in the page, and none that is not exposed."""
    text = (DOCS / "operations.md").read_text(encoding="utf-8")

    assert set(re.findall(r"`(renmin_\w+)\{", text)) == exposed(store, monday)


def test_grafana_asks_for_series_that_there_are(store, monday):
    """A panel over a series of another name would stay empty for ever."""
    dashboard = json.loads((DOCS / "grafana-dashboard.json").read_text(encoding="utf-8"))
    asked = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"renmin_\w+", target["expr"])
    }

    assert len(asked) >= 10
    assert asked <= exposed(store, monday)
