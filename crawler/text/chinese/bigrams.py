"""How many bits a text costs a reader of Chinese: the judge between two readings.

A wrong reading of bytes is made of rare characters in an order that nobody writes; the right
one is cheap. So two readings of the same bytes are compared by the sum of what their
characters cost, each given the one before it, as -log2 of a probability. Real news costs 8 to
10 bits a character, mojibake 14 to 20.

The table (``data/pairs.txt``) knows some 12,000 hanzi and the pairs inside of words;
traditional characters cost what their simplified form costs. Characters of other scripts have
flat costs: dear beside hanzi, cheap among their own kind, so that a French or a Japanese text is
never cheaper in a wrong reading.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

LOST: Final = "\ufffd"
UNKNOWN_HANZI: Final = 19.0
TRADITIONAL: Final = 0.5  # bits more than the simplified form: it must not win without a reason

# First code point above the range, bits alone, bits after a character of the same range.
_RANGES: Final = (
    (0x20, 20.0, 20.0),  # controls
    (0x7F, 6.0, 4.5),  # ASCII
    (0xA0, 24.0, 24.0),  # C1 controls
    (0xC0, 14.0, 14.0),  # Latin-1 signs
    (0x250, 10.0, 9.0),  # accented Latin
    (0x370, 15.0, 15.0),  # phonetic letters, combining marks
    (0x530, 10.0, 6.0),  # Greek, Cyrillic
    (0x1100, 14.0, 7.0),  # Hebrew, Arabic, Indic, Thai ...
    (0x2000, 15.0, 7.0),
    (0x2070, 12.0, 12.0),  # general punctuation; the usual marks are below
    (0x2E80, 13.0, 6.0),  # arrows, boxes, circled digits
    (0x3000, 18.0, 18.0),  # radicals
    (0x3040, 12.0, 12.0),  # CJK punctuation
    (0x3100, 11.0, 5.5),  # kana
    (0x3400, 13.0, 6.0),  # bopomofo, squared words
    (0xA000, UNKNOWN_HANZI, UNKNOWN_HANZI),
    (0xAC00, 20.0, 8.0),  # Yi ...
    (0xD7B0, 11.0, 6.5),  # hangul
    (0xE000, 24.0, 24.0),  # surrogates
    (0xF900, 22.0, 22.0),  # private use
    (0xFB00, 18.0, 18.0),  # compatibility ideographs
    (0xFF00, 18.0, 9.0),  # Arabic forms, small forms
    (0xFF61, 11.0, 6.0),  # full-width ASCII
    (0xFFA0, 18.0, 9.0),  # half-width kana
    (0x10000, 22.0, 22.0),  # the rest, U+FFFD among it
    (0x20000, 12.0, 8.0),  # emoji
    (0x110000, 20.0, 20.0),  # hanzi of the supplementary planes
)
# Marks that a Chinese text has everywhere.
_MARKS: Final = {
    **dict.fromkeys("，。", 4.0),
    **dict.fromkeys("、“”：；（）《》—·！？…", 6.5),
    **dict.fromkeys("‘’【】「」『』〈〉％　", 9.0),
}
# Characters of given names and places that GB 2312 lacks, roughly by how often one meets them.
# Word lists hardly have them; where a byte of a name is lost, they are what it was.
_NAMES: Final = (
    "喆珺玥祎堃镕昇旸翀晞赟垚甯璟瑄玘瑀犇燊淼濛翯芃鋆璠璘瑨琤玙珣珮婳妤禛湉澍溁淏洺沄炘烜"
    "燚焜煊暐昉旻曌彧嫚姮媛婧颋飏鹍韡骉闿讷劼勍叡啟喬嘉囍圳垵埗塱峣屾岽崟巉帼榕樾橦栢枬"
    "梽槚楒甦畑畲睿砼硚碶祐禤竑笪筱篪粿綦翚翛脩菥葳蕴藴蘅諴謇譞讱贠赑軒逄邗郄邴鄌鄠酆釗钅"
    "钘铖锜锳镔镱陞霈靚頔頫飚骎骅鬲鲃鲲鸮麹黉龑"
)
_NAME_COST: Final = 13.0
_FIRST: Final = 33  # the table writes a quarter of a bit a step, beginning with "!"


def cost(text: str, before: str = "") -> float:
    """Sum up what the characters of ``text`` cost, in bits.

    >>> cost("人民日报") < cost("浜烘皯")
    True
    """
    total = 0.0
    for char in text:
        total += step(before, char)
        before = char
    return total


@lru_cache(maxsize=1 << 16)
def step(before: str, char: str) -> float:
    """What ``char`` costs after the character ``before`` (empty at the beginning)."""
    pairs = _pairs()
    known = pairs.get(before + char)
    if known is not None:
        return known
    simple = _simplified()
    alone = _in_table(char)
    if alone is None:
        alone = _by_range(char, before)
    if before not in simple and char not in simple:
        return alone
    folded = simple.get(before, before) + simple.get(char, char)
    return min(pairs.get(folded, 99.0) + TRADITIONAL, alone)


def simplified(char: str) -> str:
    """The simplified form of one character; itself if it has none."""
    return _simplified().get(char, char)


@lru_cache(maxsize=1 << 15)
def single(char: str) -> float:
    """What ``char`` costs without a character before it."""
    return step("", char)


@lru_cache(maxsize=1 << 15)
def _in_table(char: str) -> float | None:
    """What ``char`` costs by itself, if the table has it in one script or the other."""
    pairs = _pairs()
    known = pairs.get(char)
    folded = pairs.get(_simplified().get(char, char))
    if known is None and folded is None:
        return None
    return min(known or 99.0, (folded or 99.0) + TRADITIONAL)


def _by_range(char: str, before: str) -> float:
    found = _range(char)
    return found[2] if before and found is _range(before) else found[1]


@lru_cache(maxsize=1 << 15)
def _range(char: str) -> tuple[int, float, float]:
    code = ord(char)
    return next(row for row in _RANGES if code < row[0])


@cache
def _pairs() -> dict[str, float]:
    """The table: costs of characters and of pairs. Read once, when the first text is doubtful."""
    table = dict(_MARKS)
    text = (files("crawler.text") / "data" / "pairs.txt").read_text(encoding="utf-8")
    for row in text.splitlines():
        if row.startswith("#"):
            continue
        first = row[0]
        table[first] = (ord(row[1]) - _FIRST) / 4
        for i in range(2, len(row), 2):
            table[first + row[i]] = (ord(row[i + 1]) - _FIRST) / 4
    for rank, char in enumerate(_NAMES):
        table[char] = min(table.get(char, 99.0), _NAME_COST + rank / 40)
    return table


@cache
def _simplified() -> dict[str, str]:
    """Every traditional character with its simplified form, by OpenCC, one for one."""
    from opencc import OpenCC  # loads a library: not before the first text is doubtful

    hanzi = "".join(map(chr, range(0x4E00, 0x9FA6)))
    pairs = zip(hanzi, OpenCC("t2s").convert("\n".join(hanzi)).split("\n"), strict=True)
    return {old: new for old, new in pairs if old != new and len(new) == 1}


def hanzi_count(text: str) -> int:
    """How many hanzi of the basic block ``text`` has."""
    return len(_HANZI.findall(text))


_HANZI = re.compile("[\u4e00-\u9fff]")
