"""A visit is stored with all that it brought, and a text is a revision only if the site changed it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest
import sqlalchemy as sa

from crawler.cli.crawl import summary_of
from crawler.crawl.run import Plan
from crawler.crawl.session import CrawlSession
from crawler.errors import DiskFullError
from crawler.items import Failure, Link, Visit
from crawler.report.articles import as_lines, revisions_of
from crawler.store import runs
from crawler.store.archive import Archive
from crawler.store.engine import open_store
from tests.crawl.visits import NOW, article, failed, fetch, html_of, link, prose, url_of, visit


class Bench:
    """A store and the sessions that write to it, one after the other."""

    def __init__(self, database: str, folder) -> None:
        self.database, self.folder, self.now = database, folder, NOW

    def session(self, code: str = "1", **plan) -> CrawlSession:
        return CrawlSession(
            open_store(self.database),
            Archive(self.folder / "a.db"),
            Plan("test", ("sd",), **plan),
            code_version=code,
            clock=lambda: self.now,
        )

    def crawl(
        self, *numbers: int, bring=article, code: str = "1", body: bytes = b"", earlier=None
    ) -> None:
        """One run that visits some articles, due or not; ``earlier``: what their old bytes read."""
        session = self.session(code)
        session.enter([link(number) for number in numbers], start=True).result(10)
        for lease in session.lease().result(10).leases:
            number = int(lease.url.split("-")[1][:8]) - 40000000
            found = visit(lease.id, bring(number), body, replaces=lease.body_sha256)
            session.record(found, earlier)
        session.close("finished", 0)

    def rows(self, query: str) -> list[tuple]:
        store = open_store(self.database)
        with store.reading.connect() as connection:
            found = [tuple(row) for row in connection.execute(sa.text(query))]
        store.close()
        return found

    def count(self, name: str) -> int:
        found = self.rows(f"SELECT sum(value) FROM run_counter WHERE name = '{name}'")
        return int(found[0][0] or 0)


@pytest.fixture
def bench(any_database, tmp_path):
    return Bench(any_database, tmp_path)


REVISIONS = "SELECT revision, extraction, code_version FROM revision ORDER BY id"


def other_text(number: int):
    """The article with its second paragraph corrected."""
    return article(number, prose(number), prose(number + 7), fetched_at=NOW + timedelta(days=3))


def test_an_article_is_stored_with_its_page_its_counts_and_its_bytes(bench):
    """One visit settles the page, stores the article and its revision, counts, and archives."""
    bench.crawl(1)

    assert bench.rows("SELECT url, revision, extraction FROM article") == [(url_of(1), 1, 1)]
    assert bench.rows("SELECT state FROM frontier") == [("DONE",)]
    assert bench.rows("SELECT status, checks FROM page") == [(200, 1)]
    assert (bench.count("article/new"), bench.count("page/article")) == (1, 1)
    archive = Archive(bench.folder / "a.db", readonly=True)
    assert archive.latest(url_of(1)).fetches[0].body == "".join(article(1).paragraphs).encode()
    archive.close()


def test_a_text_that_the_site_changed_is_a_revision(bench):
    """The old text stays, the differences can be shown, and the counter says changed."""
    bench.crawl(1)
    bench.now = NOW + timedelta(days=3)

    bench.crawl(1, bring=other_text, earlier=article(1))

    assert bench.rows(REVISIONS) == [(1, 1, "1"), (2, 1, "1")]
    assert bench.count("article/changed") == 1
    store = open_store(bench.database)
    with store.reading.connect() as connection:
        lines = "\n".join(as_lines(revisions_of(connection, url_of(1))))
    store.close()
    assert "[-" in lines
    assert "{+" in lines


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_every_copy_is_counted_once_whatever_the_order(bench, order):
    """A copy is one too where it came before its original, or before two that outrank it."""

    def one_text(number: int):
        at = NOW - timedelta(days=9) + timedelta(days=number)
        return replace(article(number, prose(1), prose(2), prose(3)), published_at=at)

    for number in order:
        bench.crawl(number, bring=one_text)

    held = bench.rows("SELECT count(*) FROM article WHERE duplicate_of_id IS NOT NULL")
    assert bench.count("article/duplicate") == held[0][0] == 2
    assert bench.count("duplicate/same_text") == 2


def test_better_code_is_no_revision(bench):
    """Other bytes whose old version reads the same with today's code are an extraction."""
    bench.crawl(1)
    bench.now = NOW + timedelta(days=3)

    reading = replace(other_text(1), body_sha256=article(1).body_sha256)
    bench.crawl(1, bring=other_text, code="2", earlier=reading)

    assert bench.rows(REVISIONS) == [(1, 1, "1"), (1, 2, "2")]
    assert bench.count("article/reread") == 1


def test_other_bytes_with_the_same_text_are_nothing_new(bench):
    """An advertisement that moved makes neither revision nor extraction."""
    bench.crawl(1)
    bench.now = NOW + timedelta(days=3)

    bench.crawl(1, body=b"the same text between other advertisements")

    assert bench.rows(REVISIONS) == [(1, 1, "1")]
    assert bench.count("article/unchanged") == 1


