"""Step 0003: take the passwords of proxies and databases out of what older releases wrote."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.secrets import mask, mask_all

TEXT = (
    ("run", "command"),
    ("host", "robots_detail"),
    ("frontier", "detail"),
    ("alert", "message"),
    ("schedule_run", "detail"),
    ("notice", "error"),
)
JSON = (("run", "settings"), ("schedule", "options"))


def erase(connection: Connection) -> None:
    """Mask every column in which an address may be quoted."""
    for table, column in TEXT:
        for number, text in _suspects(connection, table, column):
            if (masked := mask(text)) != text:
                _write(connection, f"UPDATE {table} SET {column} = :v", table, number, masked)
    cast = "CAST(:v AS JSONB)" if connection.dialect.name == "postgresql" else ":v"
    for table, column in JSON:
        for number, value in _suspects(connection, table, column):
            given = json.loads(value) if isinstance(value, str) else value
            if (masked := mask_all(given)) != given:
                text = json.dumps(masked, ensure_ascii=False, separators=(",", ":"))
                _write(connection, f"UPDATE {table} SET {column} = {cast}", table, number, text)


def _suspects(connection: Connection, table: str, column: str) -> list[tuple[Any, Any]]:
    """Key and value of each row in which a password may stand."""
    key = "host" if table == "host" else "id"
    rows = connection.execute(
        sa.text(
            f"SELECT {key}, {column} FROM {table}"
            f" WHERE CAST({column} AS TEXT) LIKE '%@%' OR CAST({column} AS TEXT) LIKE '%=%'"
        )
    )
    return [(row[0], row[1]) for row in rows]


def _write(connection: Connection, update: str, table: str, number: object, value: str) -> None:
    key = "host" if table == "host" else "id"
    connection.execute(sa.text(f"{update} WHERE {key} = :k"), {"v": value, "k": number})
