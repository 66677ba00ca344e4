"""Take out of the archive what an operator's policy lets go: old answers that nothing reads any more.

Of every address the latest successful visit stays, and so does whatever body an article of the
database was read from: what ``reparse`` reads is never touched. A batch is one transaction, so a
crawl may go on beside it, and whoever is killed goes on with the next batch the next time.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from crawler.clock import SHANGHAI
from crawler.errors import BusyError, DiskFullError, StoreError

BATCH = 500

_SUCCESS = "page = 1 AND status IN (200, 203)"
# Whether a later visit to the same address went well.
_REPLACED = (
    "EXISTS (SELECT 1 FROM fetch AS later WHERE later.url = fetch.url AND later.page = 1"
    " AND later.status IN (200, 203)"
    " AND (later.fetched_at, later.id) > (fetch.fetched_at, fetch.id))"
)
# The fetches of each kind that may go, by their first page.
FIRSTS = {
    "lists": f"kind IN ('list', 'sitemap') AND {_SUCCESS} AND {_REPLACED}",
    "versions": f"kind = 'article' AND {_SUCCESS} AND {_REPLACED}",
    "answers": "page = 1 AND status NOT IN (200, 203)",
    "looks": "page = 0",
}
# Further pages of the same visit: up to the next visit. And looks that confirmed its body.
_WHOLE_VISIT = """
INSERT OR IGNORE INTO doomed SELECT further.id, first.kind FROM doomed AS first
JOIN fetch AS head ON head.id = first.id
JOIN fetch AS further ON further.url = head.url AND further.id > head.id AND further.page > 1
WHERE head.page = 1 AND NOT EXISTS (SELECT 1 FROM fetch AS next WHERE next.url = head.url
    AND next.id > head.id AND next.id < further.id AND next.page = 1)
"""
_ITS_LOOKS = """
INSERT OR IGNORE INTO doomed SELECT look.id, first.kind FROM doomed AS first
JOIN fetch AS head ON head.id = first.id
JOIN fetch AS look ON look.url = head.url AND look.sha256 = head.sha256 AND look.page = 0
WHERE head.page = 1 AND NOT EXISTS (SELECT 1 FROM fetch AS other WHERE other.url = head.url
    AND other.sha256 = head.sha256 AND other.page = 1
    AND other.id NOT IN (SELECT id FROM doomed))
"""
_BODIES = """
SELECT doomed.kind, sum(length(body.data)) FROM body JOIN (
    SELECT fetch.sha256, min(doomed.kind) AS kind FROM doomed JOIN fetch ON fetch.id = doomed.id
    GROUP BY fetch.sha256) AS doomed ON doomed.sha256 = body.sha256
WHERE NOT EXISTS (SELECT 1 FROM fetch WHERE fetch.sha256 = body.sha256
    AND fetch.id NOT IN (SELECT id FROM doomed)) GROUP BY doomed.kind
