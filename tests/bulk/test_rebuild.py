"""The archive alone makes a database again."""

import shutil

from crawler.bulk.importing import Sources, import_files
from crawler.bulk.taking_in import rebuild
from crawler.replica import Site
from crawler.store import articles, revisions
from crawler.store.engine import open_store
from tests.bulk.test_import import URL, one
from tests.bulk.warcs import pages_of, write_warc
from tests.crawls.conftest import rows


def listed(database):
    query = (
        "SELECT a.url, a.title, a.channel, a.revision, o.url, a.relation FROM article a"
        " LEFT JOIN article o ON o.id = a.duplicate_of_id ORDER BY a.url"
    )
    return rows(database, query)


def test_all_articles_come_back_with_their_texts_and_marks(any_database, tmp_path):
    """Into SQLite and PostgreSQL: the same articles, copies and revisions as were there."""
    archive = tmp_path / "renmin.archive.db"
    store = open_store(f"sqlite:///{tmp_path / 'renmin.db'}")
    site = write_warc(tmp_path / "site.warc.gz", pages_of(Site(articles=20, seed=4)))
    paths = [site, *(one(tmp_path, number) for number in (0, 1, 2))]
    import_files(store, archive, Sources(paths=paths))
    store.close()
    before = listed(f"sqlite:///{tmp_path / 'renmin.db'}")

    fresh = open_store(any_database)
    counts = rebuild(fresh, archive)
    with fresh.reading.connect() as connection:
        texts = revisions.all_of(connection, articles.find(connection, URL).id)
    fresh.close()

    assert listed(any_database) == before
    assert [text["paragraphs"][-1] for text in texts] == ["初稿。", "改稿。", "定稿。"]
    assert not any(name.startswith("failure/") for name in counts)


def test_rebuilding_twice_changes_nothing(tmp_path):
    """What the database has stays as it is."""
    archive = tmp_path / "renmin.archive.db"
    store = open_store(f"sqlite:///{tmp_path / 'renmin.db'}")
    import_files(store, archive, Sources(paths=[one(tmp_path, 0), one(tmp_path, 1)]))
    before = listed(f"sqlite:///{tmp_path / 'renmin.db'}")
    shutil.copy(archive, tmp_path / "copy.archive.db")

    counts = rebuild(store, tmp_path / "copy.archive.db")

    store.close()
    assert listed(f"sqlite:///{tmp_path / 'renmin.db'}") == before
    assert counts["article/new"] == 0
