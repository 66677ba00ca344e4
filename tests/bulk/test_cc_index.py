"""Common Crawl by the rows of its index: exactly those ranges, politely, into the database."""

import http.server
import re
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import pyarrow
import pyarrow.parquet
import pytest
import urllib3

from crawler.bulk.cc_index import RETRIES, Ranges, sources
from crawler.bulk.importing import Sources, import_files
from crawler.errors import ConfigError
from crawler.replica import Site
from crawler.site import channels
from crawler.store import articles
from tests.bulk.warcs import CAPTURED, pages_of, write_warc
from tests.crawl.visits import html_of, prose, url_of
from tests.crawls.conftest import ROOT, command, rows, run

PLACE = "crawl-data/CC-MAIN-2019-09/segments/1.2/warc/CC-MAIN-20190302-00000.warc.gz"
HASTE = RETRIES.new(backoff_factor=0)


class Bucket(http.server.BaseHTTPRequestHandler):
    """Gives ranges of the files in a folder, and remembers what it was asked."""

    def do_GET(self):
        server = self.server
        server.asked.append((self.path, self.headers["Range"], self.headers["User-Agent"]))
        if server.refuse:
            status = server.refuse.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups())
        body = (server.folder / self.path.lstrip("/")).read_bytes()
        part = body if server.whole else body[first : last + 1]
        self.send_response(200 if server.whole else 206)
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)

    def log_message(self, *_):
        pass


@pytest.fixture
def bucket(tmp_path):
    """A loopback server with one WARC file of a small site, and the rows of its records."""
    path = tmp_path / "bucket" / PLACE
    path.parent.mkdir(parents=True)
    write_warc(path, pages_of(Site(articles=12, seed=2)))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.folder, server.asked, server.refuse, server.whole = tmp_path / "bucket", [], [], False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.base = f"http://127.0.0.1:{server.server_port}/"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def index_of(path, name=PLACE):
    """The rows of a WARC file's pages, as the columnar index has them (fetch_status = 200)."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with path.open("rb") as file:
        kinds = WarcRecordType.response
        found = [
            (record.headers["WARC-Target-URI"], record.stream_pos, record.http_headers.status_code)
            for record in ArchiveIterator(file, record_types=kinds, parse_http=True)
        ]
    ends = [start for _, start, _ in found[1:]] + [path.stat().st_size]
    return [
        {
            "url": url,
            "fetch_time": CAPTURED.replace(tzinfo=None),
            "warc_filename": name,
            "warc_record_offset": start,
            "warc_record_length": end - start,
        }
        for (url, start, status), end in zip(found, ends, strict=True)
        if status == 200
    ]


def table(path, found, **types):
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(found), path)
    return path


def take(store, tmp_path, index, base, **options):
    ranges = Ranges(base, delay=0.0, retries=HASTE, **options)
    found = Sources(elsewhere=sources(index, ranges))
    return import_files(store, tmp_path / "renmin.archive.db", found)


def test_the_rows_are_fetched_and_imported(any_store, tmp_path, bucket):
    """Every article comes in as from the file itself, and a range is asked for once."""
    index = table(tmp_path / "rows.parquet", index_of(bucket.folder / PLACE))
    direct = import_files(
        any_store, tmp_path / "direct.archive.db", Sources(paths=[bucket.folder / PLACE])
    )

    done = take(any_store, tmp_path, index, bucket.base)

    assert done.counts["page/article"] == direct.counts["page/article"] > 10
    assert not [name for name in done.counts if name.startswith("failure/")]
    assert len(bucket.asked) == len({asked for _, asked, _ in bucket.asked})
    assert all(agent.startswith("renmin/") for _, _, agent in bucket.asked)


def test_what_is_there_or_not_wanted_is_not_fetched(any_store, tmp_path, bucket):
    """A second run asks for nothing; a list page and a stranger's page are never asked for."""
    found = index_of(bucket.folder / PLACE)
    others = [
        {**found[0], "url": "http://example.org/n2/2019/0302/c1-2.html"},
        {**found[0], "url": "http://sd.people.com.cn/index.html"},
    ]
    index = table(tmp_path / "rows.parquet", found + others)
    first = take(any_store, tmp_path, index, bucket.base)
    bucket.asked.clear()

    second = take(any_store, tmp_path, index, bucket.base)

    assert bucket.asked == []
    assert second.counts["skipped/known"] == len(found)
    assert first.counts["skipped/other-host"] == 1


def test_a_server_that_wants_a_pause_gets_one(any_store, tmp_path, bucket):
    """503 and 403 are tried again; between two ranges there is the delay."""
    index = table(tmp_path / "rows.parquet", index_of(bucket.folder / PLACE)[:3])
    bucket.refuse = [503, 403]
    pauses = []
    ranges = Ranges(bucket.base, delay=0.5, retries=HASTE, sleep=pauses.append)

    done = import_files(
        any_store, tmp_path / "renmin.archive.db", Sources(elsewhere=sources(index, ranges))
    )

    assert len(bucket.asked) == 5
    assert pauses == [0.5, 0.5]
    assert not any(name.startswith("failure/") for name in done.counts)


@pytest.mark.parametrize("why", ["gone", "whole"])
def test_a_server_that_gives_nothing_is_left_alone(any_store, tmp_path, bucket, why):
    """After five failures in a row it is asked no more, and each is counted."""
    index = table(tmp_path / "rows.parquet", index_of(bucket.folder / PLACE))
    bucket.whole = why == "whole"
    bucket.refuse = [404] * 50 if why == "gone" else []

    done = take(any_store, tmp_path, index, bucket.base)

    assert done.counts["failure/cc_range"] == 5
    assert done.counts["failure/cc_gave_up"] == 1
    assert len(bucket.asked) == 5


