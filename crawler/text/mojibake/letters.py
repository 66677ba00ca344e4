"""Latin letters that became hanzi: 鲍罢贵-8 for UTF-8, 骋叠碍 for GBK, 笔丑辞迟辞蝉丑辞辫 for Photoshop.

Some converter between simplified and traditional replaced each of the 52 letters by one fixed
hanzi; nobody knows which any more. Digits and signs stay. The 26 + 26 pairs were derived from
damaged words whose originals are plain: 飞颈苍诲辞飞蝉, 产辞辞办, 辫谤辞箩别肠迟, 辩耻补濒颈迟测 ...
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from crawler.text.chinese.costs import cost
from crawler.text.mojibake.context import is_chinese
from crawler.text.mojibake.rule import Edit, Rule

_HANZI: Final = (
    "础叠颁顿贰贵骋贬滨闯碍尝惭狈翱笔蚕搁厂罢鲍痴奥齿驰窜"
    "补产肠诲别蹿驳丑颈箩办濒尘苍辞辫辩谤蝉迟耻惫飞虫测锄"
)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BACK: Final = str.maketrans(_HANZI, _LETTERS)
_RUN = re.compile(f"[{_HANZI}]{{2,}}")

# What the run saves when it is read as letters. Two hanzi in a row can be a name or an odd
# phrase, so a short run must be odder; capitals are what short words are made of.
_LETTER: Final = 6.0  # bits a letter
_FEWEST_BITS: Final = {2: 20.0, 3: 16.0}
_ENOUGH_BITS: Final = 14.0
_WORD = re.compile("[A-Z]+|[A-Z]?[a-z]+|(?:[A-Z][a-z]+)+")
_VOWEL = re.compile("[aeiouyAEIOUY]")


def _letters(text: str) -> Sequence[Edit]:
    edits = []
    for found in _RUN.finditer(text):
        word = found[0].translate(_BACK)
        saved = cost(found[0]) - _LETTER * len(word)
        if saved >= _FEWEST_BITS.get(len(word), _ENOUGH_BITS) and _is_word(word):
            edits.append(Edit(*found.span(), word))
    return edits if edits and is_chinese(text) else ()


def _is_word(word: str) -> bool:
    """Capitals, or small letters with a vowel; 笔丑 alone is neither."""
    if not _WORD.fullmatch(word):
        return False
    return word.isupper() or (len(word) > 2 and bool(_VOWEL.search(word)))


LETTERS: Final = (
    Rule("letters-as-hanzi", "Latin letters that a converter turned to hanzi", True,
         (("编码是鲍罢贵-8，不是骋叠碍", "编码是UTF-8，不是GBK"),), _letters),
)  # fmt: skip
