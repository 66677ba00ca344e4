"""A store of its own for each test, and the moment at which these tests begin."""

from datetime import datetime

import pytest

from crawler.store.engine import open_store
from crawler.store.tables import SHANGHAI


@pytest.fixture
def store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'renmin.db'}")
    yield store
    store.close()


@pytest.fixture
def monday():
    """Monday, 2 March 2026, 00:00 in Shanghai."""
    return datetime(2026, 3, 2, tzinfo=SHANGHAI)
