"""Where damage begins and ends: what speaks against a border between clean and misread text.

The bytes of many a clean hanzi are a letter in UTF-8: 习 is CF B0, a Greek kappa, and 预 a Cyrillic
letter. Beside damage such a hanzi could be taken into it at the price of one odd letter, so a lone
letter at a border pays more than the statistics ask. And a byte that was lost at the very end was
refused for what followed it when it was read, which is not what stands there now.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from crawler.text.chinese.costs import LOST, each
from crawler.text.mojibake.hypotheses import Link, has_lost
from crawler.text.mojibake.shown import Priced
from crawler.text.mojibake.windows import is_letter

TWO_BYTE_LETTERS: Final = re.compile("[\xc0-\xd6\xd8-\xf6\xf8-\u02c5\u0300-\u07ff]")
"""Letters and accents that are two bytes of UTF-8, as most hanzi are two bytes of GBK."""

_SPLIT: Final = 12.0  # bits against a border inside of a run of kana or hangul
_LONE: Final = 8.0  # bits against a letter of two bytes beside clean hanzi: it is one of them
_BEHIND: Final = 5  # characters behind a loss in which clean text shows
_CLEAN: Final = 9.5  # bits of a character of such text
_HANZI: Final = re.compile("[\u3400-\u9fff]")


def split(text: str, at: int) -> float:
    """Bits against a border in front of ``at``: runs of kana or hangul are of one hand."""
    if not 0 < at < len(text):
        return 0.0
    return _SPLIT if is_letter(text[at - 1]) and is_letter(text[at]) else 0.0


def entering(text: str, at: int, codes: Sequence[Priced], real: str) -> float:
    """Bits against damage that begins with the character at ``at``, which ``codes`` stand behind."""
    if real != "utf-8" or not _HANZI.match(text[at]) or _is_in_word(text[at - 1 : at]):
        return 0.0
    return _LONE if any(TWO_BYTE_LETTERS.fullmatch(_read(code)) for code in codes) else 0.0


def leaving(link: Link | None, real: str) -> float:
    """Bits against damage that ends with what ``link`` wrote."""
    if real != "utf-8" or link is None or not TWO_BYTE_LETTERS.fullmatch(link.text[-1:]):
        return 0.0
    before = ((link.parent.text if link.parent else "") + link.text)[-2:-1]
    return 0.0 if TWO_BYTE_LETTERS.match(before) or _is_in_word(before) else _LONE


def ends(text: str) -> frozenset[int]:
    """The losses behind which clean text begins: what the reader saw there is not in sight."""
    bits = each(text)
    return frozenset(
        at
        for at in range(len(text) - 1)
        if text[at] == LOST and bits[at + 1 : at + 1 + _BEHIND].mean() <= _CLEAN
    )


def _is_in_word(before: str) -> bool:
    return before.isascii() and before.isalnum()


def _read(priced: Priced) -> str:
    """The text of whole bytes of UTF-8; empty if they are none."""
    code, _ = priced
    return "" if has_lost(code) else bytes(code).decode("utf-8", "ignore")  # type: ignore[arg-type]