"""

# Which of these bodies an article of the database was read from.
Needed = Callable[[Collection[str]], set[str]]


@dataclass(frozen=True, slots=True)
class Share:
    """What goes of one kind: how many fetches, and how many bytes they and their bodies take."""

    fetches: int
    bytes: int


def plan(archive: Path, before: dict[str, datetime], needed: Needed) -> dict[str, Share]:
    """Say what would go; nothing is changed.

    Args:
        archive: The file; there need not be one.
        before: By kind (:data:`FIRSTS`): what was fetched before may go.
        needed: See :data:`Needed`.

    Raises:
        StoreError: The archive cannot be read.
    """
    if not archive.exists():
        return dict.fromkeys(before, Share(0, 0))
    with _opened(archive, "ro") as db:
        _choose(db, before, needed)
        return _shares(db, before)


def prune(
    archive: Path,
    before: dict[str, datetime],
    needed: Needed,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[str, Share]:
    """Take it out, batch by batch; see :func:`plan`.

    Returns:
        What went.

    Raises:
        DiskFullError, BusyError: The file cannot be written; what went before is gone, and the
            same call again goes on.
    """
    if not archive.exists():
        return dict.fromkeys(before, Share(0, 0))
    with _opened(archive, "rw") as db:
        _choose(db, before, needed)
        shares = _shares(db, before)
        total = sum(share.fetches for share in shares.values())
        for done in _in_batches(db):
            progress(done, total)
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    return shares


def room(path: Path) -> int:
    """Bytes inside a SQLite file that hold nothing: the next rows take them. 0 for a damaged file."""
    if not path.exists():
        return 0
    try:
        with _opened(path, "ro") as db:
            page, free = (
                db.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_size", "freelist_count")
            )
    except StoreError:
        return 0
    return int(page * free)


def give_back(path: Path) -> int:
    """Make a SQLite file as small as what it holds (VACUUM); nobody may write to it meanwhile.

    Returns:
        How many bytes smaller it is; 0 for a file that was as small as it can be.

    Raises:
        DiskFullError: It needs as much room beside it as what is in it, twice.
        BusyError: Another program holds it.
    """
    before = path.stat().st_size
    wanted = 2 * (before - room(path))
    free = shutil.disk_usage(path.parent).free
    if free < wanted:
        raise DiskFullError(
            f"{path}: VACUUM writes it anew and needs {wanted / 1e6:,.0f} MB beside it, "
            f"{free / 1e6:,.0f} MB are free: make room first; pages to come use the room inside"
        )
    with _opened(path, "rw") as db:
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return max(0, before - path.stat().st_size)


@contextlib.contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    try:
        with contextlib.closing(
            sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)
        ) as db:
            yield db
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise BusyError(f"{path}: held by another program; wait for it") from error
        if "full" in str(error):
            raise DiskFullError(
                f"{path}: cannot be written: {error}; deleting needs a little room too: take an old "
                "log or backup away first"
            ) from error
        raise StoreError(f"{path}: {error}") from error


def _choose(db: sqlite3.Connection, before: dict[str, datetime], needed: Needed) -> None:
    """Write the fetches that may go into a table of this connection."""
    db.execute("PRAGMA temp_store=FILE")
    db.execute("CREATE TEMP TABLE doomed (id INTEGER PRIMARY KEY, kind TEXT NOT NULL)")
    for kind, moment in before.items():
        text = moment.astimezone(SHANGHAI).isoformat(timespec="seconds")
        db.execute(
            f"INSERT OR IGNORE INTO doomed SELECT id, ? FROM fetch WHERE {FIRSTS[kind]}"
            " AND fetched_at < ?",
            (kind, text),
        )
    _spare(db, needed)
    db.execute(_WHOLE_VISIT)
    db.execute(_ITS_LOOKS)


def _spare(db: sqlite3.Connection, needed: Needed) -> None:
    """Leave what an article was read from, also if later bytes read the same."""
    found = db.execute(
        "SELECT DISTINCT sha256 FROM fetch JOIN doomed ON doomed.id = fetch.id"
        " WHERE doomed.kind = 'versions'"
    )
    spared: set[str] = set()
    while digests := [row[0] for row in found.fetchmany(BATCH)]:
        spared |= needed(digests)
    db.executemany(
        "DELETE FROM doomed WHERE kind = 'versions' AND id IN"
        " (SELECT id FROM fetch WHERE sha256 = ?)",
        [(digest,) for digest in spared],
    )


def _shares(db: sqlite3.Connection, kinds: Collection[str]) -> dict[str, Share]:
    rows = db.execute(
        "SELECT kind, count(*), sum(length(url) + length(fetched_url) + length(headers) + 100)"
        " FROM (SELECT doomed.kind AS kind, url, fetched_url, headers FROM doomed"
        " JOIN fetch ON fetch.id = doomed.id) GROUP BY kind"
    )
    counts = {kind: (number, size) for kind, number, size in rows}
    bodies = dict(db.execute(_BODIES).fetchall())
    return {
        kind: Share(counts.get(kind, (0, 0))[0], counts.get(kind, (0, 0))[1] + bodies.get(kind, 0))
        for kind in kinds
    }


def _in_batches(db: sqlite3.Connection) -> Iterator[int]:
    """Delete the chosen fetches and the bodies that nothing else has; how many are done."""
    chosen = db.execute(
        "SELECT doomed.id, url, sha256 FROM doomed JOIN fetch ON fetch.id = doomed.id"
        " ORDER BY url, doomed.id"
    ).fetchall()
    done = 0
    while done < len(chosen):
        end = min(done + BATCH, len(chosen))
        # A visit goes as a whole: half of one would be read as an article that ends in the middle.
        while end < len(chosen) and chosen[end][1] == chosen[end - 1][1]:
            end += 1
        _delete(db, chosen[done:end])
        done = end
        yield done


def _delete(db: sqlite3.Connection, batch: list[tuple[int, str, str]]) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        db.executemany("DELETE FROM fetch WHERE id = ?", [(number,) for number, _, _ in batch])
        db.executemany(
            "DELETE FROM body WHERE sha256 = ?1"
            " AND NOT EXISTS (SELECT 1 FROM fetch WHERE sha256 = ?1)",
            [(digest,) for digest in {digest for _, _, digest in batch}],
        )
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
