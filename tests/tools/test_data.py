"""The tables that the tool reads can be made again, and are what their sources made them."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from tools.data.__main__ import ROOT, build, digest, load, place

KNOWN = load()
# Building the language model takes a minute; `make data` does it.
SLOW = {"crawler/text/data/ngrams.bin"}


@pytest.mark.parametrize("name", KNOWN["table"])
def test_a_table_is_what_its_checksum_says(name):
    """A table that was changed by hand, or built from other sources, is noticed."""
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == KNOWN["table"][name]["sha256"]


def test_every_table_is_named():
    """Each file of data in the text room is a table with a builder, or tells of them."""
    files = {f"crawler/text/data/{path.name}" for path in (ROOT / "crawler/text/data").iterdir()}

    assert files - set(KNOWN["table"]) == {"crawler/text/data/NGRAMS.md"}


@pytest.mark.parametrize("name", sorted(set(KNOWN["table"]) - SLOW))
def test_a_table_is_built_again_byte_for_byte(name, tmp_path):
    """Where its sources are installed, its builder gives the same bytes."""
    table = KNOWN["table"][name]
    places = {key: place(KNOWN["source"][key]) for key in table["sources"]}
    for key, path in places.items():
        if path is None or digest(path) != KNOWN["source"][key]["sha256"]:
            pytest.skip(f"{key} {KNOWN['source'][key]['version']} is not installed: make data")

    assert build(name, table, places, tmp_path) == (ROOT / name).read_bytes()


def test_licences_of_the_tables_are_those_of_the_project():
    """The licence expression holds the licence of every table, and the notices go along."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    licences = {table["licence"] for table in KNOWN["table"].values()} | {"MIT"}

    assert set(project["license"].split(" AND ")) == licences
    assert "NOTICE.md" in project["license-files"]
    notices = (ROOT / "NOTICE.md").read_text("utf-8")
    assert [name for name in KNOWN["table"] if name not in notices] == []


def test_builders_stay_out_of_the_wheel():
    """Only the packages that run are packed, and no module of theirs builds tables."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]

    assert wheel["targets"]["wheel"]["packages"] == ["crawler", "spiders", "pipelines"]
    assert list(Path(ROOT / "crawler" / "text" / "data").glob("*.py")) == []
