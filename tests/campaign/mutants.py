"""Saved pages, broken at random, read by the one function that reads pages."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from crawler.errors import RenminError
from crawler.extract import extract
from crawler.items import Fetch
from tests.campaign.rows import Row

PAGES = Path(__file__).resolve().parents[1] / "pages"
CHUNK = 500
# Of a processor: the machine may be busy.
TOO_LONG = 5.0
_SHARDS = (
    b"<p>", b"</div>", b"<div>", b"<table><tr><td>", b"<!--", b"-->", b"<script>", b"\0", b"<b/>",
    b"&#x110000;", b"&nbsp;" * 50, b"\xff\xfe", b"\x81\x30", b"\xe4\xba", b"<img src=", b'"', b">",
    b"<p style='text-align:center'><img src=x.jpg></p>", b"<base href='http://[::1'>", b"<embed>",
)  # fmt: skip


def rows(mutants: int, seed: int) -> Iterator[Row]:
    """One row for all pages; ``tried`` counts pages, ``worst`` is the dearest page, of a processor."""
    row = Row("mutated pages")
    chunks = [(seed + start, min(CHUNK, mutants - start)) for start in range(0, mutants, CHUNK)]
    with multiprocessing.get_context("spawn").Pool() as pool:
        for tried, worst, crashes in pool.imap_unordered(_chunk, chunks):
            row.tried += tried
            row.worst = max(row.worst, worst)
            for crash in crashes:
                row.crash(crash)
    yield row


def mutate(body: bytes, rng: random.Random) -> bytes:
    """Break a page in one to eight places: cut, repeat, move, overwrite or insert."""
    page = bytearray(body)
    for _ in range(rng.randint(1, 8)):
        if not page:
            break
        at = rng.randrange(len(page))
        size = rng.choice((1, 2, 20, 200, 2_000))
        match rng.randrange(5):
            case 0:
                del page[at : at + size]
            case 1:
                page[at:at] = page[at : at + size] * rng.randint(1, 20)
            case 2:
                piece = bytes(page[at : at + size])
                del page[at : at + size]
                to = rng.randrange(len(page) + 1)
                page[to:to] = piece
            case 3:
                page[at] = rng.randrange(256)
            case _:
                page[at:at] = rng.choice(_SHARDS)
    return bytes(page)


def _chunk(chunk: tuple[int, int]) -> tuple[int, float, list[str]]:
    seed, count = chunk
    rng = random.Random(seed)
    worst, crashes = 0.0, []
    for _ in range(count):
        url, body = rng.choice(_saved())
        broken = mutate(body, rng)
        began = time.process_time()
        try:
            extract([_fetch(url, broken)])
        except RenminError:
            pass
        except Exception as error:  # whatever else comes is what we look for
            digest = hashlib.sha256(broken).hexdigest()[:12]
            crashes.append(f"{type(error).__name__}: {error} (seed {seed}, page {digest})")
        seconds = time.process_time() - began
        worst = max(worst, seconds)
        if seconds > TOO_LONG:
            crashes.append(f"{seconds:.1f} s for one page (seed {seed})")
    return count, worst, crashes


def _fetch(url: str, body: bytes) -> Fetch:
    return Fetch(
        url=url,
        status=200,
        headers={"content-type": "text/html"},
        body=body,
        fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
        sha256=hashlib.sha256(body).hexdigest(),
    )


@lru_cache(maxsize=1)
def _saved() -> list[tuple[str, bytes]]:
    found = []
    for path in sorted(PAGES.glob("*/*/body*.html")):
        meta = json.loads((path.parent / "meta.json").read_text("utf-8"))
        found.append((str(meta["url"]), path.read_bytes()))
    return found
