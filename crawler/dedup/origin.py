"""Tell which of several copies is the original.

It is the earliest at the site itself; a mirror may carry an earlier date, or be fetched first, and
is a copy all the same. As the answer depends on nothing but the records, it can be given again
whenever another copy arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is needed of one copy.

    Attributes:
        number: The store's number of the text; grows with the order of arrival.
        at_site: Whether it stands on a host of the site.
        published_at: As printed; ``None`` if unknown.
        address: Its canonical address.
        first_seen: When it was first fetched; ``None`` if unknown.
    """

    number: int
    at_site: bool = True
    published_at: datetime | None = None
    address: str = ""
    first_seen: datetime | None = None


def original_of(*copies: Copy) -> Copy:
    """Choose the original of one or more copies; their order does not matter.

    See :func:`rank`.
    """
    return min(copies, key=rank)


def rank(copy: Copy) -> tuple[object, ...]:
    """What copies are sorted by, the original first.

    At the site before elsewhere, then by publication, a known time before an unknown one, then by
    address: two crawls of one site choose the same. First sight and number are left for texts
    without an address.
    """
    return (
        not copy.at_site,
        *_known_first(copy.published_at),
        copy.address,
        *_known_first(copy.first_seen),
        copy.number,
    )


def _known_first(time: datetime | None) -> tuple[bool, float]:
    return (time is None, time.timestamp() if time else 0.0)
