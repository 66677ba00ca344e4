"""Simplified or traditional: which script an article is in, and conversion for display.

Only characters that one script has alone are evidence; the frozen list of them is data. For
comparing texts there is :mod:`crawler.text.chinese.canonical`, which needs no conversion.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import opencc
from numpy.typing import NDArray

from crawler.items import Script

SCRIPTS_FILE: Final = "scripts.txt"

_MAJORITY: Final = 0.6  # of the telling characters; a long quotation leaves the article its own

# Kinds of UTF-16 code units. The first three are the rows of the table.
_HANS, _HANT, _JAPANESE, _OTHER_HAN, _LETTERS = range(1, 6)
_RANGES: Final = (
    (_OTHER_HAN, 0x3400, 0xA000),
    (_LETTERS, 0x3041, 0x30FB),  # kana
    (_LETTERS, 0xAC00, 0xD7A4),  # hangul
)


def script_of(text: str) -> Script | None:
    """Tell the script of a Chinese text by the characters that only one script has.

    Returns:
        ``Hans`` or ``Hant``: the script of at least 60 % of those characters. ``None`` if there
        are none, if neither has such a majority, or if the text is Japanese or Korean.

    >>> script_of("记者从会议上获悉"), script_of("記者從會議上獲悉"), script_of("人民日月")
    ('Hans', 'Hant', None)
    """
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    counts = np.bincount(_kinds()[units], minlength=_LETTERS + 1).tolist()
    simplified, traditional = counts[_HANS], counts[_HANT]
    telling = simplified + traditional
    if not telling or _is_not_chinese(counts, telling):
        return None
    if simplified >= _MAJORITY * telling:
        return "Hans"
    return "Hant" if traditional >= _MAJORITY * telling else None


def to_simplified(text: str) -> str:
    """Convert to simplified script for display (OpenCC ``tw2s``: 看著 becomes 看着, 著名 stays).

    A text that is simplified already stays as it is, but for 著 in rare words.
    """
    return _converter("tw2s").convert(text)  # type: ignore[no-any-return]


def to_traditional(text: str) -> str:
    """Convert to traditional script for display, in the forms that Taiwan prints (``s2tw``)."""
    return _converter("s2tw").convert(text)  # type: ignore[no-any-return]


@cache
def simplified_forms() -> dict[str, str]:
    """Every traditional character with its simplified form, by OpenCC, one for one."""
    hanzi = "".join(map(chr, range(0x4E00, 0x9FA6)))
    pairs = zip(hanzi, _converter("t2s").convert("\n".join(hanzi)).split("\n"), strict=True)
    return {old: new for old, new in pairs if old != new and len(new) == 1}


def _is_not_chinese(counts: list[int], telling: int) -> bool:
    """Tell Japanese by its kana or by its own forms of hanzi (売 駅 込), Korean by hangul."""
    written = sum(counts[1:])
    return counts[_LETTERS] > 0.15 * written or counts[_JAPANESE] > 0.2 * telling


@cache
def _kinds() -> NDArray[np.uint8]:
    """Make the table of kinds, by UTF-16 code unit; what lies beyond the BMP tells nothing."""
    kinds = np.zeros(1 << 16, np.uint8)
    for kind, start, end in _RANGES:
        kinds[start:end] = kind
    lines = (files("crawler.text") / "data" / SCRIPTS_FILE).read_text("utf-8").splitlines()
    rows = (line for line in lines if not line.startswith("#"))
    for kind, row in zip((_HANS, _HANT, _JAPANESE), rows, strict=True):
        kinds[[ord(character) for character in row if character <= "\uffff"]] = kind
    return kinds


@cache
def _converter(name: str) -> Any:
    """Load an OpenCC converter, once and only when it is needed: 30 to 60 ms each."""
    return opencc.OpenCC(name)
