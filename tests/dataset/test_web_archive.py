"""Raw pages out: what is in the archive comes back byte for byte through other tools' readers."""

import gc
import hashlib
import json
import warnings
import zipfile
from contextlib import closing

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as Warcio

from crawler.bulk.importing import Sources, import_files
from crawler.bulk.sources import captures
from crawler.dataset.record import as_record
from crawler.dataset.web_archive import export
from crawler.replica import Site
from crawler.store.archive import Archive
from crawler.store.selection import Selection, select
from tests.bulk.warcs import pages_of, write_warc
from tests.crawls.conftest import command, run


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A database and an archive that hold a small site."""
    from crawler.store.engine import open_store

    folder = tmp_path_factory.mktemp("held")
    warc = write_warc(folder / "in.warc.gz", pages_of(Site(articles=12, seed=2)))
    store = open_store(f"sqlite:///{folder / 'renmin.db'}")
    import_files(store, folder / "renmin.archive.db", Sources(paths=[warc]))
    yield store, folder / "renmin.archive.db"
    store.close()


def write(held, path):
    store, archive = held
    with store.reading.connect() as connection:
        records = [as_record(item) for _, item in select(connection, Selection())]
        return export(records, str(path), archive), records


def responses(path):
    with path.open("rb") as file:
        kinds = WarcRecordType.response
        for record in ArchiveIterator(file, record_types=kinds, parse_http=True):
            assert record.headers["WARC-Payload-Digest"]
            yield record.headers["WARC-Target-URI"], record.reader.read()


def test_every_page_comes_back_byte_for_byte(held, tmp_path):
    """Through fastwarc, against the archive; all pages of an article."""
    written, records = write(held, tmp_path / "out.warc.gz")

    found = list(responses(tmp_path / "out.warc.gz"))
    with closing(Archive(held[1], readonly=True)) as archive:
        wanted = [
            (fetch.url, fetch.body)
            for record in records
            for first in archive.visits(record["url"])
            for fetch in archive.record(first).fetches
        ]
    assert sorted(found) == sorted(wanted)
    assert written.articles == len(records)
    assert not written.missing


def test_warcio_finds_every_digest_right(held, tmp_path):
    """The standard checker reads the file whole, and our record stands beside each page."""
    _, records = write(held, tmp_path / "out.warc.gz")

    kinds, told = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        with (tmp_path / "out.warc.gz").open("rb") as file:
            for record in Warcio(file, check_digests="raise"):
                body = record.content_stream().read()
                kinds.append(record.rec_type)
                if record.rec_type == "metadata":
                    told.append(json.loads(body))
        gc.collect()
    assert kinds[0] == "warcinfo"
    assert told == records


def test_the_index_leads_to_each_record(held, tmp_path):
    """Offset and length of a line are a gzip member with that page."""
    write(held, tmp_path / "out.warc.gz")
    whole = (tmp_path / "out.warc.gz").read_bytes()

    lines = (tmp_path / "out.cdxj").read_text("utf-8").splitlines()
    assert lines == sorted(lines)
    for line in lines:
        facts = json.loads(line.split(" ", 2)[2])
        start = int(facts["offset"])
        member = whole[start : start + int(facts["length"])]
        (record,) = ArchiveIterator(__import__("io").BytesIO(member), parse_http=True)
        assert record.headers["WARC-Target-URI"] == facts["url"]


def test_a_wacz_says_the_digest_of_all_that_is_in_it(held, tmp_path):
    """And the WARC file in it is stored, so that it can be read from its middle."""
    write(held, tmp_path / "out.wacz")

    with zipfile.ZipFile(tmp_path / "out.wacz") as package:
        about = json.loads(package.read("datapackage.json"))
        digest = json.loads(package.read("datapackage-digest.json"))["hash"]
        assert digest == f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}"
        for each in about["resources"]:
            content = package.read(each["path"])
            assert each["bytes"] == len(content)
            assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert all(info.compress_type == zipfile.ZIP_STORED for info in package.infolist())
    assert len(list(captures(tmp_path / "out.wacz"))) == len(list(captures(held[1])))


@pytest.mark.parametrize("name", ["out.warc.gz", "out.wacz"])
def test_twice_gives_the_same_bytes(held, tmp_path, name):
    """No time of day, no chance."""
    write(held, tmp_path / name)
    first = (tmp_path / name).read_bytes()

    write(held, tmp_path / name)

    assert (tmp_path / name).read_bytes() == first


def test_the_same_bytes_again_are_a_revisit(held, tmp_path):
    """One body, two days: the second record refers to the first."""
    store, archive = held
    copy = tmp_path / "renmin.archive.db"
    copy.write_bytes(archive.read_bytes())
    with closing(Archive(copy)) as opened:
        (first, *_) = opened.articles()
        record = opened.record(first)
        opened.keep([record])
    with store.reading.connect() as connection:
        records = [as_record(item) for _, item in select(connection, Selection())]

    written = export(records, str(tmp_path / "out.warc.gz"), copy)

    with (tmp_path / "out.warc.gz").open("rb") as file:
        kinds = WarcRecordType.revisit
        revisits = [each.headers for each in ArchiveIterator(file, record_types=kinds)]
    assert len(revisits) == len(record.fetches)
    assert revisits[0]["WARC-Refers-To-Target-URI"] == record.fetches[0].url
    assert written.fetches == sum(1 for _ in captures(copy)) + len(record.fetches)


def test_the_command_writes_one_and_refuses_what_has_no_place_in_it(held, tmp_path):
    """By the file's ending; --split and --flat are refused by name."""
    database = held[0].writing.url.render_as_string(hide_password=False)
    words = ("export", str(tmp_path / "out.wacz"), "--database", database)

    done = run(command(*words))
    refused = run(command(*words, "--flat"))

    assert (done.returncode, refused.returncode) == (0, 2), done.stderr
    assert "--flat" in refused.stderr
    assert (tmp_path / "out.wacz").exists()


@pytest.mark.parametrize("form", ["warc", "wacz"])
def test_a_folder_of_web_archives_is_a_data_set(held, tmp_path, form):
    """Split by channel, twice the same, whole; every article is in one of its files."""
    database = held[0].writing.url.render_as_string(hide_password=False)
    target = tmp_path / "set"
    words = ("export", f"{target}/", "--format", form, "--split", "channel")

    done = run(command(*words, "--database", database))
    sums = (target / "SHA256SUMS").read_bytes()
    run(command(*words, "--database", database))

    assert done.returncode == 0, done.stderr
    assert (target / "SHA256SUMS").read_bytes() == sums
    assert run(command("verify", str(target))).returncode == 0
    files = sorted(target.glob("data/*/part-00000.wa*"))
    assert len(files) > 1
    pages = sum(len(list(captures(file))) for file in files)
    assert pages == len(list(captures(held[1])))
