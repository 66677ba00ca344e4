"""What a policy takes out of an archive is never what anybody still reads."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections import namedtuple
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from crawler.clock import SHANGHAI
from crawler.errors import DiskFullError, StoreError
from crawler.store import pruning
from crawler.store.archive import Archive, Record
from tests.crawl.visits import fetch

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)
ALL = dict.fromkeys(pruning.FIRSTS, NOW)
PAGE = "http://sd.people.com.cn/a.html"


def nobody(_digests):
    """No article was read from any of them."""
    return set()


def visit(*bodies: bytes, at: datetime, url=PAGE, kind="article", status=200) -> Record:
    """One visit; with status 304 a look that confirmed the body."""
    fetches = [replace(fetch(url, body, at, n), status=status) for n, body in enumerate(bodies, 1)]
    if status == 304:
        fetches = [replace(each, page=0, body=b"") for each in fetches]
    return Record(url=url, channel="sd", kind=kind, fetches=tuple(fetches))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.archive.db"


def keep(path, *visits):
    with contextlib.closing(Archive(path)) as archive:
        for each in visits:
            archive.keep([each])


def held(path) -> list[tuple]:
    """Every fetch, and whether its body is there."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(
            "SELECT kind, page, status, substr(fetched_at, 9, 2), body.sha256 IS NOT NULL"
            " FROM fetch LEFT JOIN body USING (sha256) ORDER BY fetch.id"
        ).fetchall()


def test_each_kind_goes_by_its_own_age(path):
    """Of a list and of an article the latest stays, of answers that were no page and of looks none."""
    keep(
        path,
        visit(b"list 1", at=NOW - 9 * DAY, url="http://sd.people.com.cn/", kind="list"),
        visit(b"list 2", at=NOW - 8 * DAY, url="http://sd.people.com.cn/", kind="list"),
        visit(b"old", b"old, page 2", at=NOW - 7 * DAY),
        visit(b"not found", at=NOW - 6 * DAY, status=404),
        visit(b"new", b"new, page 2", at=NOW - 5 * DAY),
        visit(b"new", at=NOW - 4 * DAY, status=304),
    )

    planned = pruning.plan(path, ALL, nobody)
    younger = pruning.plan(path, dict.fromkeys(ALL, NOW - 10 * DAY), nobody)
    before = held(path)
    went = pruning.prune(path, ALL, nobody)

    assert {kind: share.fetches for kind, share in planned.items()} == {
        "lists": 1,
        "versions": 2,
        "answers": 1,
        "looks": 1,
    }
    assert went == planned
    assert all(not share.fetches for share in younger.values())
    assert len(before) == 8
    assert held(path) == [
        ("list", 1, 200, "15", 1),
        ("article", 1, 200, "18", 1),
        ("article", 2, 200, "18", 1),
    ]
    assert all(not share.fetches for share in pruning.prune(path, ALL, nobody).values())


def test_what_an_article_was_read_from_stays(path):
    """Later bytes may read the same: then the article stands on the older ones."""
    keep(path, *(visit(name, at=NOW - n * DAY) for n, name in ((9, b"a"), (8, b"b"), (7, b"c"))))
    needed = fetch(PAGE, b"b").sha256

    pruning.prune(path, ALL, lambda digests: {needed} & set(digests))

    assert [row[3] for row in held(path)] == ["15", "16"]


def test_a_body_that_another_page_has_stays(path):
    """Bytes are kept once, whoever fetched them."""
    keep(
        path,
        visit(b"same", at=NOW - 9 * DAY),
        visit(b"other", at=NOW - 8 * DAY),
        visit(b"same", at=NOW - 7 * DAY, url="http://sd.people.com.cn/b.html"),
    )

    went = pruning.prune(path, ALL, nobody)

    assert went["versions"].fetches == 1
    assert all(row[4] for row in held(path))


