"""WARC files of any tool: what is whole is read, what is broken is named and passed over."""

import contextlib
import gzip
import random
import zipfile
import zlib

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.bulk.sources import Problem, captures, unpacked
from crawler.items import Fetch
from tests.bulk.warcs import write_warc

PAGE = "<html><p>秋收过半</p></html>".encode("gb18030")
HTML = {"Content-Type": "text/html; charset=gb2312"}


def url(number: int) -> str:
    return f"http://sd.people.com.cn/n2/2019/0302/c364532-{number}.html"


def read(path):
    return list(captures(path))


def test_a_response_is_read_with_its_headers_and_its_day(tmp_path):
    """A capture is what came off the wire, on the day of its capture."""
    path = write_warc(tmp_path / "a.warc.gz", [(url(1), 200, HTML, PAGE)])

    (capture,) = read(path)

    assert isinstance(capture, Fetch)
    assert (capture.url, capture.status, capture.body) == (url(1), 200, PAGE)
    assert capture.headers["content-type"] == "text/html; charset=gb2312"
    assert capture.fetched_at.isoformat() == "2019-03-02T10:00:00+00:00"


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda raw: zlib.compress(raw)[2:-4]),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("gzip, gzip", lambda raw: gzip.compress(gzip.compress(raw))),
        ("gzip", lambda raw: raw),  # undone already by the tool that wrote the file
        ("", lambda raw: raw),
    ],
)
def test_content_codings_are_undone(coding, pack):
    """A body comes out as the server packed it in."""
    assert unpacked(pack(PAGE), {"content-encoding": coding}) == PAGE


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-encoding": "gzip"}, gzip.compress(PAGE, mtime=0)[:-9]),
        ({"content-encoding": "gzip"}, gzip.compress(bytes(40_000_000), mtime=0)),
        ({"content-encoding": "sdch"}, PAGE),
        ({"transfer-encoding": "chunked"}, b"3\r\nabc\r\nxx\r\n"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_a_problem(tmp_path, headers, body):
    """Cut off, a bomb, an unknown coding, broken chunks: named, and the next record is read."""
    pages = [(url(1), 200, headers, body), (url(2), 200, HTML, PAGE)]
    path = write_warc(tmp_path / "a.warc.gz", pages)

    first, second = read(path)

    assert isinstance(first, Problem)
    assert (first.reason, second.body) == ("coding", PAGE)


def test_chunks_are_joined():
    """RFC 9112: sizes in hexadecimal, an extension behind a semicolon."""
    assert (
        unpacked(b"3;x=1\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", {"transfer-encoding": "chunked"})
        == b"abcd"
    )


def test_a_broken_member_loses_its_own_record_only(tmp_path):
    """Reading goes on at the next gzip member."""
    path = write_warc(tmp_path / "a.warc.gz", [(url(n), 200, HTML, PAGE) for n in range(9)])
    whole = path.read_bytes()
    members = [at for at in range(len(whole)) if whole.startswith(b"\x1f\x8b\x08", at)]
    spoilt = bytearray(whole)
    spoilt[members[4] + 30 : members[4] + 60] = bytes(30)
    path.write_bytes(spoilt)

    found = read(path)

    assert [each.url for each in found if isinstance(each, Fetch)] == [
        url(n) for n in range(9) if n != 4
    ]
    assert [each.reason for each in found if isinstance(each, Problem)] == ["warc_member"]


def test_a_file_that_ends_early_says_so(tmp_path):
    """The last body is not taken for whole."""
    body = random.Random(1).randbytes(50_000)
    path = write_warc(tmp_path / "a.warc.gz", [(url(1), 200, HTML, body)])
    path.write_bytes(path.read_bytes()[:-30_000])

    (found,) = read(path)

    assert found.reason == "cut_off"


@pytest.mark.parametrize("content", [b"", b"no WARC at all\r\n" * 20])
def test_what_is_no_warc_is_named(tmp_path, content):
    """Another file under this name gives no capture and no traceback."""
    path = tmp_path / "a.warc"
    path.write_bytes(content)

    assert [each.reason for each in read(path)] == (["no_warc"] if content else [])


def test_a_wacz_is_read_through_its_warcs(tmp_path):
    """A zip with WARC files in its archive folder; one without is named."""
    warc = write_warc(tmp_path / "a.warc.gz", [(url(1), 200, HTML, PAGE)])
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as package:
        package.write(warc, "archive/a.warc.gz")
    (tmp_path / "b.wacz").write_bytes(b"PK")

    assert read(tmp_path / "a.wacz")[0].body == PAGE
    assert read(tmp_path / "b.wacz")[0].reason == "no_wacz"


@given(
    st.binary(max_size=400), st.sampled_from(["", "gzip", "deflate", "zstd", "br", "gzip, zstd"])
)
@settings(deadline=None)
def test_no_body_raises_anything_else(body, coding):
    """Whatever the bytes: a body, or one of the errors that are told as a problem."""
    headers = {"content-encoding": coding, "transfer-encoding": "chunked"}
    with contextlib.suppress(ValueError, zlib.error, zstandard.ZstdError):
        assert isinstance(unpacked(body, headers), bytes)