def test_a_full_archive_takes_nothing_that_it_did_not_keep(bench):
    """When the raw bytes cannot be kept, the article is not acknowledged and the page waits."""
    session = bench.session()
    session.enter([link(1)], start=True).result(10)
    lease = session.lease().result(10).leases[0]
    full = DiskFullError("a.db: cannot be written")

    with mock.patch.object(Archive, "keep", side_effect=full):
        error = session.record(visit(lease.id, article(1))).exception(20)
        with pytest.raises(DiskFullError):
            session.close("disk_full", 3, timeout=10)

    assert error is full
    assert bench.rows("SELECT count(*) FROM article") == [(0,)]
    assert bench.rows("SELECT state FROM frontier") == [("PENDING",)]
    assert bench.rows("SELECT finish_reason, exit_code FROM run") == [("disk_full", 3)]
    bench.crawl(1)
    assert bench.rows("SELECT url FROM article") == [(url_of(1),)]


@pytest.mark.parametrize(
    ("has_room", "told"), [(True, [("disk_full", 3)]), (False, [(None, None)])]
)
def test_a_full_disk_is_told_as_the_end_of_the_run(bench, has_room, told):
    """By the row, where one row fits in; by the run's summary in any case."""
    session = bench.session()
    session.enter([link(1)], start=True).result(10)
    lease = session.lease().result(10).leases[0]
    full = DiskFullError("a.db: cannot be written")
    no_room = sa.exc.OperationalError("INSERT", {}, sqlite3.OperationalError("disk is full"))

    finish = None if has_room else no_room
    with (
        mock.patch.object(Archive, "keep", side_effect=full),
        mock.patch("crawler.crawl.session.leases.release_run", side_effect=no_room),
        mock.patch("crawler.crawl.session.runs.finish", wraps=runs.finish, side_effect=finish),
    ):
        session.record(visit(lease.id, article(1))).exception(20)
        with pytest.raises(DiskFullError):
            session.close("disk_full", 3, timeout=10)

    assert bench.rows("SELECT finish_reason, exit_code FROM run") == told
    assert summary_of(session).startswith(f"run {session.run_id} disk_full: ")


def test_a_page_that_was_not_asked_for_goes_back(bench):
    """A wait costs no attempt and leaves the page PENDING."""
    session = bench.session()
    session.enter([link(1)], start=True).result(10)
    lease = session.lease().result(10).leases[0]

    session.record(failed(lease.id, lease.url, Failure(reason="robots_unreadable", wait=True)))
    session.close("finished", 0)

    assert bench.rows("SELECT state, attempts, reason FROM frontier") == [("PENDING", 0, None)]
    assert bench.count("wait/robots_unreadable") == 1


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_jumps_loses_nothing(bench, jump):
    """After a jump and back, each article is there once and the next run reads its lists."""
    session = bench.session()
    session.enter([link(1), link(2)], start=True).result(10)
    leases = session.lease().result(10).leases
    session.record(visit(leases[0].id, article(1)))
    bench.now += jump
    session.beat().result(10)
    late = article(2, fetched_at=bench.now)
    session.record(visit(leases[1].id, late))
    session.close("finished", 0)
    bench.now = NOW + timedelta(hours=1)

    again = bench.session()
    opened = again.enter([link(1), link(2), link(3)], start=True).result(10)
    waiting = {lease.url for lease in again.lease().result(10).leases}
    again.close("finished", 0)

    assert opened == 1
    assert url_of(3) in waiting
    assert sorted(bench.rows("SELECT url FROM article")) == [(url_of(1),), (url_of(2),)]


def list_visit(url: str, frontier_id: int, at, *links, following=None) -> Visit:
    """A visit to a list page."""
    return Visit(
        url=url,
        frontier_id=frontier_id,
        kind="list",
        channel="sd",
        fetches=(fetch(url, b"list", at),),
        links=links,
        next_list=following,
    )


def test_the_next_list_is_read_only_for_something_new(bench):
    """A list whose links are known leads no further; with one new link it does."""
    first, second = (
        Link(url=url, fetch_url=url, kind="list", channel="sd")
        for url in (f"http://sd.people.com.cn/GB/1/index{n}.html" for n in ("", 2))
    )
    states = "SELECT state FROM frontier WHERE kind = 'list' ORDER BY id"
    session = bench.session()
    session.enter([first], start=True).result(10)

    session.record(list_visit(first.url, 1, NOW, link(1), following=second)).result(10)
    found = bench.rows(states)
    session.record(list_visit(second.url, 3, NOW)).result(10)
    session.close("finished", 0)
    bench.now = NOW + timedelta(days=1)
    later = bench.session()
    later.record(list_visit(first.url, 1, bench.now, link(1), following=second)).result(10)
    nothing_new = bench.rows(states)
    later.record(list_visit(first.url, 1, bench.now, link(2), following=second)).result(10)
    later.close("finished", 0)

    assert found == [("DONE",), ("PENDING",)]
    assert nothing_new == [("DONE",), ("DONE",)]
    assert bench.rows(states) == [("DONE",), ("PENDING",)]


def test_pages_of_the_design_are_pages(bench):
    """The page that these tests archive is one that extraction reads."""
    from crawler.crawl.reading import extract_record
    from crawler.store.archive import Record

    body = html_of("标题", [prose(1), prose(2)])
    record = Record(url=url_of(1), channel="sd", kind="article", fetches=(fetch(url_of(1), body),))

    assert extract_record(record).paragraphs == (prose(1), prose(2))
