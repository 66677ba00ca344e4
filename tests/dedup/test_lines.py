"""Duplicates in a stream of JSON lines."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup import lines
from crawler.dedup.lines import BadLine, LineVerdict, duplicates, read

GOOD = '{"id": 1, "text": "济南讯"}'.encode()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'"text"', 'not an object; wanted {"id": ..., "text": ...}'),
        (b'{"text": "a"}', 'no "id" that is a text or a number'),
        (b'{"id": true, "text": "a"}', 'no "id" that is a text or a number'),
        (b'{"id": 7}', 'no "text" that is a text'),
        (b'{"id": 7, "text": 3}', 'no "text" that is a text'),
        (b'{"id": 7, "paragraphs": ["a", 3]}', 'no "text" that is a text'),
        (b'{"id": 7, "text": "a", "title": 3}', '"title" or "date" is not a text'),
        (b'{"id": 7, "text": "\xff"}', "not UTF-8 at byte 19"),
    ],
)
def test_bad_line_is_named_and_the_rest_goes_on(line, why):
    """A line that cannot be used says its number and why; the ones after it are read."""
    found = list(duplicates([GOOD, line, b"\n", GOOD.replace(b"1", b"2")]))

    assert found == [LineVerdict(1), BadLine(2, why), LineVerdict(2, 1, "same_text", 1.0)]


def test_record_of_an_export_is_understood():
    """The address stands for the id, the paragraphs for the text, the minute for the date."""
    record = {
        "url": "http://sd.people.com.cn/1.html",
        "title": "通知",
        "paragraphs": ["图为", "现场"],
        "published_at": "2024-03-25T08:00:00+08:00",
    }
    other_day = record | {"url": "2", "published_at": "2024-03-26T08:00:00+08:00"}
    copy = record | {"url": "3"}

    found = list(duplicates(json.dumps(each).encode() for each in (record, other_day, copy)))

    assert [each.duplicate_of for each in found] == [None, None, record["url"]]


def test_byte_order_mark_is_passed_over():
    """A file that a Windows editor saved begins with a mark that is no part of the first line."""
    assert list(duplicates([b"\xef\xbb\xbf" + GOOD])) == [LineVerdict(1)]


def test_oversized_line_is_cut_off_and_named(monkeypatch):
    """A line of any length takes bounded memory, and the next one is read from its beginning."""
    monkeypatch.setattr(lines, "MAX_LINE", 100)
    source = io.BytesIO(b"x" * 1000 + b"\n" + GOOD + b"\n" + b"y" * 250)

    found = list(duplicates(read(source)))

    assert found == [
        BadLine(1, "longer than 100 bytes"),
        LineVerdict(1),
        BadLine(3, "longer than 100 bytes"),
    ]


@pytest.mark.parametrize("length", [99, 100, 101, 102, 201, 202, 203])
def test_line_ends_are_found_at_any_length(monkeypatch, length):
    """Where the cut falls makes no difference to the lines after it."""
    monkeypatch.setattr(lines, "MAX_LINE", 100)

    found = [len(line) for line in read(io.BytesIO(b"x" * length + b"\nab\n"))]

    assert found == [min(length + 1, 101), 3]


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(data):
    """No bytes raise: each line that is not blank is found or named."""
    found = list(duplicates(read(io.BytesIO(data))))

    assert len(found) == sum(bool(line.strip()) for line in data.split(b"\n"))
