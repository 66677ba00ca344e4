"""The runs of text in the bytes of a page, and pages whose runs are not all in one encoding.

``<``, ``>`` and the line feed are never part of a longer character, neither in UTF-8 nor in
GB18030, Big5 or the Japanese and Korean codecs. So a page can be cut there without losing the
pairing of its bytes, before anyone knows its charset. A run begins with its first byte above ASCII
and ends before the next cut.

A page may mix encodings: a UTF-8 include in a GBK page, a Big5 quotation in a UTF-8 page. Such a page
has a main codec, and runs that read far better in another. Each such run is decoded for itself. A
run must win clearly: where both readings make sense, the main codec keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crawler.text.charset.decoder import decode_run
from crawler.text.charset.labels import Declared
from crawler.text.charset.languages import recognise
from crawler.text.chinese.characters import Shares, measure

CUTS: Final = (b"<", b">", b"\n")
RUN: Final = re.compile(rb"[\x80-\xff][^<>\n]*")

_LINE = re.compile(rb"[^<>\n]+")
# Nothing in it is given back, so it is read once.
_CODE = re.compile(rb"<((?i:script|style))[^<]*+(?:<(?!/(?i:\1))[^<]*+)*+")
_WINDOW: Final = 256  # bytes; so many are asked at once whether any is above ASCII
_PART: Final = 500  # bytes from each third of the page: some 750 hanzi in all


def sample(body: bytes) -> bytes:
    """Take some 1.5 KB of runs, ``<`` between them, from the head, the middle and the end.

    Scripts and style sheets are passed over, unless nothing stands outside of them. However much
    markup stands before the text, it is found.
    """
    text = without_code(body)
    text = body if text.isascii() else text
    third = len(text) // 3
    taken: list[bytes] = []
    done = 0
    for start in (0, third, 2 * third):
        runs, done = _take(text, max(done, _next_cut(text, start)))
        taken += runs
    return b"<".join(taken)


def sample_lines(body: bytes) -> bytes:
    """Take runs with the ASCII before them: what tells one Latin language from another."""
    lines = [line for line in _LINE.findall(without_code(body)) if not line.isascii()]
    return b"\n".join(lines)[: 8 * _PART] or sample(body)


def without_code(body: bytes) -> bytes:
    """Cut scripts and style sheets out; one that is not closed goes to the end of the page."""
    return _CODE.sub(b"", body)


def _next_cut(text: bytes, start: int) -> int:
    """Find the first place from ``start`` on where no character can be torn."""
    if start == 0:
        return 0
    cuts = [place for cut in CUTS if (place := text.find(cut, start)) >= 0]
    return min(cuts, default=start)


def _take(text: bytes, start: int) -> tuple[list[bytes], int]:
    """Take runs from ``start`` on until there is enough; a long one is cut, at its end alone."""
    taken: list[bytes] = []
    room = _PART
    for run in RUN.finditer(text, _above_ascii(text, start)):
        taken.append(run[0][:room])
        room -= len(taken[-1])
        if room <= 0:
            break
    return taken, run.end() if taken else start


def _above_ascii(text: bytes, start: int) -> int:
    """Pass over what is plainly ASCII, a hundred times faster than byte by byte."""
    while start < len(text) and text[start : start + _WINDOW].isascii():
        start += _WINDOW
    return start


CODECS: Final = ("gb18030", "big5hkscs", "utf-8")
"""What Chinese pages are written in, and what their parts are tried in."""

_MARGIN: Final = 0.8  # of Reading.weight: right and wrong readings of a sentence lie 1.0 apart
_SPEAKS: Final = 1.6  # the weight of a sentence that is beyond doubt
_NAMES: Final = 0.9  # ordinary hanzi, none of them frequent: the least that a rival must show
_SHORT: Final = 8  # characters; so few may be frequent hanzi by chance
_SPOILT: Final = 0.3  # share of bad characters: more than a few bytes are in another codec
_LEAST: Final = 3  # bytes above ASCII; fewer may be one stray byte that found a partner
_ASCII: Final = bytes(range(128))
_LOOKS: Final = 200  # anchors that are looked at one by one
_PATTERN: Final = 32  # bytes, at least as long as both patterns below
_JUDGED: Final = 2000  # bytes of a run that are read to judge it

# What seldom stands in a GBK page by accident: two hanzi or marks in UTF-8; and, in a row of Big5
# codes, two whose second byte is ASCII, as GB 2312 has none. Written in classes of bytes, because
# a search for a letter is ten times faster than a search for a set of bytes:
#   e  E3-E9 EF   begins a hanzi or a mark in UTF-8          t  40-7E     ASCII that ends a Big5 code
#   a  80-A0      continues it, and GB 2312 has none         .  other ASCII, where a page is cut
#   b  A1-C6      continues it, or begins a Big5 code        h  other bytes above ASCII
_UTF8_PAIR = re.compile(rb"e[ab][ab]e[ab][ab]")
_BIG5_PAIR = re.compile(rb"bt(?:[beh][beh]){0,12}bt")


def _byte_class(byte: int) -> str:
    if byte < 0x80:
        return "t" if 0x40 <= byte <= 0x7E else "."
    if byte <= 0xA0:
        return "a"
    if byte <= 0xC6:
        return "b"
    return "e" if 0xE3 <= byte <= 0xE9 or byte == 0xEF else "h"


_CLASSES = "".join(map(_byte_class, range(256))).encode()


@dataclass(frozen=True, slots=True)
class ForeignRun:
    """A run of bytes that is not in the page's main codec.

    Attributes:
        start: First byte of the run in the page.
        end: One past its last.
        codec: What it is in.
    """

    start: int
    end: int
    codec: str


def foreign_blocks(body: bytes, main: str) -> tuple[ForeignRun, ...]:
    """Find the runs of ``body`` that are in another codec than ``main``; usually none.

    Args:
        body: A page without its byte order mark.
        main: One of :data:`CODECS`; for every other codec nothing is looked for.
    """
    if main not in CODECS:
        return ()
    found = []
    for start, end in _suspects(body, main):
        codec = _judge(body[start : min(end, start + _JUDGED)], main)
        if codec != main:
            found.append(ForeignRun(start, end, codec))
    return tuple(found)


def decode_mixed(body: bytes, main: str) -> str:
    """Decode ``body``, each run in its own codec."""
    parts, done = [], 0
    for block in foreign_blocks(body, main):
        parts.append(decode_run(body[done : block.start], main))
        parts.append(decode_run(body[block.start : block.end], block.codec))
        done = block.end
    parts.append(decode_run(body[done:], main))
    return "".join(parts)


def _suspects(body: bytes, main: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run that is worth reading twice."""
    if main != "gb18030":
        for run in RUN.finditer(body):
            if main == "big5hkscs" or not _is_utf8(run[0]):
                yield run.span()
        return
    end = 0
    for place in _strange_places(body):
        if place >= end:
            before = (body.rfind(cut, end, place) for cut in CUTS)
            around = RUN.search(body, max(end, *before))
            if around:
                yield around.span()
                end = around.end()


