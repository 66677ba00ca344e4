"""Where in a text a misreading may lie: the stretches that cost more than Chinese does.

The search for originals runs in these windows alone. They cost time when they are too many; they
never change a text by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crawler.text.chinese.costs import Bits, stretches
from crawler.text.mojibake.readers import SINGLE, page

_ORDINARY: Final = 10.0  # bits a character that good Chinese does not exceed for long
_NOTICED: Final = 4.5  # bits above that, summed over a stretch, that are worth a look
_OVER: Final = 30.0  # bits below its peak where a stretch has ended
_MARGIN: Final = 5  # characters to both sides
_BEHIND = re.compile("(?:[0-9.]{0,8}[^\0-\x7f]){0,5}")
_APART: Final = 6  # characters between two windows that are one
_FAR_APART: Final = 24  # ... if they are ASCII
_LONGEST: Final = 1998  # characters of one window: of whole ones of two and three bytes

_ALSO_CHINESE: Final = "“”‘’—…–·•°±×÷§№€ \xa0"
_LETTERS: Final = "".join(
    sorted({char for codec in SINGLE for char in page(codec) if char > "\x7f"} - {"\ufffd"})
)
_CLASS: Final = re.escape(_LETTERS)
# Letters and signs of code pages of one byte a character, with ASCII between them.
_SINGLE_RUN = re.compile(
    f"[{_CLASS}](?:[\0-\x09\x0b-\x7f\ufffd]{{0,60}}[{_CLASS}])*[\x20-\x7e\ufffd]?"
)
# A control character before another one or a byte below the hanzi of UTF-16, but for those of its
# punctuation (U+20xx, U+30xx).
_BINARY = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f][\x01-\x08\x0b\x0c\x0e-\x1f!-/1-M]")
_FEWEST: Final = 2
_BINARY_SHARE: Final = 0.01  # of the characters
_IN_WORD = re.compile(
    "[A-Za-z][\u4e00-\u9fff]{1,2}(?=[a-z])|[\u4e00-\u9fff]{1,2}(?=[a-z]{3})"
    r"|[0-9]\s?掳|卤(?=\s?[0-9])|m[虏鲁]|[漏庐](?=\s?[0-9]{4})|脳(?=\s?[0-9])|[0-9]\s?碌|拢(?=\s?[0-9])"
)
_MORE = re.compile(
    "[\0-\x09\x0b-\x7f]{1,24}[\u0370-\u052f\u3041-\u30ff\uac00-\ud7a3\uff61-\uff9f\ue000-\uf8ff\ufffd]"
)
_LAST = re.compile("[?\ufffd]{0,4}[!-~]{0,2}")
# UTF-16 has a control character for each mark and each digit.
_WIDE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f]")
_CONTROLS = re.compile("[\0-\x08\x0c\x0e-\x1a\x1c-\x1f]")  # all but those of lines and of ISO 2022
_MORE_WIDE = re.compile("(?:[^\0-\x7f]{0,2}[\0-\x09\x0b-\x7f])*[^\0-\x7f]{0,5}")
_WIDE_REACH: Final = 64  # characters around a stretch that may be UTF-16 as well
_HANGUL = re.compile("[\uac00-\ud7a3]+")
_HANZI = re.compile("[\u4e00-\u9fff]")
_OTHER = re.compile(f"[^\0-\x7f{re.escape(_ALSO_CHINESE)}]")


def is_binary(text: str) -> bool:
    r"""Whether ``text`` is no text at all: no misreading of one leaves such pairs of controls.

    UTF-16 leaves control characters too, each in front of the higher byte of a character.

    >>> is_binary("\x01\x02\x03\x05!"), is_binary("人民日报".encode("utf-16-le").decode("latin-1"))
    (True, False)
    """
    count = len(_BINARY.findall(text))
    return count >= _FEWEST and count > _BINARY_SHARE * len(text)


def is_wide(text: str) -> bool:
    r"""Whether ``text`` has the control characters of UTF-16 in another charset.

    >>> is_wide("中国，人民。".encode("utf-16-le").decode("gbk", "replace")), is_wide("中国\x0c人民")
    (True, False)
    """
    return len(_CONTROLS.findall(text)) >= _FEWEST


def windows(text: str, bits: Bits) -> Iterator[tuple[int, int]]:
    """Stretches of ``text`` that may be misread, in order and apart; ``bits``: its costs."""
    dear = (_widened(text, *stretch) for stretch in stretches(bits, _ORDINARY, _NOTICED, _OVER))
    in_words = (_widened(text, *found.span()) for found in _IN_WORD.finditer(text))
    found = sorted([*_single_runs(text), *dear, *in_words, *_hangul(text)])
    start = end = 0
    for first, last in found:
        if end and (first <= end + _APART or _is_between(text, end, first)):
            end = max(end, _grown(text, last))
            continue
        if end > start:
            yield from _cut(text, start, end)
        start, end = _begun(text, first if first > _MARGIN else end, end), _grown(text, last)
    if end > start:
        yield from _cut(text, start, end if len(text) > end + _MARGIN else len(text))


def _hangul(text: str) -> Iterator[tuple[int, int]]:
    """Runs of hangul in a text of hanzi, where each of them is cheap by itself."""
    if _HANZI.search(text):
        for found in _HANGUL.finditer(text):
            yield found.span()


def _is_between(text: str, end: int, start: int) -> bool:
    """Whether two stretches are one: hanzi in UTF-16 may be ASCII, or leave a control character."""
    if start > end + _FAR_APART:
        return False
    return text[end:start].isascii() or _WIDE.search(text, end - _MARGIN, start) is not None


def _begun(text: str, start: int, floor: int) -> int:
    """``start`` moved to the beginning of the letters of another script that it stands in."""
    while start > floor and _goes_on(text[start - 1]):
        start -= 1
    if _WIDE.search(text, start, start + _WIDE_REACH):
        while start > floor and "\n" < text[start - 1] <= "\x7f":
            start -= 1
    return start


def _grown(text: str, end: int) -> int:
    """``end`` moved behind such letters, also behind those that ASCII parts from it.

    Question marks may be the last that is left of the damage, and a letter half of its last character.
    """
    while True:
        while end < len(text) and _goes_on(text[end]):
            end += 1
        if not (more := _MORE.match(text, end)):
            break
        end = more.end()
    if _WIDE.search(text, max(0, end - _WIDE_REACH), end + _WIDE_REACH):
        end = _MORE_WIDE.match(text, end).end()  # type: ignore[union-attr]
    return end + len(_LAST.match(text, end)[0])  # type: ignore[index]


def _goes_on(char: str) -> bool:
    """Whether damage does not end before ``char``: such letters, and private-use characters."""
    return is_letter(char) or "\ue000" <= char <= "\uf8ff"


def is_letter(char: str) -> bool:
    """Whether ``char`` is Greek, Cyrillic, kana or hangul: cheap among its like, whatever it says."""
    return (
        "\u0370" <= char <= "\u052f"
        or "\u3041" <= char <= "\u30ff"
        or "\uac00" <= char <= "\ud7a3"
        or "\uff61" <= char <= "\uff9f"
    )


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Parts of a long window, if possible with no character's bytes in two of them."""
    while end - start > _LONGEST:
        at = _border(text, start, start + _LONGEST)
        yield start, at
        start = at
    yield start, end


def _border(text: str, start: int, end: int) -> int:
    """Behind the last character up to ``end`` that is a byte by itself in UTF-8, GBK and Big5."""
    if _WIDE.search(text, start, end):  # in UTF-16 none is
        return end
    places = range(end - 1, (start + end) // 2, -1)
    return next((at + 1 for at in places if text[at] == "\n" or " " <= text[at] <= "?"), end)


def _single_runs(text: str) -> Iterator[tuple[int, int]]:
    for found in _SINGLE_RUN.finditer(text):
        if len(_OTHER.findall(found[0])) > 1:
            yield max(0, found.start() - 1), found.end()


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch with a margin; of what is behind it, numbers do not count."""
    behind = max(end + _MARGIN, _BEHIND.match(text, end).end())  # type: ignore[union-attr]
    return max(0, start - _MARGIN), min(len(text), behind)
