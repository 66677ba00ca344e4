"""The pages of documentation say what the code does."""

import json
import re
from pathlib import Path

import pytest

from crawler.report.table import FIGURES
from crawler.web.tables import ANSWERS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_defined(figure):
    """Each figure stands in the table with its own sentence."""
    assert f"| `{figure}` | {FIGURES[figure]} |" in (DOCS / "dashboard.md").read_text("utf-8")


@pytest.mark.parametrize("table", ANSWERS)
def test_every_table_is_named(table):
    """Who wants a file finds its name."""
    assert f"`{table}`" in (DOCS / "dashboard.md").read_text("utf-8")


@pytest.mark.parametrize("page", ["metrics.md", "grafana-dashboard.json"])
def test_every_series_that_is_named_exists(client, page):
    """Documentation and Grafana ask only for what /metrics tells."""
    told = set(re.findall(r"^# TYPE (\w+)", client.get("/metrics").text, re.MULTILINE))

    named = set(re.findall(r"renmin_[a-z_]+", (DOCS / page).read_text("utf-8")))

    assert named
    assert named <= told


def test_grafana_panels_have_places_of_their_own():
    """The file is a dashboard with a query in each panel, none over another."""
    panels = json.loads((DOCS / "grafana-dashboard.json").read_text("utf-8"))["panels"]
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}

    assert len(places) == len(panels)
    assert all(panel["targets"][0]["expr"] for panel in panels)
