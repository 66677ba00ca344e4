"""Photos of articles: a folder of pictures by their content, and an index of their addresses.

::

    renmin.photos/index.db          address -> picture, or why there is none
                  ab/abcdef….jpg    a picture once, however many addresses it has

A picture is written under another name first and renamed: whatever has a name is whole.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawler.clock import SHANGHAI
from crawler.errors import ConfigError, DiskFullError
from crawler.items import Failure

INDEX = "index.db"
SCHEMA = """
CREATE TABLE IF NOT EXISTS photo (
    url TEXT PRIMARY KEY, host TEXT NOT NULL, round INTEGER NOT NULL,
    sha256 TEXT, suffix TEXT, bytes INTEGER, width INTEGER, height INTEGER, fetched_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, retry INTEGER NOT NULL DEFAULT 1, reason TEXT, detail TEXT);
CREATE INDEX IF NOT EXISTS ix_photo_sha256 ON photo (sha256);
CREATE INDEX IF NOT EXISTS ix_photo_round ON photo (round, host, url) WHERE sha256 IS NULL;
CREATE TABLE IF NOT EXISTS used (
    article TEXT NOT NULL, photo TEXT NOT NULL, PRIMARY KEY (article, photo)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_used_photo ON used (photo);
"""
# Looked up at a time: what a statement of SQLite may hold for sure.
_MANY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture, as its bytes say.

    Attributes:
        sha256: Of the bytes, hexadecimal.
        suffix: ``.jpg``, ``.png`` …
        bytes: How many.
        width: In pixels.
        height: In pixels.
    """

    sha256: str
    suffix: str
    bytes: int
    width: int
    height: int


class PhotoStore:
    """An open folder of photos; one thread at a time may use it.

    Args:
        folder: The folder; made if it is missing, unless ``readonly``.
        readonly: Only read; a missing folder is an error.

    Raises:
        ConfigError: It cannot be used.
    """

    def __init__(self, folder: Path, *, readonly: bool = False) -> None:
        self.folder = folder
        index = folder / INDEX
        if readonly and not index.exists():
            raise ConfigError(f"{folder}: no photos; they are fetched by: renmin photos fetch")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                index, timeout=30, isolation_level=None, check_same_thread=False
            )
            if not readonly:
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.executescript(SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise ConfigError(f"{folder}: cannot be used for photos: {error}") from error

    def close(self) -> None:
        """Close the index."""
        self._db.close()

    def enter(self, uses: Iterable[tuple[str, str]], round_: int) -> None:
        """Note photos that are to be there.

        Args:
            uses: Addresses of an article and of a photo of it.
            round_: A number of this time.
        """
        with _written(self.folder):
            self._db.execute("BEGIN")
            for article, url in uses:
                host = (urlsplit(url).hostname or "").lower()
                self._db.execute(
                    "INSERT INTO photo (url, host, round) VALUES (?, ?, ?)"
                    " ON CONFLICT (url) DO UPDATE SET round = excluded.round",
                    (url, host, round_),
                )
                self._db.execute("INSERT OR IGNORE INTO used VALUES (?, ?)", (article, url))
            self._db.execute("COMMIT")

    def missing(self, round_: int, retries: int) -> Iterator[str]:
        """The photos of a round that are not there and may be asked for, hosts in turn."""
        hosts = self._db.execute(
            "SELECT DISTINCT host FROM photo WHERE round = ? AND sha256 IS NULL ORDER BY host",
            (round_,),
        ).fetchall()
        last = {host: "" for (host,) in hosts}
        while last:
            for host in list(last):
                rows = self._db.execute(
                    "SELECT url FROM photo WHERE round = ? AND host = ? AND sha256 IS NULL"
                    " AND url > ? AND retry AND attempts < ? ORDER BY url LIMIT 16",
                    (round_, host, last[host], retries),
                ).fetchall()
                if not rows:
                    del last[host]
                    continue
                last[host] = rows[-1][0]
                yield from (url for (url,) in rows)

    def figures(self, round_: int) -> tuple[int, int, dict[str, int]]:
        """Of a round: photos, of these how many are there, and why others are not."""
        total, there = self._db.execute(
            "SELECT count(*), count(sha256) FROM photo WHERE round = ?", (round_,)
        ).fetchone()
        reasons = self._db.execute(
            "SELECT reason, count(*) FROM photo WHERE round = ? AND sha256 IS NULL"
            " AND reason IS NOT NULL GROUP BY reason ORDER BY count(*) DESC, reason",
            (round_,),
        )
        return total, there, dict(reasons.fetchall())

    def keep(self, url: str, picture: Picture, body: bytes, moment: datetime) -> bool:
        """Store a picture; says whether its bytes are new.

        Raises:
            DiskFullError: It cannot be written.
        """
        path = self.path(picture)
        with _written(path):
            new = not path.exists()
            if new:
                path.parent.mkdir(exist_ok=True)
                partial = path.with_name(path.name + ".part")
                try:
                    partial.write_bytes(body)
                    partial.replace(path)
                finally:
                    partial.unlink(missing_ok=True)
            self._db.execute(
                "UPDATE photo SET sha256 = ?, suffix = ?, bytes = ?, width = ?, height = ?,"
                " fetched_at = ?, attempts = attempts + 1, reason = NULL, detail = NULL"
                " WHERE url = ?",
                (
                    picture.sha256,
                    picture.suffix,
                    picture.bytes,
                    picture.width,
                    picture.height,
                    moment.astimezone(SHANGHAI).isoformat(timespec="seconds"),
                    url,
                ),
            )
        return new

    def fail(self, url: str, failure: Failure) -> None:
        """Note why a photo is not there; one that was not even asked for has had no attempt."""
        with _written(self.folder):
            self._db.execute(
                "UPDATE photo SET attempts = attempts + ?, retry = ?, reason = ?, detail = ?"
                " WHERE url = ?",
                (not failure.wait, failure.retry, failure.reason, failure.detail[:500], url),
            )

    def lose_missing(self) -> int:
        """Forget which pictures are there whose files are gone; says how many."""
        gone = [(url,) for url, picture in self._all() if not self.path(picture).exists()]
        self._db.executemany(
            "UPDATE photo SET sha256 = NULL, attempts = 0, retry = 1 WHERE url = ?", gone
        )
        return len(gone)

    def pictures(self, urls: Collection[str]) -> dict[str, Picture]:
        """The pictures at these addresses; those that are not there are left out."""
        found: dict[str, Picture] = {}
        wanted = list(urls)
        for start in range(0, len(wanted), _MANY):
            chunk = wanted[start : start + _MANY]
            marks = ",".join("?" * len(chunk))
            rows = self._db.execute(
                "SELECT url, sha256, suffix, bytes, width, height FROM photo"
                f" WHERE url IN ({marks}) AND sha256 IS NOT NULL",
                chunk,
            )
            found |= {url: _picture(*facts) for url, *facts in rows}
        return found

    def path(self, picture: Picture) -> Path:
        """Where a picture lies."""
        return self.folder / picture.sha256[:2] / (picture.sha256 + picture.suffix)

    def forget(self, articles: Collection[str]) -> int:
        """Remove the photos that only these articles have; says how many pictures went."""
        with _written(self.folder):
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.executemany("DELETE FROM used WHERE article = ?", [(url,) for url in articles])
            rows = self._db.execute(
                "DELETE FROM photo WHERE url NOT IN (SELECT photo FROM used)"
                " RETURNING sha256, suffix, bytes, width, height"
            ).fetchall()
            gone = {_picture(*facts) for facts in rows if facts[0]}
            removed = [each for each in gone if not self._is_held(each.sha256)]
            for picture in removed:
                self.path(picture).unlink(missing_ok=True)
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return len(removed)

    def _is_held(self, sha256: str) -> bool:
        query = "SELECT 1 FROM photo WHERE sha256 = ? LIMIT 1"
        return self._db.execute(query, (sha256,)).fetchone() is not None

    def _all(self) -> Iterator[tuple[str, Picture]]:
        rows = self._db.execute(
            "SELECT url, sha256, suffix, bytes, width, height FROM photo WHERE sha256 IS NOT NULL"
        ).fetchall()
        return ((url, _picture(*facts)) for url, *facts in rows)


@contextlib.contextmanager
def _written(path: Path) -> Iterator[None]:
    """Within: trouble of the disk is named with what could not be written."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise DiskFullError(f"{path}: cannot be written: {error}") from error


def _picture(sha256: str, suffix: str, size: int, width: int, height: int) -> Picture:
    return Picture(sha256=sha256, suffix=suffix, bytes=size, width=width, height=height)
