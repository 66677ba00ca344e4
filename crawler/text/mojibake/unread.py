"""What is still unreadable in a finished text: a floor under every repair.

Damage of kinds that nobody knows yet, and what a repair had to leave, reads like nothing that is
written. Where Chinese text is that unlikely, its place is a doubt; where most of a text is, the
text is damaged, whatever the damage was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np

from crawler.text.chinese.costs import LOST, Bits, each, stretches
from crawler.text.mojibake.detect import korean_words
from crawler.text.mojibake.scrambled import is_no_korean, is_scrambled
from crawler.text.tables import GB2312_LEVEL_1

UNKNOWN: Final = "unknown"
"""The name of damage that was noticed and not understood."""

_ORDINARY: Final = 11.5  # bits a character that good text does not exceed for long
_LEFT: Final = 6.0  # bits above that, beside a repair, that are garbage
_DEAR: Final = 12.5  # bits of one hanzi right beside a repair that is hardly clean
_FLOOR: Final = 24.0  # ... in a text that was not repaired
_OVER: Final = 16.0
_CHEAP: Final = 9.0  # bits of the marks that part the words of a list
_MOST_CHEAP: Final = 0.15
_NOWHERE: Final = 35.0  # bits above the ordinary of a stretch that is written nowhere
_HANGUL: Final = 16.0  # bits of hangul among hanzi
_FEWEST_NOWHERE: Final = 5  # hanzi that it has
_OPENING, _CLOSING = frozenset("“‘「『\"'"), frozenset("”’」』\"'")
_JAPANESE = re.compile("[\u3041-\u3096][\u3041-\u3096\u30a1-\u30fc]{3}")
_KANA = re.compile("[\u3041-\u30fc]")
_SOME_KANA: Final = 0.25  # share in Japanese, which as hanzi is hardly ever so
_PAGES: Final = ("gbk", "big5hkscs", "cp949", "cp932", "euc_jp")
_REAL: Final = ("gb18030", "big5hkscs")
_SAME: Final = (("gbk", "gb18030"), ("big5hkscs", "big5hkscs"))
_DIFFERENT: Final = 4  # hanzi of such a stretch, at least
_ENCODED: Final = 1.8  # bytes for each hanzi of a stretch that such a page can have shown
_UTF_8_FIRST: Final = re.compile(b"[\xe2-\xef]")
_UTF_8_OTHER: Final = re.compile(b"[\x80-\xbf]")
_FIRSTS: Final = 0.2  # share of bytes that begin a character, in UTF-8
_UTF_8: Final = 0.93  # ... that UTF-8 of Chinese has at all
_BETTER: Final = 5.0  # bits a character by which another reading must be likelier
_BROKEN: Final = 0.2  # share of losses in it
_OTHER: Final = re.compile(
    "[^\0-\x7f\xb7\u2014\u2018-\u201d\u2026\u2ff0-\u2fff\u3000-\u3017\u3400-\u9fff\uff01-\uff60\U00020000-\U0003ffff]"
)
_SHARE: Final = 0.4  # of a text's characters: then it is damaged
_FEWEST: Final = 8
_WORDS: Final = 0.85  # of them, in GB 2312
_LONGEST_NAME: Final = 8  # with what stands around it
_FIRST: Final = frozenset((*GB2312_LEVEL_1, 0xA1, 0xA3))
_LETTER: Final = "[\x80-\u052f\u3041-\u3096\u30a1-\u30fa\u2013\u2020-\u2022\u2030-\u203a\u20ac\u2122\u2500-\u259f\uac00-\ud7a3\uff61-\uff9f]"
# Such letters, with the letters and signs between them that the same bytes gave.
_LETTERS = re.compile(f"{_LETTER}(?:[!-~\u4e00-\u9fff\ue000-\uf8ff\ufffd]{{0,3}}{_LETTER})*")
_HANZI = re.compile("[\u3400-\u9fff\ue000-\uf8ff\ufffd]")


def left_over(text: str, written: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of a repaired text that are as garbled as they were, in order.

    Those that read badly, and letters of a wrong code page right beside what was written.
    """
    bits = each(text)
    borders = {border for span in written for border in span}
    found = {
        (start, end)
        for start, end in stretches(bits, _ORDINARY, _LEFT, _OVER)
        if borders.intersection(range(start - 1, end + 2)) or not _is_name(text[start:end])
    }
    beside = {at for start, end in written for at in (start - 1, end)}
    found |= {
        (at, at + 1)
        for at in beside
        if 0 <= at < len(text) and bits[at] > _DEAR and _HANZI.match(text[at])
    }
    found |= {
        run.span()
        for run in _LETTERS.finditer(text)
        if not borders.isdisjoint(range(run.start() - 2, run.start() + 1))
        or not borders.isdisjoint(range(run.end(), run.end() + 3))
    }
    return _merged(sorted(found))


def _is_name(stretch: str) -> bool:
    """Whether a stretch apart from all repairs is written as rare names are."""
    return len(stretch) <= _LONGEST_NAME and _are_words(_HANZI.findall(stretch))


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if kept and start < kept[-1][1]:
            kept[-1] = kept[-1][0], max(end, kept[-1][1])
        else:
            kept.append((start, end))
    return kept


