"""The archive: every body once, every fetch noted, and what is damaged is named."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crawler.clock import SHANGHAI
from crawler.errors import ArchiveError, ConfigError
from crawler.items import Exchange, Fetch
from crawler.store.archive import Archive, Record
from crawler.store.packing import TRAIN_AT

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)


def fetch(body: bytes, page: int = 1, at: datetime = NOW, status: int = 200) -> Fetch:
    return Fetch(
        url=f"http://sd.people.com.cn/a-{page}.html",
        status=status,
        headers={"content-type": "text/html"},
        body=body,
        fetched_at=at,
        sha256=hashlib.sha256(body).hexdigest(),
        page=page,
    )


def visit(*bodies: bytes, url: str = "http://sd.people.com.cn/a.html", **kwargs) -> Record:
    fetches = tuple(fetch(body, n, **kwargs) for n, body in enumerate(bodies, 1))
    return Record(url=url, channel="sd", kind="article", fetches=fetches)


@pytest.fixture
def archive(tmp_path):
    opened = Archive(tmp_path / "a.db")
    yield opened
    opened.close()


def test_what_was_kept_comes_back(archive):
    """All pages of a visit come back in order, byte for byte, with what was noted of them."""
    kept = visit("<p>一</p>".encode("gb18030"), "<p>二</p>".encode())

    archive.keep([kept])

    assert archive.latest(kept.url) == kept


def test_a_body_is_kept_once(archive):
    """The same bytes fetched again are a fetch, not another body."""
    first = archive.keep([visit(b"same")])
    second = archive.keep([visit(b"same", at=NOW + timedelta(days=1))])

    assert (first, second) == (1, 0)
    assert [at for at, _, _ in archive.fetches(visit(b"").url)] == [NOW, NOW + timedelta(days=1)]


def test_the_latest_visit_is_the_last_that_succeeded(archive):
    """A failed fetch later on does not hide the page."""
    archive.keep([visit(b"good")])
    archive.keep([visit(b"gone", status=404)])

    assert archive.latest(visit(b"").url).fetches[0].body == b"good"
    assert len(archive.articles()) == 1


def test_an_earlier_body_can_be_asked_for(archive):
    """The visit that brought a given body is found among later ones."""
    old = visit(b"old")
    archive.keep([old])
    archive.keep([visit(b"new")])

    assert archive.before(old.url, old.fetches[0].sha256) == old


def test_bodies_are_read_with_the_dictionary_they_were_written_with(archive):
    """A dictionary that is trained later changes nothing for what was there before."""
    bodies = [
        (
            f"<html><head><title>第{n}篇</title></head>"
            + f"<div class='nav'>{n % 7}导航</div>" * 150
        ).encode()
        for n in range(TRAIN_AT[0] + 20)
    ]
    archive.keep([visit(body, url=f"u{n}") for n, body in enumerate(bodies[: TRAIN_AT[0]])])

    archive.keep([visit(body, url=f"v{n}") for n, body in enumerate(bodies[TRAIN_AT[0] :])])

    digests = [hashlib.sha256(body).hexdigest() for body in bodies]
    assert [archive.body(digest) for digest in digests] == bodies
    db = sqlite3.connect(archive.path)
    used = db.execute("SELECT DISTINCT dictionary_id FROM body ORDER BY 1").fetchall()
    db.close()
    assert used == [(None,), (1,)]


def test_a_damaged_record_is_named_and_the_rest_can_be_read(archive):
    """One broken body raises an error with its digest; its neighbours are untouched."""
    bad, good = visit(b"bad" * 50, url="u1"), visit(b"good" * 50, url="u2")
    archive.keep([bad, good])
    db = sqlite3.connect(archive.path)
    db.execute("UPDATE body SET data = x'00' WHERE sha256 = ?", (bad.fetches[0].sha256,))
    db.commit()
    db.close()

    with pytest.raises(ArchiveError, match=bad.fetches[0].sha256):
        archive.latest("u1")
    assert archive.latest("u2") == good


def test_reading_a_missing_archive_says_how_to_make_one(tmp_path):
    """A reader does not create an empty file."""
    with pytest.raises(ConfigError, match="renmin crawl"):
        Archive(tmp_path / "none.db", readonly=True)
    assert not (tmp_path / "none.db").exists()


def test_the_heads_of_an_exchange_come_back(archive):
    """Repeated fields, their order and the server's address too; a request is kept once."""
    said = Exchange(
        asked=(("Host", "sd.people.com.cn"), ("User-Agent", "renmin")),
        answered=(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Via", "一")),
        protocol="HTTP/1.0",
        ip="192.0.2.1",
    )
    kept = visit(b"one", b"two")
    kept = replace(kept, fetches=tuple(replace(each, exchange=said) for each in kept.fetches))

    archive.keep([kept])

    assert archive.latest(kept.url) == kept
    with contextlib.closing(sqlite3.connect(archive.path)) as db:
        assert db.execute("SELECT count(*) FROM request").fetchone() == (1,)


def test_a_look_that_found_nothing_new_changes_no_other_answer(archive):
    """It is among the looks, with the body that it confirmed, and nowhere else."""
    kept = visit(b"one", b"two")
    look = replace(fetch(b"", 0, NOW + timedelta(days=1), 304), sha256=kept.fetches[0].sha256)
    archive.keep([kept])
    before = archive.articles(), list(archive.fetches(kept.url)), archive.sizes()

    archive.keep([replace(kept, fetches=(look,))])

    assert (archive.articles(), list(archive.fetches(kept.url)), archive.sizes()) == before
    assert archive.latest(kept.url) == kept
    (seen,) = archive.record(archive.looks(kept.url)[-1]).fetches
    assert (seen.status, seen.page, seen.body) == (304, 0, b"one")


def test_an_archive_of_the_first_edition_is_read_and_written(tmp_path):
    """It has no heads: what is there is read without, and what comes is kept with them."""
    path = tmp_path / "old.db"
    with contextlib.closing(Archive(path)) as archive:
        archive.keep([visit(b"one")])
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(
            "ALTER TABLE fetch DROP COLUMN request_id; ALTER TABLE fetch DROP COLUMN answer;"
            "DROP TABLE request;"
        )

    with contextlib.closing(Archive(path, readonly=True)) as archive:
        assert archive.latest(visit(b"").url) == visit(b"one")
    later = visit(b"two", at=NOW + timedelta(days=1))
    said = Exchange(answered=(("Via", "x"),))
    later = replace(later, fetches=(replace(later.fetches[0], exchange=said),))
    with contextlib.closing(Archive(path)) as archive:
        archive.keep([later])
        assert archive.latest(later.url) == later
