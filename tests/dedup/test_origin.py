"""Which of several copies is the original."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import permutations

import pytest

from crawler.dedup.corpus import Claim, original_of

NOON = datetime(2024, 3, 25, 12, tzinfo=timezone(timedelta(hours=8)))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "copies",
    [
        pytest.param(
            [
                Claim(number=9, published_at=NOON),
                Claim(number=1, published_at=NOON + HOUR),
                Claim(number=2, published_at=NOON - HOUR, at_site=False),
            ],
            id="earliest at the site, whatever a mirror says",
        ),
        pytest.param(
            [Claim(number=9, published_at=NOON), Claim(number=1)], id="a known time before none"
        ),
        pytest.param(
            [
                Claim(number=9, published_at=NOON, first_seen=NOON),
                Claim(number=1, published_at=NOON, first_seen=NOON + HOUR),
            ],
            id="published together: first seen",
        ),
        pytest.param(
            [
                Claim(number=9, published_at=NOON, address="a", first_seen=NOON + HOUR),
                Claim(number=1, published_at=NOON, address="b", first_seen=NOON),
            ],
            id="published together at two addresses: the first of them, whichever was seen first",
        ),
        pytest.param(
            [Claim(number=1, published_at=NOON), Claim(number=9, published_at=NOON)],
            id="nothing else: first stored",
        ),
        pytest.param([Claim(number=5, at_site=False)], id="alone"),
    ],
)
def test_first_of_the_list_is_the_original(copies):
    """The original is the same in whatever order the copies arrived."""
    assert {original_of(*order) for order in permutations(copies)} == {copies[0]}
