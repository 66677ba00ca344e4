"""A data set is whole or it is not there, and its manifest says what is in it."""

from __future__ import annotations

import gzip
import hashlib
import json
from unittest import mock

import pytest
import zstandard

from crawler.dataset import files
from crawler.dataset.files import export
from crawler.dataset.folder import verify
from crawler.dataset.manifest import Origin
from crawler.dataset.record import as_record
from crawler.dataset.request import ExportRequest
from crawler.errors import ConfigError, DiskFullError
from crawler.store.selection import Selection
from tests.crawl.visits import article

RECORDS = [as_record(article(number)) for number in range(3)]


def write(path, records=RECORDS, format_name=None):
    request = ExportRequest(selection=Selection(), form=files.format_of(str(path), format_name))
    return export(iter(records), str(path), request, Origin())


@pytest.mark.parametrize(
    ("name", "unpack"),
    [
        ("a.jsonl", bytes),
        ("a.jsonl.gz", gzip.decompress),
        ("a.jsonl.zst", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
    ],
)
def test_every_record_is_a_line(tmp_path, name, unpack):
    """The file's ending names the compression; the records come back as they were."""
    tally = write(tmp_path / name)

    lines = unpack((tmp_path / name).read_bytes()).decode().splitlines()
    assert [json.loads(line)["url"] for line in lines] == [each["url"] for each in RECORDS]
    assert tally.records == 3


def test_the_manifest_belongs_to_the_file(tmp_path):
    """It counts the records and has the checksum of the bytes as they lie on the disk."""
    path = tmp_path / "a.jsonl.gz"
    write(path)

    (manifest,) = (each for each in tmp_path.iterdir() if each != path)

    text = manifest.read_text(encoding="utf-8")
    assert json.loads(text)["records"] == 3
    assert hashlib.sha256(path.read_bytes()).hexdigest() in text


def test_the_same_articles_are_the_same_bytes(tmp_path):
    """No time and no name gets into a compressed file."""
    write(tmp_path / "a.jsonl.gz")
    write(tmp_path / "b.jsonl.gz")

    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


def test_a_broken_export_leaves_the_old_file(tmp_path):
    """What was there before stays whole, and no part of the new one is left."""
    path = tmp_path / "a.jsonl"
    write(path)
    before = sorted(tmp_path.iterdir()), path.read_bytes()

    def breaking():
        yield RECORDS[0]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        write(path, breaking())

    assert (sorted(tmp_path.iterdir()), path.read_bytes()) == before


def test_a_full_disk_is_named(tmp_path):
    """The error names the file that could not be written."""
    with (
        mock.patch.object(files.os, "fsync", side_effect=OSError(28, "No space left on device")),
        pytest.raises(DiskFullError, match=r"a\.jsonl.*No space left"),
    ):
        write(tmp_path / "a.jsonl")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_or_format_that_is_not_there_is_named(tmp_path):
    """Nothing is made that was not asked for."""
    with pytest.raises(ConfigError, match="does not exist"):
        write(tmp_path / "none" / "a.jsonl")
    with pytest.raises(ConfigError, match="known formats"):
        write(tmp_path / "a.xml", format_name="xml")


def test_a_lone_file_has_nothing_to_be_held_against(tmp_path):
    """What is missing is named: the manifest beside a file, the one in a folder, the file itself."""
    (tmp_path / "a.jsonl").write_text("{}\n")

    with pytest.raises(ConfigError, match=r"a\.jsonl\.manifest\.json, .* is not beside it"):
        verify(tmp_path / "a.jsonl")
    with pytest.raises(ConfigError, match=r"holds no manifest\.json"):
        verify(tmp_path)
    with pytest.raises(ConfigError, match="no such file or folder"):
        verify(tmp_path / "b.jsonl")


@pytest.mark.parametrize("name", ["pages.wacz", "pages.warc.gz"])
def test_a_web_archive_of_one_file_is_said_to_have_no_manifest(tmp_path, name):
    """None is missed: the way to checksums is a folder."""
    (tmp_path / name).write_bytes(b"")

    with pytest.raises(ConfigError, match=r"one file has no manifest; export to a folder"):
        verify(tmp_path / name)


@pytest.mark.parametrize("name", ["a.jsonl.part", "a.jsonl.manifest.json.part"])
def test_a_link_in_the_way_is_not_followed(tmp_path, name):
    """A file that is none of ours stays as it is, whoever put a link to it where we write."""
    letter = tmp_path / "letter.txt"
    letter.write_text("dear editor")
    (tmp_path / name).symlink_to(letter)

    write(tmp_path / "a.jsonl")

    assert letter.read_text() == "dear editor"
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == len(RECORDS)
