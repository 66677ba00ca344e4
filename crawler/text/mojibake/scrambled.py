"""Letters and signs that no writing has side by side: what a wrong code page of single bytes leaves.

The statistics of Chinese say nothing about a text without hanzi. But a page of letters that stands
for other bytes mixes what belongs to different alphabets, capitals and small letters, letters and
signs, within what should be words; and of hangul it has those that hardly any word of Korean has.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import Final

_SCRAMBLED: Final = 0.12  # of the pairs of letters and signs that stand side by side
_FEWEST: Final = 6
_LOOKED_AT: Final = 20_000  # characters
_NEUTRAL, _CONTROL, _SIGN, _KANA = " !#k"
_PLAIN_PAIRS: Final = frozenset(("  ", " a", "a ", " A", "A ", "aa", "aA", "Aa", "AA"))
_LATIN: Final = {"A": "l", "a": "l", "L": "l"}
_GREEK: Final = "g"
# What stands beside letters in good writing: quotation marks, apostrophes, units, lines of tables.
_BETWEEN_WORDS: Final = frozenset(
    "\t\n\r“”‘’«»„‚‹›…–—·•°ºª²³¹©®™€£¥§±′″−×½¼¾¡¿׳״־│║─═━┃\xa0\xad\u200b\u200c\u200d\u200e\u200f"
)
# No code page of single bytes has them, or people set them beside letters: tones, arrows, stars.
_NOT_ASKED: Final = (
    (0x02B0, 0x0370), (0x0700, 0x0E00), (0x0E80, 0x1E00), (0x2190, 0x2300), (0x25A0, 0xFB00),
    (0xFF00, 0xFF66), (0xFFA0, 0x110000),
)  # fmt: skip
_SCRIPTS: Final = (
    ("l", 0x0080, 0x02B0), ("l", 0x1E00, 0x1F00), (_GREEK, 0x0370, 0x0400), (_GREEK, 0x1F00, 0x2000),
    ("c", 0x0400, 0x0530), ("h", 0x0590, 0x0600), ("t", 0x0E00, 0x0E80), (_KANA, 0xFF66, 0xFFA0),
)  # fmt: skip
_OTHER_SCRIPT: Final = "r"
_HANGUL = re.compile("[\uac00-\ud7a3]")
_FEWEST_HANGUL: Final = 8
# Share of syllables that KS X 1001 lacks; chance has four in five of them, Korean hardly any.
_RARE_HANGUL: Final = 0.4


def is_scrambled(text: str) -> bool:
    """Whether letters and signs follow one another as in no writing, whatever made them so.

    Of the names of languages, countries and currencies in the languages of the Unicode CLDR, eight
    together, none comes near the limit.

    >>> is_scrambled("тіъТ│ЋтљїТЌХТўјуА«С║єтїЁТІгС┐А"), is_scrambled("Съешь ещё этих французских булок")
    (True, False)
    """
    pairs = Counter(pairwise(text[:_LOOKED_AT].translate(_KINDS)))
    asked = bad = 0
    for (first, second), count in pairs.items():
        if first + second not in _PLAIN_PAIRS:
            asked += count
            bad += count * _is_no_writing(first, second)
    return bad >= _FEWEST and bad >= _SCRAMBLED * asked


def is_no_korean(text: str) -> bool:
    """Whether hangul are such as Korean hardly writes.

    >>> is_no_korean("냬램춬쪱쏷좷쇋냼삨"), is_no_korean("서울시는 오늘 새 도서관을 열었다")
    (True, False)
    """
    hangul = "".join(_HANGUL.findall(text))
    # Python writes a syllable that KS X 1001 lacks by its letters, in eight bytes.
    known = sum(len(char.encode("euc_kr", "ignore")) == 2 for char in hangul)
    return len(hangul) >= _FEWEST_HANGUL and len(hangul) - known >= _RARE_HANGUL * len(hangul)


def _is_no_writing(first: str, second: str) -> bool:
    """Whether characters of two kinds never stand side by side in words."""
    kinds = (first, second)
    if _NEUTRAL in kinds or first == second:
        return _CONTROL in kinds
    if _KANA in kinds:
        return first == _KANA
    if _GREEK in (first.lower(), second.lower()) and "a" in kinds:
        return False  # Δx, λmax
    scripts = {_LATIN.get(kind, kind.lower()) for kind in kinds}
    is_mixed = len(scripts) > 1 or not scripts.isdisjoint((_SIGN, _CONTROL))
    return is_mixed or (first.islower() and second.isupper())


class _Kinds(dict[int, str]):
    """The kind of each character: a letter for its script, a capital for capitals."""

    def __missing__(self, code: int) -> str:
        self[code] = kind = _kind(chr(code))
        return kind


def _kind(char: str) -> str:
    code = ord(char)
    if char in _BETWEEN_WORDS or any(first <= code < end for first, end in _NOT_ASKED):
        return _NEUTRAL
    category = unicodedata.category(char)
    if category == "Cc":
        return _CONTROL
    if code < 0x80:
        return ("A" if char.isupper() else "a") if char.isalpha() else _NEUTRAL
    if category[0] in "MN":
        return _NEUTRAL
    if category[0] != "L":
        return _SIGN
    script = next((one for one, first, end in _SCRIPTS if first <= code < end), _OTHER_SCRIPT)
    return script.upper() if char.isupper() else script


_KINDS: Final = _Kinds()
