"""How many bits a text costs a reader of Chinese: the judge between two readings of the same bytes.

A wrong reading is made of rare characters in an order that nobody writes; the right one is cheap.
Each character costs ``-log2`` of its probability after the three before it, by the statistics of
:mod:`crawler.text.chinese.ngrams`: news costs 6 to 9 bits a character, a wrong reading 15 to 21.
Traditional characters cost what their simplified forms cost, and half a bit more.

Characters of other scripts have flat costs: dear beside hanzi, cheap among their own kind, so that
a French or a Japanese text is never cheaper in a wrong reading. All functions work on whole arrays.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from crawler.text.chinese import ngrams
from crawler.text.chinese.script import simplified_forms
from crawler.text.tables import LOST as LOST

NOTHING: Final = 0
"""The context at the beginning of a text of which nothing is known."""

_TRADITIONAL: Final = 0.5
_REMEMBERED: Final = 2000  # characters of a text whose costs are kept for the next question
_EMOJI, _BEYOND = 0xFFFE, 0xFFFF  # what stands for characters above the basic plane
_CONTEXT: Final = 0xFFFFFFFFFFFF
_SHIFT: Final = np.uint64(16)

# First code point above the range, bits alone, bits after a character of the same range.
_RANGES: Final = (
    (0x20, 20.0, 20.0),  # controls
    (0x30, 6.0, 4.5),  # ASCII
    (0x3A, 6.0, 3.5),  # digits
    (0x7F, 6.0, 4.5),  # ASCII
    (0xA0, 24.0, 24.0),  # C1 controls
    (0xC0, 14.0, 14.0),  # Latin-1 signs
    (0x180, 10.0, 13.0),  # accented Latin: hardly ever two together
    (0x250, 14.0, 15.0),  # ... of few languages
    (0x370, 15.0, 15.0),  # phonetic letters, combining marks
    (0x410, 10.0, 6.0),  # Greek
    (0x430, 10.0, 6.0),  # Cyrillic capitals
    (0x460, 10.0, 5.0),  # Cyrillic
    (0x530, 15.0, 13.0),  # ... of few languages
    (0x1100, 14.0, 7.0),  # Hebrew, Arabic, Indic, Thai ...
    (0x1EA0, 15.0, 7.0),
    (0x1F00, 11.0, 13.0),  # Vietnamese
    (0x2000, 15.0, 7.0),
    (0x2070, 12.0, 12.0),  # general punctuation; the usual marks are below
    (0x2500, 13.0, 9.0),  # arrows, mathematics, circled digits
    (0x25A0, 13.0, 7.0),  # frames and bars
    (0x2E80, 13.0, 9.0),  # shapes, dingbats
    (0x3000, 18.0, 18.0),  # radicals
    (0x3040, 12.0, 12.0),  # CJK punctuation
    (0x3100, 11.0, 6.5),  # kana
    (0x3400, 13.0, 6.0),  # bopomofo, squared words
    (0xA000, 21.0, 21.0),  # hanzi that the statistics do not know
    (0xAC00, 20.0, 8.0),  # Yi ...
    (0xD7B0, 12.0, 9.0),  # hangul
    (0xE000, 24.0, 24.0),  # surrogates
    (0xF900, 23.0, 23.0),  # private use
    (0xFB00, 18.0, 18.0),  # compatibility ideographs
    (0xFF00, 18.0, 9.0),  # Arabic forms, small forms
    (0xFF61, 11.0, 6.0),  # full-width ASCII
    (0xFFA0, 18.0, 9.0),  # half-width kana
    (0xFFFE, 22.0, 22.0),  # the rest, U+FFFD among it
    (0xFFFF, 12.0, 8.0),  # emoji
    (0x10000, 21.0, 21.0),  # hanzi of the supplementary planes
)
# Marks that a Chinese text may have anywhere cost no more than this.
# Characters of given names and places that GB 2312 lacks, roughly by how often one meets them.
# Texts hardly have them; where a byte of a name is lost, they are what it was.
_NAMES: Final = (
    "喆珺玥祎堃镕昇旸翀晞赟垚甯璟瑄玘瑀犇燊淼濛翯芃鋆璠璘瑨琤玙珣珮婳妤禛湉澍溁淏洺沄炘烜"
    "燚焜煊暐昉旻曌彧嫚姮媛婧颋飏鹍韡骉闿讷劼勍叡啟喬嘉囍圳垵埗塱峣屾岽崟巉帼榕樾橦栢枬"
    "梽槚楒甦畑畲睿砼硚碶祐禤竑笪筱篪粿綦翚翛脩菥葳蕴藴蘅諴謇譞讱贠赑軒逄邗郄邴鄌鄠酆釗钅"
    "钘铖锜锳镔镱陞霈靚頔頫飚骎骅鬲鲃鲲鸮麹黉龑"
)
_NAME_COST: Final = 13.0
# What Cantonese is written with, and the statistics of written Mandarin hardly know.
_CANTONESE: Final = (
    "佢哋喺啲咗嘅嘢冇咁唔噉嚟瞓畀喎㗎嗰嗌攞揾搵啱攰嘥嗱黐咩嘞啩喇㖭嗮晒冚唥咪孭揸揼掟撳踎"
)
_CANTONESE_COST: Final = 10.5
_IN_WORD: Final = 8.0  # bits of an accented letter beside one without
_CAPITAL_INSIDE: Final = 12.0  # ... of a Cyrillic capital behind a small letter
_AGAIN: Final = 2.5  # ... of a sign behind the same sign, as in frames and bars
_MARKS: Final = {
    **dict.fromkeys("，。", 6.5),
    **dict.fromkeys("、“”：；（）《》—·！？…", 9.0),
    "\ufeff": 8.0,
    **dict.fromkeys("±°×÷²³§©®€£¥", 10.0),
    **dict.fromkeys("‘’【】「」『』〈〉％　", 10.0),
}
_HANZI = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")

Codes = npt.NDArray[np.uint32]
Bits = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.intp]


def codes_of(text: str) -> Codes:
    """The code points of ``text``, each of them below 2**16; one number stands for all above."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    if len(codes) and codes.max() > 0xFFFF:
        codes = np.where(codes > 0x1FFFF, _BEYOND, np.where(codes > 0xFFFF, _EMOJI, codes))
    return codes.astype(np.uint32, copy=False)