def test_rows_that_name_no_record_are_named(any_store, tmp_path, bucket):
    """A path that leads out of the bucket, no number, no address: the rest comes in."""
    good = index_of(bucket.folder / PLACE)
    bad = [
        {**good[0], "warc_filename": "../../etc/passwd.warc.gz"},
        {**good[0], "warc_filename": "http://elsewhere.example/x.warc.gz"},
        {**good[0], "warc_record_length": 1 << 40},
        {**good[0], "warc_record_offset": -1},
        {**good[0], "url": None},
    ]
    index = table(tmp_path / "rows.parquet", bad + good)

    done = take(any_store, tmp_path, index, bucket.base)

    assert done.counts["failure/cc_row"] == len(bad)
    assert done.counts["article/new"] > 10
    assert all("CC-MAIN" in path and ".." not in path for path, _, _ in bucket.asked)


def test_a_range_that_is_no_record_is_named(any_store, tmp_path, bucket):
    """An offset into the middle of a member gives a problem, not an article."""
    good = index_of(bucket.folder / PLACE)
    wrong = {**good[0], "warc_record_offset": good[0]["warc_record_offset"] + 5}
    index = table(tmp_path / "rows.parquet", [wrong])

    done = take(any_store, tmp_path, index, bucket.base)

    assert done.counts["article/new"] == 0
    assert sum(value for name, value in done.counts.items() if name.startswith("failure/")) == 1


def test_crawls_are_taken_in_the_order_of_time(any_store, tmp_path):
    """Rows of two crawls, the later one first: the texts are revisions in the order of time."""
    found = []
    for number, crawl in enumerate(["CC-MAIN-2020-10", "CC-MAIN-2019-09"]):
        name = f"crawl-data/{crawl}/warc/x.warc.gz"
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        page = html_of("标题", [prose(1), f"第{number}稿，文字多了一些。"])
        moment = CAPTURED + timedelta(days=400 * (1 - number))
        write_warc(
            path, [(url_of(7), 200, {"Content-Type": "text/html; charset=utf-8"}, page)], moment
        )
        found += [{**row, "fetch_time": moment} for row in index_of(path, name)]
    index = table(tmp_path / "rows.parquet", found)

    done = take(any_store, tmp_path, index, str(tmp_path))

    assert (done.counts["article/new"], done.counts["article/changed"]) == (1, 1)
    with any_store.reading.connect() as connection:
        known = articles.find(connection, url_of(7))
    assert (known.article.revision, known.article.paragraphs[-1][:3]) == (2, "第0稿")


def test_a_file_that_is_no_index_is_refused(tmp_path):
    """No Parquet, or without the columns: said before anything is fetched."""
    (tmp_path / "a.parquet").write_bytes(b"url,warc_filename\n")
    table(tmp_path / "b.parquet", [{"url": "http://sd.people.com.cn/"}])

    with pytest.raises(ConfigError, match="is no Parquet file"):
        sources(tmp_path / "a.parquet", Ranges())
    with pytest.raises(ConfigError, match="no column warc_filename"):
        sources(tmp_path / "b.parquet", Ranges())
    with pytest.raises(ConfigError, match="no\\.parquet"):
        sources(tmp_path / "no.parquet", Ranges())


def test_the_documented_query_gives_the_rows_of_every_channel(tmp_path):
    """In DuckDB, over a table with the columns of the index: articles of the 37 hosts alone."""
    duckdb = pytest.importorskip("duckdb")
    text = (ROOT / "docs" / "import.md").read_text("utf-8")
    query = re.search(r"```sql\n(.*?)```", text, re.DOTALL)[1]
    hosts = [channel.host for channel in channels.load().values()]
    named = [f"http://{host}/n2/2019/0302/c1-{31000000 + n}.html" for n, host in enumerate(hosts)]
    others = [
        "http://sd.people.cn/GB/41158/16863653-2.html",
        "http://sd.people.com.cn/GB/41158/index.html",
        "http://world.people.com.cn/n1/2019/0302/c1-31000000.html",
        "http://asd.people.com.cn/n1/2019/0302/c1-31000000.html",
    ]
    row = {"warc_filename": PLACE, "warc_record_offset": 1, "warc_record_length": 2}
    found = []
    for url in named + others:
        host, path = urlsplit(url).hostname, urlsplit(url).path
        domain = ".".join(host.split(".")[1:])
        about = {"url_host_name": host, "url_path": path, "url_host_registered_domain": domain}
        found.append({"url": url, "fetch_time": CAPTURED, "fetch_status": 200, **about, **row})
    table(tmp_path / "index.parquet", found)
    query = re.sub(r"s3://\S+?(?=')", str(tmp_path / "index.parquet"), query)
    duckdb.sql(query.replace("rows.parquet", str(tmp_path / "rows.parquet")))

    asked = []
    for source in sources(tmp_path / "rows.parquet", Ranges(str(tmp_path))):
        list(source(lambda url, _moment: asked.append(url)))

    assert sorted(asked) == sorted([*named, others[0]])


def test_the_command_imports_an_index(tmp_path, bucket):
    """Base and delay are its options."""
    index = table(tmp_path / "rows.parquet", index_of(bucket.folder / PLACE))
    database = f"sqlite:///{tmp_path / 'renmin.db'}"
    words = ("import", "--cc-index", str(index), "--cc-base", bucket.base, "--cc-delay", "0")

    done = run(command(*words, "--database", database, "--processes", "2"))

    assert done.returncode == 0, done.stderr
    assert rows(database, "SELECT count(*) FROM article")[0][0] > 10
    assert isinstance(RETRIES, urllib3.Retry)
