"""Channels that rest: nothing is asked of them until somebody resumes them.

All functions run inside the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.columns import insert_for
from crawler.store.tables import pause


def paused(connection: Connection) -> dict[str, datetime]:
    """Since when which channels rest."""
    rows = connection.execute(sa.select(pause.c.channel, pause.c.paused_at))
    return {row.channel: row.paused_at for row in rows}


def add(connection: Connection, channel: str, now: datetime) -> None:
    """Let a channel rest; one that rests already keeps its day."""
    statement = insert_for(connection, pause).values(channel=channel, paused_at=now)
    connection.execute(statement.on_conflict_do_nothing())


def end(connection: Connection, channel: str) -> bool:
    """Let a channel be crawled again; whether it was resting."""
    statement = sa.delete(pause).where(pause.c.channel == channel)
    return connection.execute(statement).rowcount > 0