def context_of(before: str) -> int:
    """The context in which a character after ``before`` stands: its last three, packed."""
    key = NOTHING
    for unit in _tables().unit[codes_of(before[-3:])].tolist():
        key = key << 16 | unit
    return key


def contexts_of(lines: Codes) -> Keys:
    """The contexts of all but the first three characters of each line of code points.

    Args:
        lines: As many characters in each of them.
    """
    units = _tables().unit[lines].astype(np.uint64)
    return units[:, :-3] << np.uint64(32) | units[:, 1:-2] << _SHIFT | units[:, 2:-1]


def grown(context: int, char: str) -> int:
    """``context`` after one more character."""
    return (context << 16 | unit_of(char)) & _CONTEXT


@cache
def unit_of(char: str) -> int:
    """The number by which ``char`` is known to the statistics."""
    return int(_tables().unit[codes_of(char)[0]])


def bits_after(contexts: Keys, codes: Codes, owners: Rows | None = None) -> Bits:
    """What each of ``codes`` costs in the context beside it.

    Args:
        contexts: One for each code.
        codes: Code points; see :func:`codes_of`.
        owners: If given, there are fewer contexts, and this says for each code which is its own.
    """
    tables, table = _tables(), ngrams.table()
    units = tables.unit[codes].astype(np.uint64)
    if owners is None:
        known = table.bits(contexts << _SHIFT | units)
    else:
        known = table.bits_in(contexts, owners, units)
        contexts = contexts[owners]
    last = (contexts & np.uint64(0xFFFF)).astype(np.uint32)
    is_alike = tables.kind[last] == tables.kind[codes]
    beside = np.where(is_alike, tables.same[codes], tables.word[codes])
    beside = np.where((last == codes) & tables.is_sign[codes], _AGAIN, beside)
    is_same = (tables.group[last] == tables.group[codes]) & (last != 0)
    flat = np.where(is_same, beside, tables.alone[codes])
    return np.asarray(np.minimum(known, flat) + tables.extra[codes], np.float32)


@lru_cache(maxsize=1 << 17)
def after(context: int, char: str) -> float:
    """What one character costs in ``context``; faster than an array of a few."""
    tables = _tables()
    code = min(ord(char), 0xFFFF)
    last = context & 0xFFFF
    kind = tables.kind[code]
    if last and tables.group[last] == tables.group[code]:
        flat = (tables.same if kind == tables.kind[last] else tables.word)[code]
        if last == code and tables.is_sign[code]:
            flat = _AGAIN
    else:
        flat = tables.alone[code]
    known = ngrams.table().bits_of(context << 16 | unit_of(char))
    return float(min(known, flat) + tables.extra[code])


