"""A server with the tables of procrastinate."""

from __future__ import annotations

import pytest

from crawler.store.engine import open_store
from tests.fleet.conftest import Jobs


@pytest.fixture
def server(postgres):
    """An empty database on the server."""
    store = open_store(postgres)
    yield store
    store.close()


@pytest.fixture
def jobs(server):
    """Its jobs."""
    return Jobs(server)
