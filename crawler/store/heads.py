"""The heads of requests and answers in the archive, beside the bodies.

The fields of a request are the same for nearly all pages of a crawl, so they are kept once and
named by number. An archive of the first edition has none of this: its columns are added when it is
written to, and what it holds is read without.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3

from crawler.items import Exchange

SCHEMA = """
CREATE TABLE IF NOT EXISTS request (id INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE);
"""
# Of the table ``fetch``. The answer is JSON: its protocol, the server's address, its fields.
COLUMNS = {"request_id": "INTEGER REFERENCES request (id)", "answer": "TEXT"}
# What a statement that reads fetches selects and joins, where the columns are there.
SELECTED = ", request.fields, answer"
JOINED = " LEFT JOIN request ON request.id = request_id"


def add(db: sqlite3.Connection) -> None:
    """Make the table and the columns, where they are missing."""
    db.executescript(SCHEMA)
    there = columns(db)
    for name, kind in COLUMNS.items():
        if name not in there:
            # Another process may have been quicker.
            with contextlib.suppress(sqlite3.OperationalError):
                db.execute(f"ALTER TABLE fetch ADD COLUMN {name} {kind}")


def columns(db: sqlite3.Connection) -> set[str]:
    """The columns of the table ``fetch``."""
    return {row[1] for row in db.execute("PRAGMA table_info(fetch)")}


def keep(db: sqlite3.Connection, exchange: Exchange | None) -> tuple[int | None, str | None]:
    """Keep the request's fields, once.

    Returns:
        What goes into the columns: the number of the request, and the answer as JSON.
    """
    if exchange is None:
        return None, None
    answer = [exchange.protocol, exchange.ip, exchange.answered]
    return _request(db, exchange.asked), json.dumps(answer, ensure_ascii=False)


def read(fields: str | None, answer: str | None) -> Exchange | None:
    """What :func:`keep` was given; ``None`` if nothing was kept."""
    if answer is None:
        return None
    protocol, ip, answered = json.loads(answer)
    return Exchange(
        asked=tuple((name, value) for name, value in json.loads(fields or "[]")),
        answered=tuple((name, value) for name, value in answered),
        protocol=protocol,
        ip=ip,
    )


def _request(db: sqlite3.Connection, asked: tuple[tuple[str, str], ...]) -> int | None:
    if not asked:
        return None
    fields = json.dumps(asked, ensure_ascii=False)
    known = db.execute("SELECT id FROM request WHERE fields = ?", (fields,)).fetchone()
    if known:
        number: int = known[0]
        return number
    return db.execute("INSERT INTO request (fields) VALUES (?)", (fields,)).lastrowid
