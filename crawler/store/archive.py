"""Raw bodies as they came off the wire, in a SQLite file of their own.

A body is kept once, under its SHA-256, however often it is fetched; each fetch is a row with its
time, status and headers, and so is each look that found a page unchanged (its page is 0). Bodies
are zstd-compressed, as soon as there are enough of them with a dictionary that was trained on this
archive: pages of one site share most of their bytes. Dictionaries are never deleted, since old
bodies need theirs.

This file is apart from the database so that backups, VACUUM and other tools stay quick there, and
so that extraction can be run again without fetching anything.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import zstandard

from crawler.clock import SHANGHAI
from crawler.errors import ArchiveError, ConfigError
from crawler.items import Fetch
from crawler.store import packing
from crawler.store.packing import Codec
from crawler.store.troubles import explained

SAMPLES = 200

SCHEMA = """
CREATE TABLE IF NOT EXISTS dictionary (
    id INTEGER PRIMARY KEY, trained_on INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS body (
    sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL,
    dictionary_id INTEGER REFERENCES dictionary (id), data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS fetch (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, channel TEXT NOT NULL, kind TEXT NOT NULL,
    page INTEGER NOT NULL, fetched_url TEXT NOT NULL, status INTEGER NOT NULL,
    headers TEXT NOT NULL, fetched_at TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES body (sha256));
CREATE INDEX IF NOT EXISTS ix_fetch_url ON fetch (url, id);
CREATE INDEX IF NOT EXISTS ix_fetch_sha256 ON fetch (sha256);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One page of the archive with the fetches of one visit, in page order.

    Attributes:
        url: Canonical address.
        channel: Channel id.
        kind: ``article``, ``list`` or ``sitemap``.
        fetches: The first page, and the others of an article of several pages.
    """

    url: str
    channel: str
    kind: str
    fetches: tuple[Fetch, ...]


class Archive:
    """An open archive; one thread at a time may use it.

    Args:
        path: The file; made if it is missing, unless ``readonly``.
        readonly: Only read; a missing file is an error.

    Raises:
        ConfigError: The file cannot be opened.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        if readonly and not path.exists():
            raise ConfigError(f"{path}: no such archive; it is made by: renmin crawl CHANNEL")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            if not readonly:
                self._db.executescript(SCHEMA)
                packing.add_heads(self._db)
            self._has_heads = packing.COLUMNS.keys() <= packing.fetch_columns(self._db)
        except (sqlite3.Error, OSError) as error:
            raise ConfigError(f"{path}: cannot be used as an archive: {error}") from error
        self._codec = Codec(self._db)
        self._bodies: int = 0 if readonly else self._count()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def keep(self, visits: Sequence[Record]) -> int:
        """Store the bodies and fetches of ``visits`` in one transaction.

        Returns:
            How many bodies were new.

        Raises:
            DiskFullError: The file cannot be written; nothing of ``visits`` was kept.
            BusyError: Another program holds it.
        """
        try:
            new = self._keep(visits)
        except sqlite3.Error as error:
            raise explained(error, str(self.path)) from error
        self._bodies += new
        if self._codec.is_due(self._bodies):
            self._codec.train(self._bodies, self._samples())
        return new

    def body(self, sha256: str) -> bytes:
        """Give back the body with this digest.

        Raises:
            ArchiveError: It is missing, or does not decompress to what its name says.
        """
        row = self._db.execute(
            "SELECT dictionary_id, size, data FROM body WHERE sha256 = ?", (sha256,)
        ).fetchone()
        if row is None:
            raise ArchiveError(f"{self.path}: no body {sha256}")
        dictionary_id, size, data = row
        try:
            body = self._codec.unpack(dictionary_id, data, size)
        except zstandard.ZstdError as error:
            raise ArchiveError(f"{self.path}: body {sha256} cannot be unpacked: {error}") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise ArchiveError(f"{self.path}: body {sha256} is not what its name says")
        return body

    def latest(self, url: str) -> Record | None:
        """The last successful visit to ``url``; ``None`` if there is none."""
        first = self._db.execute(
            "SELECT id FROM fetch WHERE url = ? AND page = 1 AND status IN (200, 203)"
            " ORDER BY fetched_at DESC, id DESC LIMIT 1",
            (url,),
        ).fetchone()
        return self.record(first[0]) if first else None

    def has(self, url: str, sha256: str | None, fetched_at: datetime) -> bool:
        """Whether this very fetch is kept already; ``None``: whatever it brought."""
        row = self._db.execute(
            "SELECT 1 FROM fetch WHERE url = ? AND page > 0 AND fetched_at = ?"
            " AND sha256 = coalesce(?, sha256)",
            (url, _text(fetched_at), sha256),
        ).fetchone()
        return row is not None

    def before(self, url: str, sha256: str) -> Record | None:
        """The last visit to ``url`` whose first page had the body ``sha256``."""
        first = self._db.execute(
            "SELECT max(id) FROM fetch WHERE url = ? AND page = 1 AND sha256 = ?", (url, sha256)
        ).fetchone()[0]
        return self.record(first) if first else None

    def address(self, first_id: int) -> str:
        """The canonical address of the page whose fetch is ``first_id``."""
        found: str = self._db.execute("SELECT url FROM fetch WHERE id = ?", (first_id,)).fetchone()[
            0
        ]
        return found

    def record(self, first_id: int) -> Record:
        """The visit whose first page is the fetch ``first_id``, with its bodies.

        Raises:
            ArchiveError: One of its bodies cannot be read.
        """
        url = self.address(first_id)
        more, joined = (
            (packing.SELECTED, packing.JOINED) if self._has_heads else (", NULL, NULL", "")
        )
        rows = self._db.execute(
            f"SELECT channel, kind, page, fetched_url, status, headers, fetched_at, sha256{more}"
            f" FROM fetch{joined} WHERE url = ? AND fetch.id >= ? ORDER BY fetch.id",
            (url, first_id),
        )
        channel, kind, *first = next(rows)
        fetches = [self._fetch(*first)]
        for _, _, page, *rest in rows:
            if page != len(fetches) + 1 or not fetches[0].page:
                break
            fetches.append(self._fetch(page, *rest))
        rows.close()
        return Record(url=url, channel=channel, kind=kind, fetches=tuple(fetches))

    def articles(self, channel: str | None = None, since: datetime | None = None) -> list[int]:
        """The last successful visit to every article, as ids for :meth:`record`, in url order.

        Args:
            channel: Only of this channel.
            since: Only those fetched since then.
        """
        query = (
            # The row of the latest: SQLite takes the other columns from where the maximum is. An
            # older capture may have been imported after a newer one.
            "SELECT id, max(fetched_at || printf('%020d', id)) FROM fetch"
            " WHERE kind = 'article' AND page = 1 AND status IN (200, 203)"
            " AND (? IS NULL OR channel = ?) AND (? IS NULL OR fetched_at >= ?)"
            " GROUP BY url ORDER BY url"
        )
        moment = _text(since) if since else None
        rows = self._db.execute(query, (channel, channel, moment, moment))
        return [row[0] for row in rows]

    def forget(self, urls: Collection[str]) -> int:
        """Remove every fetch of these pages, and the bodies that no other page has.

        What is removed is overwritten in the file.

        Returns:
            How many bodies went.

        Raises:
            DiskFullError: The file cannot be written; nothing was removed.
            BusyError: Another program holds it.
        """
        try:
            self._db.execute("PRAGMA secure_delete=ON")
            before = self._count()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("DELETE FROM fetch WHERE url = ?", [(url,) for url in urls])
                self._db.execute("DELETE FROM body WHERE sha256 NOT IN (SELECT sha256 FROM fetch)")
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return before - self._count()
        except sqlite3.Error as error:
            raise explained(error, str(self.path)) from error

    def visits(self, url: str) -> list[int]:
        """Every successful visit to ``url``, in the order of time, as ids for :meth:`record`."""
        rows = self._db.execute(
            "SELECT id FROM fetch WHERE url = ? AND page = 1 AND status IN (200, 203)"
            " ORDER BY fetched_at, id",
            (url,),
        )
        return [row[0] for row in rows]

    def looks(self, url: str) -> list[int]:
        """Every visit to ``url``, also those that found it unchanged (page 0), as ids.

        In the order of time. A look that found the same bytes has the body that it confirmed.
        """
        rows = self._db.execute(
            "SELECT id FROM fetch WHERE url = ? AND (page = 1 AND status IN (200, 203) OR page = 0)"
            " ORDER BY fetched_at, id",
            (url,),
        )
        return [row[0] for row in rows]

    def sizes(self) -> tuple[int, int, int]:
        """Number of bodies, their bytes as fetched, their bytes as stored."""
        row = self._db.execute(
            "SELECT count(*), coalesce(sum(size), 0), coalesce(sum(length(data)), 0) FROM body"
        ).fetchone()
        return (row[0], row[1], row[2])

    def fetches(self, url: str) -> Iterator[tuple[datetime, int, str]]:
        """Every fetch of the first page of ``url``, oldest first: time, status, digest."""
        for moment, status, sha256 in self._db.execute(
            "SELECT fetched_at, status, sha256 FROM fetch WHERE url = ? AND page = 1 ORDER BY id",
            (url,),
        ):
            yield datetime.fromisoformat(moment), status, sha256

    def _fetch(self, page: int, *facts: Any) -> Fetch:
        url, status, headers, fetched_at, sha256, asked, answer = facts
        return Fetch(
            url=url,
            status=status,
            headers=json.loads(headers),
            body=self.body(sha256),
            fetched_at=datetime.fromisoformat(fetched_at),
            sha256=sha256,
            page=page,
            exchange=packing.read_head(asked, answer),
        )

    def _samples(self) -> list[bytes]:
        names = self._db.execute(
            "SELECT sha256 FROM body WHERE size BETWEEN 2000 AND 400000"
            " ORDER BY sha256 LIMIT ?",  # digests are random: a fair sample
            (SAMPLES,),
        ).fetchall()
        found = []
        for (name,) in names:
            with contextlib.suppress(ArchiveError):
                found.append(self.body(name))
        return found

    def _keep(self, visits: Sequence[Record]) -> int:
        new = 0
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for visit in visits:
                for fetch in visit.fetches:
                    new += self._keep_body(fetch) if fetch.page else 0
                    self._keep_fetch(visit, fetch)
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        return new

    def _count(self) -> int:
        found: int = self._db.execute("SELECT count(*) FROM body").fetchone()[0]
        return found

    def _keep_body(self, fetch: Fetch) -> int:
        known = self._db.execute("SELECT 1 FROM body WHERE sha256 = ?", (fetch.sha256,)).fetchone()
        if known:
            return 0
        dictionary_id, data = self._codec.pack(fetch.body)
        self._db.execute(
            "INSERT INTO body VALUES (?, ?, ?, ?)",
            (fetch.sha256, len(fetch.body), dictionary_id, data),
        )
        return 1

    def _keep_fetch(self, visit: Record, fetch: Fetch) -> None:
        self._db.execute(
            "INSERT INTO fetch (url, channel, kind, page, fetched_url, status, headers, fetched_at,"
            " sha256, request_id, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                visit.url,
                visit.channel,
                visit.kind,
                fetch.page,
                fetch.url,
                fetch.status,
                json.dumps(dict(fetch.headers), ensure_ascii=False),
                _text(fetch.fetched_at),
                fetch.sha256,
                *packing.keep_head(self._db, fetch.exchange),
            ),
        )


def _text(moment: datetime) -> str:
    """A time as it is stored: in Shanghai's zone, so that text sorts as time does."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")
