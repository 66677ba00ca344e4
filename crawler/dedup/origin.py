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
        first_seen: When it was first fetched; ``None`` if unknown.
    """

    number: int
    at_site: bool = True
    published_at: datetime | None = None
    first_seen: datetime | None = None


def original_of(*copies: Copy) -> Copy:
    """Choose the original of one or more copies; their order does not matter.

    At the site before elsewhere, then by publication, then by first sight, then by number. A
    known time goes before an unknown one.
    """
    return min(copies, key=_rank)


def _rank(copy: Copy) -> tuple[object, ...]:
    return (
        not copy.at_site,
        *_known_first(copy.published_at),
        *_known_first(copy.first_seen),
        copy.number,
    )


def _known_first(time: datetime | None) -> tuple[bool, float]:
    return (time is None, time.timestamp() if time else 0.0)
