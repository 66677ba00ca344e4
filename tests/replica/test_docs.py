"""docs/replica.md tells of everything that the replica can do."""

from pathlib import Path

import pytest

from crawler.replica.addresses import EXTRAS, TRAITS
from crawler.replica.faults import FAULTS

TEXT = (Path(__file__).parents[2] / "docs" / "replica.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted({*FAULTS, *EXTRAS, *TRAITS}))
def test_every_kind_trait_and_fault_is_described(name):
    """Each name stands in a table of the page."""
    assert f"`{name}`" in TEXT
