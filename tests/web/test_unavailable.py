"""A database that cannot be read gives a page that says so, and what to do."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from crawler.errors import ConfigError
from crawler.store.engine import Reader, open_store
from crawler.web.app import build
from tests.web.conftest import csrf_of, settings_of


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


def test_a_locked_database_is_told_soon(tmp_path, path, serve):
    """Another program that holds the file alone is named as the reason after a short wait."""
    open_store(f"sqlite:///{path}").close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    client = serve(settings_of(tmp_path, wait=0.1), timeout=20)

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


@pytest.mark.parametrize("spoil", [missing, empty, foreign, no_database, newer, older])
def test_an_order_for_a_database_that_cannot_be_used_says_so(tmp_path, path, serve, spoil):
    """A button pressed while the database is away, foreign or being upgraded: 503 and a sentence."""
    open_store(f"sqlite:///{path}").close()
    client = serve(settings_of(tmp_path), headers={"accept-language": "en"})
    csrf = csrf_of(client.get("/queue"))
    path.unlink()
    spoil(path)

    answer = client.post("/queue/pause", data={"csrf": csrf, "channel": "sd"})

    assert answer.status_code == 503
    assert "Traceback" not in answer.text


def test_an_order_for_a_locked_database_is_refused_and_can_be_given_again(tmp_path, path, serve):
    """Another program holds it alone: 503; afterwards the same order is taken."""
    open_store(f"sqlite:///{path}").close()
    client = serve(settings_of(tmp_path, wait=0.1, order_wait=0.2), timeout=40)
    csrf = csrf_of(client.get("/queue"))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    order = {"csrf": csrf, "channel": "sd", "back": "/queue"}

    refused = client.post("/queue/pause", data=order)
    holder.close()
    taken = client.post("/queue/pause", data=order)

    assert (refused.status_code, taken.status_code) == (503, 303)


def test_many_ask_at_once(own, serve):
    """Forty answers at the same time, orders among them: each is well, and nothing is done twice."""
    client = serve(settings_of(own.folder), timeout=60)
    csrf = csrf_of(client.get("/queue"))
    order = {"csrf": csrf, "channel": "gd", "back": "/queue"}
    asked = ["/", "/queue", "/articles?channel=sd", "/search?q=会议", "/coverage"] * 6

    with ThreadPoolExecutor(20) as pool:
        orders = [pool.submit(client.post, "/queue/run", data=order) for _ in range(10)]
        statuses = {answer.status_code for answer in pool.map(client.get, asked)}
        taken = {each.result().status_code for each in orders}

    assert (statuses, taken) == ({200}, {303})
    found = client.get("/data/requests.json").json()["rows"]
    assert sum(row["channels"] == ["gd"] for row in found) == 1
