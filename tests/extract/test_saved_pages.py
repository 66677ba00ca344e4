"""Every saved page gives, field by field, what a person found on it."""

import json

import pytest

from crawler.extract.designs import DESIGNS
from tests.golden import FIELDS, outcome, read_saved, saved_pages

PAGES = saved_pages()
CASES = [(folder, name) for folder in PAGES for name in (*FIELDS, "pages", "page")]
FALLBACKS = {"generic", "mirror"}


@pytest.fixture(scope="module")
def outcomes():
    return {folder: outcome(read_saved(folder)) for folder in PAGES}


@pytest.mark.parametrize(
    ("folder", "name"), CASES, ids=[f"{f.parent.name}/{f.name}-{n}" for f, n in CASES]
)
def test_field_is_read_as_expected(folder, name, outcomes):
    """A field of a saved page is what its expected.json says."""
    expected = json.loads((folder / "expected.json").read_text("utf-8"))

    assert outcomes[folder][name] == expected[name]


@pytest.mark.parametrize("design", [d.name for d in DESIGNS] + sorted(FALLBACKS))
def test_every_design_has_a_saved_page(design):
    """A design without a page in tests/pages/<design>/ is no design."""
    folders = [folder for folder in PAGES if folder.parent.name == design]

    assert folders, f"save a page of {design} under tests/pages/{design}/"


@pytest.mark.parametrize("folder", PAGES, ids=[f"{f.parent.name}/{f.name}" for f in PAGES])
def test_saved_page_is_of_its_folder_s_design(folder, outcomes):
    """A saved page lies in the folder of the design that it is recognised as."""
    assert outcomes[folder]["template"] == folder.parent.name


@pytest.mark.parametrize("folder", PAGES, ids=[f"{f.parent.name}/{f.name}" for f in PAGES])
def test_editors_are_never_authors(folder, outcomes):
    """No name stands among both editors and authors of a saved page."""
    record = outcomes[folder]

    assert not set(record["editors"]) & set(record["authors"])