def each(text: str, context: int = NOTHING) -> Bits:
    """What each character of ``text`` costs; the array is shared and cannot be written to."""
    return _remembered(text, context) if len(text) <= _REMEMBERED else _each(text, context)


@lru_cache(maxsize=256)
def _remembered(text: str, context: int) -> Bits:
    """The same for a paragraph, which many ask about."""
    return _each(text, context)


def _each(text: str, context: int) -> Bits:
    if not text:
        return np.zeros(0, np.float32)
    codes = codes_of(text)
    units = _tables().unit[codes].astype(np.uint64)
    head = np.array([context >> 32, context >> 16 & 0xFFFF, context & 0xFFFF], np.uint64)
    line = np.concatenate((head, units))
    contexts = line[:-3] << np.uint64(32) | line[1:-2] << _SHIFT | line[2:-1]
    bits = bits_after(contexts, codes)
    bits.flags.writeable = False
    return bits


def stretches(bits: Bits, ordinary: float, noticed: float, over: float) -> list[tuple[int, int]]:
    """Where the costs above the ordinary add up; linear, one pass.

    Args:
        bits: Cost of each character.
        ordinary: Bits that good text does not exceed for long.
        noticed: Bits above that, in all, that make a stretch.
        over: Bits below its peak where a stretch has ended.
    """
    found: list[tuple[int, int]] = []
    total = peak = 0.0
    start = end = 0
    for i, more in enumerate(bits.tolist()):
        total += more - ordinary
        if total <= 0 or total < peak - over:
            if peak >= noticed:
                found.append((start, end))
            total = peak = 0.0
            start = i + 1
        elif total > peak:
            peak, end = total, i + 1
    if peak >= noticed:
        found.append((start, end))
    return found


def cost(text: str, before: str = "") -> float:
    """Sum up what the characters of ``text`` cost after ``before``, in bits.

    >>> cost("人民日报") < cost("浜烘皯")
    True
    """
    return float(each(text, context_of(before)).sum())


def hanzi_count(text: str) -> int:
    """How many hanzi ``text`` has."""
    return len(_HANZI.findall(text))


class _Tables:
    """By code point: the number in the statistics, the range, and the flat costs."""

    def __init__(self) -> None:
        self._know_forms()
        self._know_ranges()
        for char, bits in _MARKS.items():
            self.alone[ord(char)] = bits
        for rank, char in enumerate(_NAMES):
            self.alone[ord(char)] = _NAME_COST + rank / 40
        for char in _CANTONESE:
            self.alone[ord(char)] = min(self.alone[ord(char)], _CANTONESE_COST)
        self.same = np.minimum(self.after_same[self.kind], self.alone)
        self.word = self.in_word[self.kind]

    def _know_forms(self) -> None:
        """Simplified forms for traditional ones, and classes for digits and Latin letters."""
        self.unit = np.arange(1 << 16, dtype=np.uint32)
        self.extra = np.zeros(1 << 16, np.float32)
        for char, simple in simplified_forms().items():
            self.unit[ord(char)] = ord(simple)
            self.extra[ord(char)] = _TRADITIONAL
        for code in (*range(0x21, 0x7F), *range(0xFF01, 0xFF5F)):
            self.unit[code] = ord(ngrams.fold(chr(code)))

    def _know_ranges(self) -> None:
        """The flat costs. Letters with and without accents make words together, and with digits."""
        self.kind = np.zeros(1 << 16, np.uint8)
        self.alone = np.zeros(1 << 16, np.float32)
        self.after_same = np.array([row[2] for row in _RANGES], np.float32)
        start = 0
        for number, (end, alone, _) in enumerate(_RANGES):
            self.kind[start:end] = number
            self.alone[start:end] = alone
            start = end
        self.group = self.kind.copy()
        self.in_word = self.after_same.copy()
        for start, end in ((0x30, 0x3A), (0x20, 0x30), (0xC0, 0x250), (0x1EA0, 0x1F00)):
            self.group[start:end] = self.kind[0x41]
        self.group[0x410:0x460] = self.kind[0x430]
        self.in_word[self.kind[0x410]] = _CAPITAL_INSIDE
        self.is_sign = np.zeros(1 << 16, np.bool_)
        self.is_sign[0x2010:0x2E80] = True
        for char in "éășơạ":
            self.in_word[self.kind[ord(char)]] = _IN_WORD
        for char in "ăđĩũơưșțșțȘȚƠƯǎǐǒǔǖǘǚǜ":
            self.kind[ord(char)] = self.kind[0xE9]
            self.alone[ord(char)] = self.alone[0xE9]


@cache
def _tables() -> _Tables:
    return _Tables()
