"""Jobs on a server with the tables of procrastinate."""

from __future__ import annotations

import pytest

from tests.fleet.conftest import Jobs


@pytest.fixture
def jobs(server):
    """Its jobs."""
    return Jobs(server)
