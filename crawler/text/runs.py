"""The runs of text in the bytes of a page, before anyone knows its charset.

``<``, ``>`` and the line feed are never part of a longer character, neither in UTF-8 nor in
GB18030, Big5 or the Japanese and Korean codecs. So a page can be cut there without losing the
pairing of its bytes. A run begins with its first byte above ASCII and ends before the next cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

CUTS: Final = (b"<", b">", b"\n")
RUN: Final = re.compile(rb"[\x80-\xff][^<>\n]*")
_LINE = re.compile(rb"[^<>\n]+")
_CODE_OPENS = re.compile(rb"<(script|style)[\s>]")
_SAMPLE_PART: Final = 1400  # bytes from each of head, middle and tail: some 2,000 hanzi in all


def text_runs(body: bytes) -> list[bytes]:
    """List the runs outside of ``<script>`` and ``<style>``; all runs if there are none outside."""
    outside = [run for part in _without_code(body) for run in RUN.findall(part)]
    return outside or RUN.findall(body)


def text_lines(body: bytes) -> list[bytes]:
    """List the runs with the ASCII before them: what tells one Latin language from another."""
    lines = (line for part in _without_code(body) for line in _LINE.findall(part))
    return [line for line in lines if not line.isascii()] or text_runs(body)


def sample(runs: list[bytes]) -> bytes:
    """Join the first, the middle and the last runs, ``<`` between them, to some 4 KB at most."""
    if sum(map(len, runs)) <= 3 * _SAMPLE_PART:
        return b"<".join(runs)
    middle = len(runs) // 2
    first = _take(iter(runs))
    last = _take(reversed(runs))
    return b"<".join([*first, *_take(iter(runs[middle:])), *reversed(last)])


def _take(runs: Iterator[bytes]) -> list[bytes]:
    """Take runs until there is enough; a long one is cut, at its end alone."""
    taken: list[bytes] = []
    size = 0
    for run in runs:
        taken.append(run[: _SAMPLE_PART - size])
        size += len(taken[-1])
        if size >= _SAMPLE_PART:
            break
    return taken


def _without_code(body: bytes) -> Iterator[bytes]:
    """Yield the parts of the page between its scripts and style sheets; linear in any case."""
    lower = body.lower()  # changes ASCII letters only, so all places stay
    start = 0
    while opening := _CODE_OPENS.search(lower, start):
        yield body[start : opening.start()]
        start = lower.find(b"</" + opening[1], opening.end())
        if start < 0:
            return
    yield body[start:]