def random_visits(seed: int) -> list[Record]:
    """Some pages over some weeks, with further pages, looks, lists and answers that were none."""
    rng = Random(seed)
    urls = [f"http://sd.people.com.cn/{name}.html" for name in "abcde"]
    visits = []
    for number in range(60):
        kind = rng.choice(["article", "article", "list"])
        bodies = [f"{rng.randrange(4)} {page}".encode() for page in range(rng.choice([1, 1, 3]))]
        at = NOW - timedelta(days=60 - number, hours=rng.randrange(48))
        url = rng.choice(urls)
        known = [v for v in visits if v.url == url and v.kind == kind and v.fetches[0].page == 1]
        status = rng.choice([200, 200, 200, 404, 304])
        if status == 304 and known:
            bodies = [known[-1].fetches[0].body]
        elif status == 304:
            continue
        visits.append(visit(*bodies, at=at, url=url, kind=kind, status=status))
    return visits


class KilledError(BaseException):
    """kill -9 between two batches."""


def whole_visits(archive: Archive, url: str) -> list[Record]:
    """Every visit and look, each with its bodies: raises if one is missing."""
    return [archive.record(first) for first in archive.looks(url)]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_left_is_whole_and_the_latest_is_left(path, seed, monkeypatch):
    """Also after a kill between two batches, and beside a crawl that writes; a second call goes on."""
    monkeypatch.setattr(pruning, "BATCH", 1 + seed % 3)
    visits = random_visits(seed)
    keep(path, *visits)
    urls = {each.url for each in visits}
    known = {record.url: set() for record in visits}
    with contextlib.closing(Archive(path)) as archive:
        latest = {url: archive.latest(url) for url in urls}
        for url in urls:
            known[url] = {tuple(f.sha256 for f in r.fetches) for r in whole_visits(archive, url)}
        younger = visit(b"brand new", at=NOW, url="http://sd.people.com.cn/z.html")
        before = {kind: NOW - Random(seed).randrange(40) * DAY for kind in ALL}

        def killed(done, _total):
            archive.keep([younger])
            if done > 3:
                raise KilledError

        with contextlib.suppress(KilledError):
            pruning.prune(path, before, nobody, killed)
        halfway = {url: archive.latest(url) for url in urls}
        for url in urls:
            assert {
                tuple(f.sha256 for f in r.fetches) for r in whole_visits(archive, url)
            } <= known[url]
        pruning.prune(path, before, nobody)
        after = {url: archive.latest(url) for url in urls}
        for url in urls:
            assert {
                tuple(f.sha256 for f in r.fetches) for r in whole_visits(archive, url)
            } <= known[url]
        assert archive.latest(younger.url) == younger

    assert halfway == latest == after
    assert all(not share.fetches for share in pruning.plan(path, before, nobody).values())
    with contextlib.closing(sqlite3.connect(path)) as db:
        orphans = "SELECT count(*) FROM body WHERE sha256 NOT IN (SELECT sha256 FROM fetch)"
        assert db.execute(orphans).fetchone() == (0,)


def test_room_is_given_back_where_there_is_room_to_do_it(path, monkeypatch):
    """The file is as large as before until VACUUM writes it anew, which needs room beside it."""
    rng = Random(1)
    keep(path, *(visit(rng.randbytes(20_000), at=NOW - n * DAY) for n in range(30, 0, -1)))
    size = path.stat().st_size

    pruning.prune(path, ALL, nobody)

    assert path.stat().st_size >= size
    inside = pruning.room(path)
    assert inside > 500_000
    usage = namedtuple("Usage", "total used free")
    with monkeypatch.context() as small:
        small.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9, 10))
        with pytest.raises(DiskFullError, match="make room first"):
            pruning.give_back(path)
    assert pruning.give_back(path) >= inside - 8192
    assert pruning.room(path) == 0
    assert pruning.give_back(path) == 0  # never less than nothing


def test_no_archive_and_no_archive_of_ours_are_told(tmp_path):
    """Where there is no file nothing goes; what is no archive is named."""
    assert set(pruning.prune(tmp_path / "none.db", ALL, nobody).values()) == {pruning.Share(0, 0)}

    (tmp_path / "text.db").write_text("not a database" * 100)

    with pytest.raises(StoreError, match=r"text\.db: file is not a database"):
        pruning.plan(tmp_path / "text.db", ALL, nobody)
