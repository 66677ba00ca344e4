"""Old pages in: as if they had been crawled on the day of their capture, whatever the order."""

import hashlib
import json
import subprocess
import tarfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crawler.bulk.importing import Sources, import_files
from crawler.bulk.sources import captures
from crawler.clock import SHANGHAI
from crawler.crawl.reparse import reparse
from crawler.replica import Site
from crawler.store import articles, frontier, revisions, tables
from tests.bulk.warcs import pages_of, write_warc
from tests.crawl.visits import html_of, prose, url_of
from tests.crawls.conftest import ROOT, command, environment, run, stored

URL = url_of(7)
DAYS = [datetime(2019, month, 1, 8, tzinfo=SHANGHAI) for month in (1, 2, 3)]
TEXTS = [html_of("秋收过半", [prose(1), ending]) for ending in ("初稿。", "改稿。", "定稿。")]


@pytest.fixture(scope="module")
def site():
    return Site(articles=30, seed=9)


@pytest.fixture(scope="module")
def warc(site, tmp_path_factory):
    return write_warc(tmp_path_factory.mktemp("import") / "site.warc.gz", pages_of(site))


def one(folder: Path, number: int, date: datetime | None = None) -> Path:
    """A WARC with one capture of the same address."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    moment = date or DAYS[number]
    path = folder / f"{number}-{moment:%m}.warc.gz"
    return write_warc(path, [(URL, 200, headers, TEXTS[number])], moment)


def take(store, tmp_path, *paths, **options):
    return import_files(store, tmp_path / "renmin.archive.db", Sources(paths=paths), **options)


def history(store):
    """The last paragraph of each text, oldest first, with the day of its capture."""
    with store.reading.connect() as connection:
        known = articles.find(connection, URL)
        rows = revisions.all_of(connection, known.id)
    return [(row["revision"], row["paragraphs"][-1], row["fetched_at"]) for row in rows]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_texts_are_revisions_in_the_order_of_time(any_store, tmp_path, order):
    """Whatever is imported first, the first text is revision 1 and the last one stands."""
    for number in order:
        take(any_store, tmp_path, one(tmp_path, number))

    assert history(any_store) == [
        (1, "初稿。", DAYS[0]),
        (2, "改稿。", DAYS[1]),
        (3, "定稿。", DAYS[2]),
    ]
    with any_store.reading.connect() as connection:
        known = articles.find(connection, URL)
    assert (known.article.paragraphs[-1], known.article.revision) == ("定稿。", 3)
    assert known.first_seen_at == DAYS[0]


def test_an_earlier_capture_of_the_same_text_is_no_revision(store, tmp_path):
    """The article was there earlier: that is all that is new."""
    take(store, tmp_path, one(tmp_path, 2))
    result = take(store, tmp_path, one(tmp_path, 2, DAYS[0]))

    assert result.counts["article/unchanged"] == 1
    assert len(history(store)) == 1


def test_reading_the_archive_again_takes_the_latest_capture(store, tmp_path):
    """Not the one that was imported last."""
    take(store, tmp_path, one(tmp_path, 2))
    take(store, tmp_path, one(tmp_path, 0))

    result = reparse(store, tmp_path / "renmin.archive.db", processes=1)

    assert (result.pages, result.errors) == (1, ())
    assert history(store)[-1][1] == "定稿。"


def test_a_site_comes_in_whole_and_once(site, warc, database):
    """Twice by command, with helpers and without: every article once, copies marked."""
    words = ("import", str(warc), "--database", database)
    first = run(command(*words, "--processes", "2"))
    again = run(command(*words, "--json"))

    wanted = {row["url"] for row in site.rows() if row["kind"] == "article"}
    assert wanted <= set(stored(database))
    assert set(stored(database).values()) == {1}
    assert first.returncode in (0, 3), first.stderr
    counts = json.loads(again.stdout)["counters"]
    assert counts.get("article/new", 0) == 0
    assert counts["skipped/known"] >= len(wanted)


def test_a_killed_import_goes_on(site, warc, database):
    """What is missing comes with the next run."""
    words = command("import", str(warc), "--database", database)
    with subprocess.Popen(words, env=environment(), cwd=ROOT, stderr=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as process:  # fmt: skip
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.0)
        process.kill()

    run(words)

    wanted = Counter(row["url"] for row in site.rows() if row["kind"] == "article")
    assert not wanted - stored(database)
    assert set(stored(database).values()) == {1}


def test_saved_pages_tell_their_address_by_place_map_or_themselves(store, tmp_path):
    """``wget -x``, a map, a tar file; a page that tells nothing is counted."""
    body = TEXTS[0]
    placed = tmp_path / "old" / URL.removeprefix("http://")
    placed.parent.mkdir(parents=True)
    placed.write_bytes(body)
    mapped = tmp_path / "old" / "7.html"
    mapped.write_bytes(html_of("另一篇", [prose(5), prose(6)]))
    silent = tmp_path / "old" / "8.html"
    silent.write_bytes(html_of("无址", [prose(8), prose(9)]))
    with tarfile.open(tmp_path / "old.tar.gz", "w:gz") as package:
        package.add(placed, "copy/" + URL.removeprefix("http://"))
    sources = Sources(
        paths=[placed, mapped, silent, tmp_path / "old.tar.gz"], addresses={"7.html": url_of(8)}
    )

    result = import_files(store, tmp_path / "renmin.archive.db", sources)

    with store.reading.connect() as connection:
        found = set(connection.scalars(sa.text("SELECT url FROM article")))
    assert found == {URL, url_of(8)}
    assert result.counts["skipped/no-address"] == 1


def test_an_imported_old_page_is_not_asked_for_again(store, tmp_path):
    """It is settled without a day on which it is due; one of yesterday is looked at again."""
    yesterday = datetime.now(SHANGHAI) - timedelta(days=1)
    take(store, tmp_path, one(tmp_path, 0))
    query = sa.text("SELECT state, due_at FROM frontier")
    with store.reading.connect() as connection:
        assert connection.execute(query).all() == [("DONE", None)]

    take(store, tmp_path, one(tmp_path, 1, yesterday))

    with store.reading.connect() as connection:
        assert connection.execute(query).one().due_at is not None


def test_what_the_archive_holds_is_what_came(store, tmp_path):
    """The raw bytes are kept before anything is made of them."""
    take(store, tmp_path, one(tmp_path, 0))

    (fetch,) = captures(tmp_path / "renmin.archive.db")

    assert fetch.body == TEXTS[0]
    assert fetch.sha256 == hashlib.sha256(TEXTS[0]).hexdigest()
    assert fetch.fetched_at == DAYS[0]


def test_all_pages_of_an_article_are_one_visit_of_the_archive(site, warc, store, tmp_path):
    """So that reading the archive again joins them as the import did."""
    take(store, tmp_path, warc)

    result = reparse(store, tmp_path / "renmin.archive.db", processes=1)

    assert (result.changed, result.errors) == (0, ())


def test_what_was_removed_for_good_does_not_come_back(store, tmp_path):
    """A removed address is counted, and neither the archive nor a table has it again."""
    with store.writing.begin() as connection:
        frontier.remove_for_good(connection, URL, "asked for", DAYS[2])

    result = take(store, tmp_path, one(tmp_path, 0))

    assert result.counts["skipped/removed"] == 1
    assert not list(captures(tmp_path / "renmin.archive.db"))


def test_a_broken_map_is_named(tmp_path):
    """With its line, before anything is imported."""
    (tmp_path / "map.csv").write_text("a.html,http://sd.people.com.cn/\nb.html\n")
    (tmp_path / "a.html").write_text("<p>")

    done = run(command("import", str(tmp_path), "--url-map", str(tmp_path / "map.csv")))

    assert done.returncode == 2
    assert "line 2" in done.stderr


def test_a_file_of_no_kind_is_named_and_the_rest_goes_on(any_store, tmp_path):
    """A Parquet file in the wrong place stops nothing."""
    (tmp_path / "rows.parquet").write_bytes(b"PAR1")

    done = take(any_store, tmp_path, tmp_path / "rows.parquet", one(tmp_path, 0))

    assert (done.counts["failure/unknown_file"], done.counts["article/new"]) == (1, 1)
    assert "--cc-index" in done.problems[0].detail


def test_a_damaged_archive_is_named_and_the_rest_goes_on(database, tmp_path):
    """One that is no database, and one that holds nothing."""
    mix = tmp_path / "mix"
    mix.mkdir()
    one(mix, 0)
    (mix / "0-00.archive.db").write_text("notdb\n")
    (mix / "0-99.archive.db").write_bytes(b"")

    done = run(command("import", str(mix), "--database", database, "--json"))

    assert done.returncode == 3, done.stderr
    counts = json.loads(done.stdout)["counters"]
    assert (counts["failure/no_archive"], counts["article/new"]) == (2, 1)
    assert "0-00.archive.db: cannot be used as an archive: file is not a database" in done.stderr


def test_an_import_that_breaks_closes_its_run(any_store, tmp_path):
    """It does not look alive for ever."""

    def breaks(_asked):
        raise RuntimeError("unforeseen")

    with pytest.raises(RuntimeError, match="unforeseen"):
        import_files(any_store, tmp_path / "renmin.archive.db", Sources(elsewhere=[breaks]))

    with any_store.reading.connect() as connection:
        row = connection.execute(sa.select(tables.run)).one()
    assert (row.finish_reason, row.exit_code) == ("error", 3)
    assert row.ended_at
