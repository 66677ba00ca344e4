"""Where in a text a misreading may lie: the dear stretches, a little widened.

The costly comparison of readings runs in these windows alone. They cost time when they are too
many; they never change a text by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crawler.text.chinese.bigrams import step

_ORDINARY: Final = 11.0  # bits a character that good Chinese does not exceed for long
_NOTICED: Final = 9.0  # bits above that, summed over a stretch, that are worth a look
_OVER: Final = 26.0  # bits below its peak where a stretch has ended
_MARGIN: Final = 4  # characters to both sides

_WESTERN = "\x80-\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122\ufffd"
# Two accented letters or signs in a row, more of them near by. No European language writes
# that, but one Chinese character is two or three of them.
_WESTERN_RUN = re.compile(rf"[{_WESTERN}]{{2,}}(?:[\x20-\x7e]{{1,24}}[{_WESTERN}]+)*[\x20-\x7e]?")
_LATIN_1 = re.compile("[\x80-\xff]")


_WESTERN_STRETCH = re.compile(rf"[{_WESTERN}](?:[\x20-\x7e]{{0,24}}[{_WESTERN}])*[\x20-\x7e]?")
_FEWEST: Final = 4  # characters of a stretch; two hanzi
_BOTH = "“”‘’—…–€·"  # signs of Windows-1252 that Chinese text has as well
_TRIMMED: Final = 2  # of them at each end that may belong to the text around


def western_runs(text: str) -> Iterator[list[tuple[int, int]]]:
    """Stretches as of :func:`western_windows`, each with all the places where it may begin and end.

    The longest comes first: “ may be a byte of the damage, or the clean mark in front of it.
    """
    for found in _WESTERN_STRETCH.finditer(text):
        if len(found[0]) < _FEWEST or len(_LATIN_1.findall(found[0])) < _FEWEST / 2:
            continue
        start, end = found.span()
        starts, ends = [start], [end]
        while len(starts) <= _TRIMMED and text[starts[-1]] in _BOTH:
            starts.append(starts[-1] + 1)
        while len(ends) <= _TRIMMED and (
            text[ends[-1] - 1] in _BOTH or text[ends[-1] - 1] < "\x80"
        ):
            ends.append(ends[-1] - 1)
        yield sorted(
            ((first, last) for first in starts for last in ends if first < last),
            key=lambda span: span[0] - span[1],
        )


def western_windows(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of Western letters and signs that may be the bytes of Chinese."""
    for found in _WESTERN_RUN.finditer(text):
        if _LATIN_1.search(found[0]):
            yield max(0, found.start() - 1), found.end()


def dear_windows(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of ``text`` that cost more than Chinese does, apart from each other."""
    done = 0
    for start, end in _stretches(text):
        start, end = max(done, start - _MARGIN), min(len(text), end + _MARGIN)
        if start < end:
            yield start, end
            done = end


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Where the bits above the ordinary add up; linear, one pass."""
    total = peak = 0.0
    start = end = 0
    before = ""
    for i, char in enumerate(text):
        total += step(before, char) - _ORDINARY
        before = char
        if total <= 0 or total < peak - _OVER:
            if peak >= _NOTICED:
                yield start, end
            total = peak = 0.0
            start = i + 1
        elif total > peak:
            peak, end = total, i + 1
    if peak >= _NOTICED:
        yield start, end