def _strange_places(body: bytes) -> list[int]:
    """List the places of a GBK page, in order, where UTF-8 or Big5 seems to begin."""
    codes = np.frombuffer(
        body, np.uint8
    )  # differences of which wrap around, so one test is a range
    # In UTF-8, every other continuation byte is an `a`: hardly ever do two hanzi have none.
    utf8 = np.flatnonzero(codes - 0x80 <= 0x20)
    big5 = np.flatnonzero((codes[:-1] - 0xA1 <= 0x25) & (codes[1:] - 0x40 <= 0x3E))  # `bt`
    if not (utf8.size or big5.size):
        return []
    classes = body.translate(_CLASSES)
    return sorted(
        _starts(classes, _UTF8_PAIR, utf8, before=5) + _starts(classes, _BIG5_PAIR, big5, before=0)
    )


def _starts(
    classes: bytes, pattern: re.Pattern[bytes], anchors: NDArray[np.intp], *, before: int
) -> list[int]:
    """List where ``pattern`` begins, at most ``before`` bytes in front of one of its ``anchors``.

    Anchors are rare in ordinary pages. Where they are not, the pattern is looked for everywhere
    behind the first of them.
    """
    starts: list[int] = []
    for at in anchors[:_LOOKS].tolist():
        found = pattern.search(classes, max(0, at - before), at + _PATTERN)
        if found and found.start() <= at:
            starts.append(found.start())
    more = anchors[_LOOKS:]
    rest = pattern.finditer(classes, max(0, int(more[0]) - before)) if more.size else ()
    return starts + [found.start() for found in rest]


def _judge(run: bytes, main: str) -> str:
    """Name the codec that ``run`` is in: ``main`` unless another reading is clearly better."""
    own = _read(run, main)
    if own.weight >= _SPEAKS:
        return main
    rivals = [(codec, _read(run, codec)) for codec in CODECS if codec != main]
    codec, best = max(rivals, key=lambda rival: rival[1].weight)
    above = len(run.translate(None, _ASCII))
    is_sure = best.weight >= _SPEAKS and best.characters > _SHORT
    if own.bad > _SPOILT and above > 1 and not is_sure:
        language = recognise(run, Declared(None, None), max(own.frequent, best.frequent))
        if language:
            return language.codec
    if above < _LEAST or best.weight <= 0 or best.weight - own.weight < _MARGIN:
        return main
    return codec


def _read(run: bytes, codec: str) -> Shares:
    return measure(run.decode(codec, "replace"))


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
