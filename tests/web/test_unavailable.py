"""A database that cannot be read gives a page that says so, and what to do."""

import sqlite3

import pytest

from crawler.errors import ConfigError
from crawler.store.engine import open_store
from crawler.store.reader import Reader
from crawler.web.app import build
from tests.web.conftest import settings_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "renmin.db"


def missing(path):
    pass


def empty(path):
    sqlite3.connect(path).close()
    path.write_bytes(b"")


def foreign(path):
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")


def no_database(path):
    path.write_bytes(b"this is no database, whatever its name says" * 100)


def newer(path):
    open_store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")


def older(path):
    open_store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (missing, "no such database; begin with: renmin crawl"),
        (empty, "holds no articles yet; begin with: renmin crawl"),
        (foreign, "has tables that are not renmin"),
        (no_database, "is not an SQLite database"),
        (newer, "install the newer renmin"),
        (older, "bring it up to date with: renmin upgrade"),
    ],
)
def test_the_page_says_what_is_wrong(tmp_path, path, serve, spoil, says):
    """503, the reason, and what to do; files and /healthz are 503 as well."""
    spoil(path)
    client = serve(settings_of(tmp_path))

    page = client.get("/", headers={"accept-language": "en"})

    assert page.status_code == 503
    assert says in page.text.replace("&#39;", "'")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert client.get("/data/runs.csv").status_code == 503
    assert client.get("/metrics").status_code == 503
    assert client.get("/healthz").status_code == 503


def test_a_locked_database_is_told_soon(tmp_path, path, serve, monkeypatch):
    """Another program that holds the file alone is named as the reason after a short wait."""
    monkeypatch.setattr("crawler.store.reader.WAIT_SECONDS", 0.1)
    open_store(f"sqlite:///{path}").close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    client = serve(settings_of(tmp_path), timeout=20)

    page = client.get("/")
    holder.close()

    assert page.status_code == 503
    assert "another program holds it" in page.text


def test_the_pages_come_back_with_the_database(tmp_path, path, serve):
    """The dashboard need not be started anew when there is something to show."""
    client = serve(settings_of(tmp_path))
    before = client.get("/").status_code

    open_store(f"sqlite:///{path}").close()

    assert (before, client.get("/").status_code) == (503, 200)


@pytest.mark.parametrize("page", ["/", "/runs"])
def test_an_empty_store_says_how_to_begin(tmp_path, path, serve, page):
    """Tables without rows: the first page names the first commands."""
    open_store(f"sqlite:///{path}").close()
    text = serve(settings_of(tmp_path)).get(page).text

    assert "renmin demo" in text
    assert "renmin crawl" in text


@pytest.mark.parametrize(
    "page",
    [
        "/articles",
        "/text",
        "/search?q=会议",
        "/failures",
        "/alerts",
        "/schedule",
        "/channel/sd",
        "/data/today.csv",
        "/data/stats.json",
        "/data/run-curve.json",
        "/metrics",
        "/healthz",
    ],
)
def test_an_empty_store_opens_everywhere(tmp_path, path, serve, page):
    """No page needs a row."""
    open_store(f"sqlite:///{path}").close()

    assert serve(settings_of(tmp_path)).get(page).status_code == 200


@pytest.mark.parametrize("url", ["nonsense", "mysql://a/b"])
def test_a_url_that_is_none_is_refused_at_the_start(tmp_path, url):
    """What can never work is told when the dashboard starts."""
    with pytest.raises(ConfigError, match="database="):
        Reader(url)
    with pytest.raises(ConfigError):
        build(settings_of(tmp_path, host="0.0.0.0"))


def test_the_reader_cannot_write(tmp_path, path):
    """The dashboard's connection is read-only."""
    open_store(f"sqlite:///{path}").close()
    reader = Reader(f"sqlite:///{path}")

    with pytest.raises(Exception, match="readonly"), reader.connect() as connection:
        connection.exec_driver_sql("DELETE FROM run")


@pytest.mark.postgres
def test_a_server_is_read_as_well(tmp_path, postgres, serve):
    """On PostgreSQL every page opens on the same schema."""
    from dataclasses import replace

    from tests.web.addresses import pages
    from tests.web.story import tell

    store = open_store(postgres)
    story = tell(store, tmp_path / "renmin.archive.db", runs=2, articles=24)
    store.close()
    client = serve(replace(settings_of(tmp_path), database=postgres))

    statuses = {name: client.get(path).status_code for name, path in pages(story).items()}

    assert set(statuses.values()) == {200}, statuses
    assert "<mark>会议</mark>" in client.get("/search?q=会议").text
    assert client.get("/metrics").status_code == 200
