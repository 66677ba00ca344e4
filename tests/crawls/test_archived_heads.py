"""What a web archive needs of a crawl is kept: requests, whole heads, looks that found nothing new."""

import gc
import hashlib
import json
import subprocess
import sys
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from warcio.archiveiterator import ArchiveIterator as Warcio

from crawler.store.archive import Archive
from tests.crawls.conftest import command, crawl, run
from tests.crawls.test_incremental import make_due

pytestmark = pytest.mark.crawl

PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


@pytest.fixture(scope="module")
def looked_twice(serve_for_all, tmp_path_factory):
    """A small site that was crawled, and all of whose articles were looked at again.

    One of them answers with its bytes, the others with 304.
    """
    folder = tmp_path_factory.mktemp("twice")
    site, database = serve_for_all(articles=5), f"sqlite:///{folder / 'renmin.db'}"
    assert crawl(site, database).returncode == 0
    again = site.site.respond("GET", site.urls[0], {})
    kept = {name: value for name, value in again.headers.items() if name.lower() != "etag"}
    site.instead[site.urls[0]] = replace(
        again, headers={**kept, "X-Served-By": "一号".encode().decode("latin-1")}
    )
    make_due(database)
    assert crawl(site, database).returncode == 0
    for name in ("out.warc.gz", "out.wacz"):
        done = run(command("export", str(folder / name), "--database", database))
        assert done.returncode == 0, done.stderr
    return site, folder


def records(path: Path):
    """Every record of a file, by warcio, which holds every digest against what it reads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        with path.open("rb") as file:
            for record in Warcio(file, check_digests="raise"):
                yield record, record.content_stream().read()
        gc.collect()


def test_each_response_has_its_request(looked_twice):
    """With what was sent, in pairs that name each other, and no record without a digest."""
    _, folder = looked_twice

    asked, answers = {}, set()
    for record, _ in records(folder / "out.warc.gz"):
        assert record.rec_headers.get_header("WARC-Block-Digest")
        if record.rec_type == "request":
            asked[record.rec_headers.get_header("WARC-Concurrent-To")] = record.http_headers
        elif record.rec_type in ("response", "revisit"):
            answers.add(record.rec_headers.get_header("WARC-Record-ID"))

    assert asked.keys() == answers
    for head in asked.values():
        assert head.protocol == "GET"
        assert head.get_header("Host") == "sd.people.com.cn"
        assert head.get_header("User-Agent").startswith("renmin/")


def test_a_look_that_found_nothing_new_is_a_revisit(looked_twice):
    """304 by its own profile, the same bytes by theirs; both refer to the response."""
    site, folder = looked_twice

    responses, revisits = {}, []
    for record, body in records(folder / "out.warc.gz"):
        head = record.rec_headers
        if record.rec_type == "response":
            responses[head.get_header("WARC-Record-ID")] = hashlib.sha1(body).digest()
        elif record.rec_type == "revisit":
            assert head.get_header("WARC-Refers-To") in responses
            revisits.append(
                (head.get_header("WARC-Profile").removeprefix(PROFILE), record.http_headers)
            )

    assert sorted(profile for profile, _ in revisits) == [
        "identical-payload-digest",
        *["server-not-modified"] * (len(site.urls) - 1),
    ]
    assert {head.get_statuscode() for _, head in revisits} == {"200", "304"}


def test_the_head_says_all_that_the_site_said(looked_twice):
    """Every field of the answer but those of the packing, which stand under another name."""
    site, folder = looked_twice

    for record, body in records(folder / "out.warc.gz"):
        if record.rec_type == "response":
            sent = site.site.respond("GET", record.rec_headers.get_header("WARC-Target-URI"), {})
            named = {name.lower() for name, _ in record.http_headers.headers}
            assert {name.lower() for name in sent.headers} - {"content-encoding"} <= named
            assert record.http_headers.get_header("Content-Length") == str(len(body))


def test_the_bytes_are_those_of_the_archive(looked_twice):
    """Through fastwarc, each body once."""
    _, folder = looked_twice

    with (folder / "out.warc.gz").open("rb") as file:
        found = [
            (record.headers["WARC-Target-URI"], record.reader.read())
            for record in ArchiveIterator(file, parse_http=True)
            if record.headers["WARC-Type"] == "response"
        ]
    with closing(Archive(folder / "renmin.archive.db", readonly=True)) as archive:
        kept = [
            (fetch.url, fetch.body)
            for first in archive.articles()
            for fetch in archive.record(first).fetches
        ]
    assert sorted(found) == sorted(kept)


def test_other_tools_find_the_index_and_the_package_right(looked_twice):
    """``wacz validate``, and the index that cdxj-indexer makes of the same file."""
    pytest.importorskip("wacz")
    _, folder = looked_twice
    tools = Path(sys.executable).parent

    checked = subprocess.run(
        [tools / "wacz", "validate", "-f", folder / "out.wacz"],
        capture_output=True,
        text=True,
        check=False,
    )
    indexed = subprocess.run(
        [tools / "cdxj-indexer", "-s", folder / "out.warc.gz"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert checked.returncode == 0, checked.stdout
    theirs = [line.split(" ", 2) for line in indexed.stdout.splitlines()]
    ours = [line.split(" ", 2) for line in (folder / "out.cdxj").read_text().splitlines()]
    named = ("url", "digest", "length", "offset", "filename", "status")
    pages = [each for each in theirs if json.loads(each[2]).get("mime") != "application/json"]
    assert [_facts(each, named) for each in ours] == [_facts(each, named) for each in pages]


def _facts(line, names):
    key, moment, facts = line
    told = json.loads(facts)
    return key, moment, *(told.get(name) for name in names)
