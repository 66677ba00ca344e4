"""Pages that mix encodings: a UTF-8 include in a GBK page, a Big5 quotation in a UTF-8 page.

Such a page has a main codec, and runs of text (see :mod:`crawler.text.runs`) that read far
better in another. Each such run is decoded for itself. A run must win clearly: where both
readings make sense, the main codec keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crawler.text.decoding import decode_run
from crawler.text.frequency import Reading, measure
from crawler.text.runs import CUTS, RUN

CODECS: Final = ("gb18030", "big5hkscs", "utf-8")
"""What Chinese pages are written in, and what their parts are tried in."""

_MARGIN: Final = 0.8  # of Reading.weight: right and wrong readings of a sentence lie 1.0 apart
_SPEAKS: Final = 1.6  # the weight of a sentence that is beyond doubt
_JUDGED: Final = 2000  # bytes of a run that are read to judge it

# What seldom stands in a GBK page by accident: two hanzi or marks in UTF-8 ...
_UTF8_PAIR = rb"(?:[\xe3-\xe9\xef][\x80-\xbf][\x80-\xbf]){2}"
# ... and, in a row of Big5 codes, two whose second byte is ASCII: GB 2312 has no such code.
_BIG5_LOW = rb"[\xa1-\xc6][\x40-\x7e]"
_BIG5_PAIR = _BIG5_LOW + rb"(?:[\xa1-\xf9][\xa1-\xfe]){0,12}" + _BIG5_LOW
_STRANGE_IN_GBK = re.compile(_UTF8_PAIR + rb"|" + _BIG5_PAIR)


@dataclass(frozen=True, slots=True)
class Block:
    """A run of bytes that is not in the page's main codec.

    Attributes:
        start: First byte of the run in the page.
        end: One past its last.
        codec: What it is in.
    """

    start: int
    end: int
    codec: str


def foreign_blocks(body: bytes, main: str) -> tuple[Block, ...]:
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
            found.append(Block(start, end, codec))
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
    position = 0
    while strange := _STRANGE_IN_GBK.search(body, position):
        before = (body.rfind(cut, position, strange.start()) for cut in CUTS)
        around = RUN.search(body, max(position, *before))
        if around is None:  # cannot be: the strange bytes are in a run
            return
        yield around.span()
        position = around.end()


def _judge(run: bytes, main: str) -> str:
    """Name the codec that ``run`` is in: ``main`` unless another reading is clearly better."""
    own = _read(run, main)
    if own.weight >= _SPEAKS:
        return main
    rivals = [(codec, _read(run, codec)) for codec in CODECS if codec != main]
    codec, best = max(rivals, key=lambda rival: rival[1].weight)
    return codec if best.weight - own.weight >= _MARGIN and best.weight > 0 else main


def _read(run: bytes, codec: str) -> Reading:
    return measure(run.decode(codec, "replace"))


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
