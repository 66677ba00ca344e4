"""The runs of text in the bytes of a page, before anyone knows its charset.

``<``, ``>`` and the line feed are never part of a longer character, neither in UTF-8 nor in
GB18030, Big5 or the Japanese and Korean codecs. So a page can be cut there without losing the
pairing of its bytes. A run begins with its first byte above ASCII and ends before the next cut.
"""

from __future__ import annotations

import re
from typing import Final

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
