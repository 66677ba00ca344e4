"""How the archive packs bodies: zstd, with dictionaries that were trained on the archive itself."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence

import zstandard

from crawler.errors import ArchiveError

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
