"""Traditional characters as the mirrors make them, and the way back, one character at a time.

The mirrors convert character by character. A simplified character with several traditional ones
is mostly left as it is (:data:`LEFT`), a few are converted blindly; so the way back is a table,
and only 著 needs its context: 显著 and 著名 keep it, 看著 was 看着.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from opencc import OpenCC

from crawler.text.chinese import ngrams
from crawler.text.chinese.script import simplified_forms
from crawler.text.mirror import converter
from crawler.text.mirror.language_model import LanguageModel, context

LEFT: Final = frozenset("后里干面系制云于范余采志了只斗征谷愿占圣沈布板托游")
"""Simplified characters that were seen standing unconverted on the mirrors."""

BLIND: Final = dict(zip("台复发凶饥准几丰历为众着听", "臺復發兇饑準幾豐歷為眾著聽", strict=True))
"""Characters that were seen converted in one way whatever they meant."""

KEPT: Final = {
    "著": ("著名", "著作", "著称", "著述", "著书", "著者", "著录", "著有", "著文", "著说",
           "显著", "卓著", "昭著", "名著", "原著", "专著", "论著", "巨著", "编著", "译著",
           "遗著", "合著", "所著", "拙著", "土著", "见微知著"),
    "乾": ("乾隆", "乾坤", "乾陵", "乾县", "乾清", "乾嘉", "乾元", "乾安"),
    "瞭": ("瞭望",),
    "藉": ("慰藉", "狼藉", "枕藉"),
}  # fmt: skip
"""Words of simplified Chinese that are spelled with a traditional character."""

OBJECTION: Final = 3.0
"""Bits by which the other character must be cheaper to be taken in spite of the word: 中原着力."""

UNUSUAL: Final = 5.0
"""Bits that it costs to believe in a form that the mirrors do not normally write."""

AMBIGUOUS: Final = 1.5
"""The same where a simplified character is also a traditional one, as 并 and 筑 are."""


def _hanzi() -> str:
    return "".join(char for char in converter.pairs() if "\u4e00" <= char <= "\u9fff")


@cache
def _converted(kind: str) -> Mapping[str, str]:
    hanzi = _hanzi()
    # A line end between them keeps OpenCC from finding words.
    return dict(zip(hanzi, OpenCC(kind).convert("\n".join(hanzi)).split("\n"), strict=True))


@cache
def simplified() -> Mapping[str, str]:
    """Every GBK hanzi with its simplified character; 著 with 着, which it mostly was."""
    forms = ((char, simplified_forms().get(char, char)) for char in _hanzi())
    table = {char: form for char, form in forms if form < "\U00010000"}
    table.update({"著": "着", "麼": "么", "擡": "抬", "妳": "你", "裡": "里", "衹": "只"})
    return table


def _is_traditional_too(char: str) -> bool:
    """Whether Big5 holds the simplified character among its common ones (A440-C67E)."""
    code = char.encode("big5", "ignore")
    return b"" < code < b"\xc6\x7f"


@cache
def traditional() -> Mapping[str, str]:
    """Simplified characters with the form that a mirror shows, where it differs."""
    taiwan, pairs = _converted("s2tw"), converter.pairs()
    table = {
        char: taiwan[char]
        for char, to in _converted("s2t").items()
        if to != char and taiwan[char] in pairs and not _is_traditional_too(char)
    }
    table.update(BLIND)
    back = simplified()
    return {char: to for char, to in table.items() if char not in LEFT and back[to] == char != to}


@cache
def forms() -> Mapping[str, float]:
    """Every character that can stand on a mirror, with the bits that believing it costs.

    0 for the form that the mirrors write; more for other traditional forms, and for simplified
    characters that should have been converted.
    """
    shown, back = traditional(), simplified()
    cost: dict[str, float] = {}
    for char in converter.pairs():
        simple = back.get(char, char)
        if shown.get(simple, simple) == char:
            cost[char] = 0.0
        else:
            cost[char] = AMBIGUOUS if _is_traditional_too(simple) else UNUSUAL
        if "０" <= char <= "９" or "Ａ" <= char <= "ｚ":
            cost[char] = UNUSUAL  # a page writes its numbers in ASCII
    return cost


@cache
def by_pair() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32]]:
    """For every pair of bytes, as a number: its simplified folded character, and what it costs.

    Pairs that were no character of a text (undefined, private use) cost infinitely much.
    """
    units, bits = np.zeros(0x10000, np.uint16), np.full(0x10000, np.inf, np.float32)
    costs, back = forms(), simplified()
    for pair, char in converter.characters().items():
        if not "\ue000" <= char <= "\uf8ff":
            code = int.from_bytes(pair, "big")
            units[code] = ord(ngrams.fold(back.get(char, char)))
            bits[code] = costs[char]
    return units, bits


@cache
def _sorted_by_unit() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int64]]:
    units, bits = by_pair()
    codes = np.flatnonzero(np.isfinite(bits))
    order = np.argsort(units[codes], kind="stable")
    return units[codes][order], codes[order]


def pairs_of_units(units: npt.NDArray[np.uint16]) -> npt.NDArray[np.int64]:
    """The pairs, as numbers, that simplified folded characters can have been."""
    known, codes = _sorted_by_unit()
    begin, end = np.searchsorted(known, units), np.searchsorted(known, units, "right")
    sizes = end - begin
    steps = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    found: npt.NDArray[np.int64] = codes[np.repeat(begin, sizes) + steps]
    return found


def to_simplified(text: str) -> str:
    """Undo the mirrors' conversion, 著 decided by the words of :data:`KEPT`.

    >>> to_simplified("見微知著、沿著黃河")
    '见微知著、沿着黄河'
    """
    result = text.translate(_ordinals())
    for char, words in KEPT.items():
        if char in text:
            result = _keep(text, result, char, words)
    return result


@cache
def _ordinals() -> dict[int, str]:
    return {ord(char): to for char, to in simplified().items() if to != char}


def _keep(text: str, result: str, char: str, words: tuple[str, ...]) -> str:
    """Put ``char`` back wherever it stands in one of the words, if the statistics do not object."""
    chars = list(result)
    at = text.find(char)
    while at >= 0:
        before, behind = result[max(at - 3, 0) : at], result[at + 1 : at + 4]
        is_word = any(word in before + char + behind for word in words)
        if is_word and _cost(before, char + behind) < _cost(before, result[at:][:4]) + OBJECTION:
            chars[at] = char
        at = text.find(char, at + 1)
    return "".join(chars)


def _cost(before: str, text: str) -> float:
    return LanguageModel().costs([(context(before), text)])[0]
