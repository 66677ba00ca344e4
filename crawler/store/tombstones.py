"""What was removed for good: digests of addresses, and nothing else of what stood there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.columns import insert_for
from crawler.store.tables import tombstone


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A removal.

    Attributes:
        url_hash: SHA-256 of the canonical address, hexadecimal.
        reason: As whoever asked for it put it.
        removed_at: When.
    """

    url_hash: str
    reason: str
    removed_at: datetime


def digest(url: str) -> str:
    """The name under which a removed address is remembered."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def is_removed(connection: Connection, url: str) -> bool:
    """Whether the article at this canonical address was removed for good."""
    return connection.scalar(_FIND, {"key": digest(url)}) is not None


def removed(connection: Connection, urls: Iterable[str]) -> frozenset[str]:
    """Those of these canonical addresses that were removed for good."""
    # There are none in most databases: one look settles it for all links of a page.
    if connection.scalar(_ANY) is None:
        return frozenset()
    return frozenset(url for url in urls if is_removed(connection, url))


def all_digests(connection: Connection) -> frozenset[str]:
    """The digests of all that was removed."""
    return frozenset(connection.scalars(sa.select(tombstone.c.url_hash)))


def add(connection: Connection, url: str, reason: str, now: datetime) -> None:
    """Remember that the article at this canonical address is not to come back."""
    row = {"url_hash": digest(url), "reason": reason, "removed_at": now}
    connection.execute(insert_for(connection, tombstone).on_conflict_do_nothing(), row)


def find(connection: Connection, url: str) -> Tombstone | None:
    """The removal of this canonical address; ``None`` if there was none."""
    query = sa.select(tombstone).where(tombstone.c.url_hash == digest(url))
    row = connection.execute(query).mappings().first()
    return Tombstone(**row) if row else None


def since(connection: Connection, moment: datetime) -> list[Tombstone]:
    """The removals from ``moment`` on, by digest."""
    query = sa.select(tombstone).where(tombstone.c.removed_at >= moment)
    rows = connection.execute(query.order_by(tombstone.c.url_hash)).mappings()
    return [Tombstone(**row) for row in rows]


_FIND = sa.select(tombstone.c.url_hash).where(tombstone.c.url_hash == sa.bindparam("key"))
_ANY = sa.select(tombstone.c.url_hash).limit(1)
