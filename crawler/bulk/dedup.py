"""The copies in a corpus of any size: a join of sketch keys, key prefix by key prefix.

Two stages of datatrove tasks and one of our own. The first writes the keys of every record, parted
by their prefix; the second joins each prefix apart from all others; the third compares the texts of
the pairs that came of it, and chooses the originals. What comes out depends on the records alone.

datatrove's own MinHash is not used: of copies with a tenth of their characters edited it finds one in
two hundred.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson
from datatrove.data import Document
from datatrove.pipeline.base import PipelineStep

from crawler.dataset.formats import files_of, read_records
from crawler.dedup.compare import Text
from crawler.dedup.corpus import Candidate, Claim, Numbers, candidate_pairs, families, rank, settle
from crawler.dedup.sketch import KEY_BITS, sketch
from crawler.site.spelling import is_site_host

# A record's number: its file in order, and its row there.
ROW_BITS = 40
PREFIX_BITS = 4
# Texts that are equal to the letter share this prefix, behind those of the sixteen keys.
EXACT = 1 << PREFIX_BITS
PREFIXES = EXACT + 1
# Texts that are kept ready to be compared: about 20 kB each.
READY = 5_000
# Above every key of a sketch.
_EXACT_KEYS = 1 << 62


class WriteKeys(PipelineStep):  # type: ignore[misc]  # datatrove has no types
    """First stage: the keys of every record of a task's files, parted by their prefix.

    Args:
        records: Folder of records: ``*.parquet``, ``*.jsonl``, ``*.jsonl.zst``.
        work: Folder for what passes between the stages.
    """

    name = "keys"
    type = "dedup"

    def __init__(self, records: str, work: str) -> None:
        super().__init__()
        self.records = records
        self.work = work

    def run(
        self, data: Iterable[Document] | None = None, rank: int = 0, world_size: int = 1
    ) -> Iterator[Document]:
        """Write ``keys/PREFIX-RANK.npy``."""
        del data
        rows: list[list[tuple[int, int]]] = [[] for _ in range(PREFIXES)]
        files = list(enumerate(files_of(Path(self.records))))
        for file, path in files[rank::world_size]:
            for row, record in enumerate(read_records(path)):
                for key in _keys(record):
                    rows[min(key >> (KEY_BITS - PREFIX_BITS), EXACT)].append(
                        (key, file << ROW_BITS | row)
                    )
                self.stat_update("records")
        folder = Path(self.work) / "keys"
        folder.mkdir(parents=True, exist_ok=True)
        for prefix, found in enumerate(rows):
            _save(folder / f"{prefix:02d}-{rank:05d}.npy", np.array(found, np.int64).reshape(-1, 2))
        yield from ()


class JoinKeys(PipelineStep):  # type: ignore[misc]
    """Second stage: the pairs of records that share keys of one prefix.

    Args:
        work: As in :class:`WriteKeys`.
    """

    name = "pairs"
    type = "dedup"

    def __init__(self, work: str) -> None:
        super().__init__()
        self.work = work

    def run(
        self, data: Iterable[Document] | None = None, rank: int = 0, world_size: int = 1
    ) -> Iterator[Document]:
        """Write ``pairs/PREFIX.npy``."""
        del data
        folder = Path(self.work) / "pairs"
        folder.mkdir(parents=True, exist_ok=True)
        for prefix in range(rank, PREFIXES, world_size):
            parts = sorted((Path(self.work) / "keys").glob(f"{prefix:02d}-*.npy"))
            rows = np.concatenate([np.load(part) for part in parts])
            first, second, _ = candidate_pairs(rows[:, 0], rows[:, 1])
            _save(folder / f"{prefix:02d}.npy", np.stack((first, second), axis=1))
            self.stat_update("pairs", value=len(first))
        yield from ()


@dataclass(slots=True)
class Copies:
    """What the third stage found.

    Attributes:
        records: How many records there are.
        pairs: How many pairs were worth a comparison.
        rows: A row a copy, by address: ``url``, ``fetched_at``, ``duplicate_of``, ``relation``,
            ``similarity``.
    """

    records: int
    pairs: int
    rows: list[dict[str, Any]] = field(default_factory=list)


def settle_copies(
    records: Path, work: Path, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Copies:
    """Third stage: compare the texts of all pairs, and say whose copy each is.

    Args:
        records: Folder of records.
        work: As in :class:`WriteKeys`; both stages are finished.
        progress: Told how many of how many pairs are compared.
    """
    pairs = _all_pairs(work)
    with _Texts(work / "texts.db") as texts:
        texts.fill(records, set(np.unique(pairs).tolist()))
        copies = Copies(texts.records, len(pairs))

        def told() -> Iterator[tuple[int, int]]:
            for done, (one, other) in enumerate(pairs.tolist()):
                progress(done, len(pairs))
                yield one, other

        for family in families(told(), texts.candidate):
            ranked = sorted(family, key=texts.claim)
            for number, match in settle([texts.candidate(each) for each in ranked]):
                if match:
                    copies.rows.append(texts.row(number, match.number, match.relation))
    copies.rows.sort(key=lambda row: (row["url"], row["fetched_at"] or ""))
    return copies


class _Texts:
    """The records of all pairs, packed in a file, the last few ready to be compared."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("CREATE TABLE text (number INTEGER PRIMARY KEY, record BLOB)")
        self.records = 0
        self.candidate = lru_cache(maxsize=READY)(self._candidate)

    def __enter__(self) -> _Texts:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def fill(self, records: Path, wanted: set[int]) -> None:
        """Keep the records that stand in pairs."""
        for file, path in enumerate(files_of(records)):
            self._db.execute("BEGIN")
            for row, record in enumerate(read_records(path)):
                self.records += 1
                number = file << ROW_BITS | row
                if number in wanted:
                    kept = {name: record.get(name) for name in _KEPT} | {"body": body_of(record)}
                    packed = zlib.compress(orjson.dumps(kept), 1)
                    self._db.execute("INSERT INTO text VALUES (?, ?)", (number, packed))
            self._db.execute("COMMIT")

    def record(self, number: int) -> dict[str, Any]:
        """What was kept of a record."""
        query = "SELECT record FROM text WHERE number = ?"
        found: dict[str, Any] = orjson.loads(
            zlib.decompress(self._db.execute(query, (number,)).fetchone()[0])
        )
        return found

    def claim(self, number: int) -> tuple[object, ...]:
        """What copies are sorted by, the original first."""
        record = self.record(number)
        return rank(
            Claim(
                number=number,
                at_site=_at_site(record),
                published_at=_moment(record["published_at"]),
                address=record["url"],
                first_seen=_moment(record["fetched_at"]),
            )
        )

    def row(self, number: int, original: int, relation: Any) -> dict[str, Any]:
        """A row of the result."""
        record = self.record(number)
        return {
            "url": record["url"],
            "fetched_at": record["fetched_at"],
            "duplicate_of": self.record(original)["url"],
            "relation": relation.name,
            "similarity": round(relation.similarity, 4),
        }

    def _candidate(self, number: int) -> Candidate:
        record = self.record(number)
        return Candidate(
            number=number,
            text=Text.of(record["body"]),
            exact=sketch(record["body"]).exact,
            title=record["title"],
            day=record["published_on"] or "",
            channel=record["channel"],
            mirror=record["template"] == "mirror" or not _at_site(record),
        )


_KEPT = ("url", "fetched_at", "title", "published_at", "published_on", "channel", "template")


def body_of(record: dict[str, Any]) -> str:
    """The text by which a record is compared: its body, or its captions if it has no other."""
    captions = [photo["caption"] or "" for photo in record["photos"]]
    return "\n".join(record["paragraphs"] or captions)


def _keys(record: dict[str, Any]) -> list[int]:
    """The keys of a record, and one that only texts share which are equal to the letter."""
    summary = sketch(body_of(record))
    if not summary.exact:
        return []
    exact = int.from_bytes(hashlib.blake2b(summary.exact, digest_size=7).digest(), "big")
    return [*summary.keys, _EXACT_KEYS | exact]


def _all_pairs(work: Path) -> Numbers:
    parts = [np.load(path) for path in sorted((work / "pairs").glob("*.npy"))]
    found: Numbers = np.unique(np.concatenate(parts), axis=0)
    return found


def _save(path: Path, rows: Numbers) -> None:
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        np.save(file, rows)
    partial.replace(path)


def _at_site(record: dict[str, Any]) -> bool:
    return is_site_host(urlsplit(record["url"]).hostname or "")


def _moment(text: str | None) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(text) if text else None
    return None
