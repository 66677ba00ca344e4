"""The moment at which these tests begin."""

from datetime import datetime

import pytest

from crawler.clock import SHANGHAI


@pytest.fixture
def monday():
    """Monday, 2 March 2026, 00:00 in Shanghai."""
    return datetime(2026, 3, 2, tzinfo=SHANGHAI)