def is_unlikely(text: str) -> bool:
    """Whether a text reads like nothing that is written.

    >>> is_unlikely("人民网济南3月25日电"), is_unlikely("娴滅儤鐨?缂冩垵鍖楁稉婊??鎴︿壕鐠佹媽")
    (False, True)
    """
    if is_scrambled(text) or is_no_korean(text):
        return True
    hanzi = _HANZI.findall(text)
    if len(hanzi) < max(_FEWEST, len(text) / 3) or _are_words(hanzi):
        return False
    bits = _without_losses(text)
    bad = [
        (start, end)
        for start, end in stretches(bits, _ORDINARY, _FLOOR, _OVER)
        if np.count_nonzero(bits[start:end] < _CHEAP) <= _MOST_CHEAP * (end - start)
        and _may_be_bytes(text[start:end])
    ]
    return sum(end - start for start, end in bad) >= _SHARE * len(text)


def _without_losses(text: str) -> Bits:
    """What the characters cost; what is lost says nothing of the others, and is told of by itself."""
    bits = each(text).copy()
    bits[[char == LOST for char in text]] = _ORDINARY
    return bits


def unlikely(text: str) -> list[tuple[int, int]]:
    """The stretches of a Chinese text that read like nothing that is written, in order.

    Examples in quotation marks are none: a text may speak of damage.

    >>> text = "展覽三個單元甶眒肕緈贾籖玀Ш秜絗ぱ獵筕窲单ゅ物126件（套），展期至明年3月。"
    >>> [text[start:end] for start, end in unlikely(text)]
    ['甶眒肕緈贾籖玀Ш秜絗ぱ獵筕窲']
    """
    bits = _without_losses(text)
    # Digits stand in damage as they do in clean text, and say nothing.
    bits[[char <= "\x7f" for char in text]] = _ORDINARY
    # Hangul between hanzi is none of Korean's, where both are said in turns.
    bits[["\uac00" <= char <= "\ud7a3" for char in text]] = _HANGUL
    found = [
        (start, end)
        for start, end in stretches(bits, _ORDINARY, _NOWHERE, _OVER)
        if np.count_nonzero(bits[start:end] < _CHEAP) <= _MOST_CHEAP * (end - start)
        and _are_nothing(text, start, end)
    ]
    return _merged(sorted(found + korean_words(text)))


def _are_nothing(text: str, start: int, end: int) -> bool:
    """Whether dear characters are neither rare words, nor Japanese, nor in quotation marks."""
    hanzi = _HANZI.findall(text[start:end])
    if len(hanzi) < _FEWEST_NOWHERE or _are_words(hanzi) or _JAPANESE.search(text):
        return False
    is_quoted = text[start - 1 : start] in _OPENING and text[end : end + 1] in _CLOSING
    return not is_quoted and _may_be_bytes(text[start:end])


def _may_be_bytes(stretch: str) -> bool:
    """Whether hanzi that nobody puts together are bytes of something else; what is no hanzi may be.

    In a page of two-byte codes they are the bytes of UTF-8, or of hanzi that read far better. A
    list of bronze vessels is neither.
    """
    hanzi = "".join(_HANZI.findall(stretch))
    if _OTHER.search(stretch) or _is_japanese(hanzi):
        return True
    if len(set(hanzi)) < _DIFFERENT:
        return False
    most = float(each(hanzi).mean()) - _BETTER
    for page in _PAGES:
        code = hanzi.encode(page, "ignore")
        if len(code) < _ENCODED * len(hanzi):
            continue
        firsts = len(_UTF_8_FIRST.findall(code))
        others = len(_UTF_8_OTHER.findall(code))
        if firsts >= _FIRSTS * len(code) and firsts + others >= _UTF_8 * len(code):
            return True
        for real, begin in product(_REAL, (0, 1)):
            text = code[begin:].decode(real, "replace")
            known = text.replace(LOST, "")
            is_whole = len(text) - len(known) <= _BROKEN * len(text)
            if (
                (page, real) not in _SAME
                and known
                and is_whole
                and float(each(known).mean()) <= most
            ):
                return True
    return False


def _is_japanese(hanzi: str) -> bool:
    """Whether hanzi are the bytes of Shift_JIS, with the kana that every text in it has."""
    text = hanzi.encode("gbk", "ignore").decode("cp932", "replace")
    return len(_KANA.findall(text)) >= _SOME_KANA * max(1, len(text)) and LOST not in text


def _are_words(hanzi: Sequence[str]) -> bool:
    """Whether ``hanzi`` are those of a list of rare words: elements, medicines, surnames, stars.

    Such words are written with GB 2312, but for one here and there, which no wrong reading stays
    within: it makes use of all cells of a code page. GBK that is read from its second byte on
    does, but all its second bytes are first bytes of ordinary hanzi, or of marks.
    """
    code = "".join(hanzi).encode("gb2312", "ignore")
    if len(code) // 2 < _WORDS * len(hanzi):
        return False
    return any(trail not in _FIRST for trail in code[1::2])


def likelihood(text: str) -> float | None:
    """The mean log2 likelihood of a character: -6 to -9 for news, -15 to -21 for a wrong reading.

    Returns:
        ``None`` for a text without hanzi, of which nothing can be said.

    >>> likelihood("人民网济南3月25日电") > -11 > likelihood("浜烘皯缃戞祹鍗�")
    True
    """
    return round(-float(each(text).mean()), 3) if _HANZI.search(text) else None
