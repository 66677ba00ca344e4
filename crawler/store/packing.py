"""How the archive keeps what came over the wire: bodies packed, the heads of requests and answers.

Bodies are packed by zstd, with dictionaries that were trained on the archive itself.

The fields of a request are the same for nearly all pages of a crawl, so they are kept once and
named by number. An archive of the first edition has none of this: its columns are added when it is
written to, and what it holds is read without.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Sequence

import zstandard

from crawler.errors import ArchiveError
from crawler.items import Exchange

LEVEL = 3
# A dictionary is trained when the archive reaches these numbers of bodies.
TRAIN_AT = (200, 5000)
DICTIONARY_BYTES = 112 * 1024


class Codec:
    """Packs with the newest dictionary, unpacks with the one that a body was packed with.

    Args:
        db: The archive's connection; its table ``dictionary`` is ours.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._decompressors: dict[int | None, zstandard.ZstdDecompressor] = {}
        self._compressor: zstandard.ZstdCompressor | None = None
        self._dictionary_id: int | None = None

    def pack(self, body: bytes) -> tuple[int | None, bytes]:
        """Pack a body.

        Returns:
            The dictionary that is needed to unpack it, ``None`` for none, and the packed bytes.
        """
        compressor = self._compressor or self._open_compressor()
        return self._dictionary_id, compressor.compress(body)

    def unpack(self, dictionary_id: int | None, data: bytes, size: int) -> bytes:
        """Unpack what :meth:`pack` gave.

        Raises:
            ArchiveError: The dictionary is missing.
            zstandard.ZstdError: The bytes are damaged.
        """
        return self._decompressor(dictionary_id).decompress(data, max_output_size=size)

    def is_due(self, bodies: int) -> bool:
        """Whether so many bodies are enough for another dictionary."""
        trained = self._db.execute("SELECT coalesce(max(trained_on), 0) FROM dictionary")
        done: int = trained.fetchone()[0]
        return any(done < step <= bodies for step in TRAIN_AT)

    def train(self, bodies: int, samples: Sequence[bytes]) -> None:
        """Make the dictionary for what comes from now on; too few samples give none."""
        with contextlib.suppress(zstandard.ZstdError):
            dictionary = zstandard.train_dictionary(DICTIONARY_BYTES, list(samples))
            self._db.execute(
                "INSERT INTO dictionary (trained_on, data) VALUES (?, ?)",
                (bodies, dictionary.as_bytes()),
            )
            self._compressor = None

    def _open_compressor(self) -> zstandard.ZstdCompressor:
        row = self._db.execute("SELECT max(id), data FROM dictionary").fetchone()
        self._dictionary_id = row[0]
        if row[0] is None:
            self._compressor = zstandard.ZstdCompressor(level=LEVEL)
        else:
            dictionary = zstandard.ZstdCompressionDict(row[1])
            dictionary.precompute_compress(level=LEVEL)
            self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary)
        return self._compressor

    def _decompressor(self, dictionary_id: int | None) -> zstandard.ZstdDecompressor:
        if dictionary_id not in self._decompressors:
            self._decompressors[dictionary_id] = self._open_decompressor(dictionary_id)
        return self._decompressors[dictionary_id]

    def _open_decompressor(self, dictionary_id: int | None) -> zstandard.ZstdDecompressor:
        if dictionary_id is None:
            return zstandard.ZstdDecompressor()
        row = self._db.execute(
            "SELECT data FROM dictionary WHERE id = ?", (dictionary_id,)
        ).fetchone()
        if row is None:
            raise ArchiveError(f"dictionary {dictionary_id} is missing")
        return zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(row[0]))


SCHEMA = """
CREATE TABLE IF NOT EXISTS request (id INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE);
"""
# Of the table ``fetch``. The answer is JSON: its protocol, the server's address, its fields.
COLUMNS = {"request_id": "INTEGER REFERENCES request (id)", "answer": "TEXT"}
# What a statement that reads fetches selects and joins, where the columns are there.
SELECTED = ", request.fields, answer"
JOINED = " LEFT JOIN request ON request.id = request_id"


def add_heads(db: sqlite3.Connection) -> None:
    """Make the table and the columns, where they are missing."""
    db.executescript(SCHEMA)
    there = fetch_columns(db)
    for name, kind in COLUMNS.items():
        if name not in there:
            # Another process may have been quicker.
            with contextlib.suppress(sqlite3.OperationalError):
                db.execute(f"ALTER TABLE fetch ADD COLUMN {name} {kind}")


def fetch_columns(db: sqlite3.Connection) -> set[str]:
    """The columns of the table ``fetch``."""
    return {row[1] for row in db.execute("PRAGMA table_info(fetch)")}


def keep_head(db: sqlite3.Connection, exchange: Exchange | None) -> tuple[int | None, str | None]:
    """Keep the request's fields, once.

    Returns:
        What goes into the columns: the number of the request, and the answer as JSON.
    """
    if exchange is None:
        return None, None
    answer = [exchange.protocol, exchange.ip, exchange.answered]
    return _request(db, exchange.asked), json.dumps(answer, ensure_ascii=False)


def read_head(fields: str | None, answer: str | None) -> Exchange | None:
    """What :func:`keep_head` was given; ``None`` if nothing was kept."""
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
