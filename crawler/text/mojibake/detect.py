"""Is this text suspicious? Told in microseconds, so that clean text costs nothing.

The codecs of the standard library are character classes at C speed: what encodes to GB 2312 with
a lead byte B0 to D7 is one of the 3,755 ordinary simplified hanzi, and Big5's A4 to C6 are the
5,401 ordinary traditional ones. Chinese text is made of those and of marks; a wrong reading is
not. To what this measure is blind -- escapes, look-alikes, letters turned to hanzi -- a handful
of substring tests is not.

A false alarm costs the time of a closer look, and never changes a text.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from crawler.text.charset.languages import is_korean
from crawler.text.chinese.characters import FREQUENT, measure
from crawler.text.tables import GB2312_LEVEL_1

_ASCII: Final = bytes(range(0x80))
_NO_LETTERS: Final = bytes(set(range(256)) - set(b"abcdefghijklmnopqrstuvwxyz"))
# A hanzi or two in a word, and the signs that GBK makes of ± ° ² ³ © × µ.
_IN_WORD = re.compile("[A-Za-z][\u4e00-\u9fff]{1,2}[a-z]|[\u4e00-\u9fff]{1,2}[a-z]{3}")
# What GBK makes of letters of UTF-8: one at the end of a word, or a word of Greek or Cyrillic.
_AS_LETTER: Final = "".join(
    chr(code).encode().decode("gbk", "ignore") for code in range(0xC0, 0x180)
)
_AS_WORD: Final = "".join(
    chr(code).encode().decode("gbk", "ignore") for code in range(0x386, 0x450)
)
_AT_END = re.compile(f"[a-z][{_AS_LETTER}](?![a-z])")
_FOREIGN_WORD = re.compile(f"[{_AS_WORD}]{{5}}")
_GBK_SIGN = re.compile(
    r"[0-9]\s?掳|卤\s?[0-9]|m[虏鲁]|[漏庐]\s?[0-9]{4}|脳\s?[0-9]|[0-9]\s?碌|拢\s?[0-9]"
)
_SIGN_CODES: Final = tuple(char.encode("gb2312") for char in "掳卤虏鲁漏庐碌拢")
_PAD: Final = "renmin-two-bytes"
_ASCII_RUN = re.compile("[\0-\x7f]+")
_ORDINARY, _MARK, _RARE = b"ovx"

# What each lead byte says of its character. Rows A1 and A3 are marks and full-width forms.
_GB2312_CLASSES: Final = bytes(
    _ORDINARY if 0xB0 <= lead <= 0xD7 else _MARK if lead in (0xA1, 0xA3, 0x20) else _RARE
    for lead in range(256)
)
_BIG5_CLASSES: Final = bytes(
    _ORDINARY if 0xA4 <= lead <= 0xC6 else _MARK if lead in (0xA1, 0xA2, 0x20) else _RARE
    for lead in range(256)
)
_MANY_RARE: Final = 0.12  # share of rare characters that ordinary text of one script stays below
_MOSTLY_RARE: Final = 0.2
_SHORT: Final = 40  # characters; fewer are judged by a stretch of three
_WORD: Final = 6  # characters; of so few none is rare
# Big5's ordinary hanzi in a row of which none is frequent.
_UNCOMMON = re.compile(f"[^\0-\x7f\u2010-\u303f\uff00-\uff65{FREQUENT}]{{7}}")
_STRETCH = re.compile(b"x[xo]?x[xo]?x[xo]?x")
_SHORT_STRETCH = re.compile(b"x[xo]?x[xo]?x")

_SIGNS = re.compile(
    "["
    "\x80-\xa0\xa1-\xaf\xb2-\xb6\xb8-\xd6\xd8-\xdf\xe3-\xe7\xeb\xee-\xf1\xf4-\xf6\xf8\xfb\xfd-\xff"  # Western; pinyin's vowels, ° ± · × ÷ pass
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # without width
    "\u2015\u30fb"  # ― ・
    "\u2e80-\u2fd5\uf900-\ufad9"  # radicals, compatibility ideographs
    "\ue000-\uf8ff\ufffd\u20ac"  # private use, lost characters, the euro sign
    "]"
)
# Letters and frames of code pages of one byte, which GBK has too: right beside hanzi they may be
# bytes of hanzi.
_FEW_LETTERS: Final = 3
_FOREIGN = re.compile("[\xa1-\xb6\xb8-\u045f\u2020-\u2025\u2027-\u25ff]")
_BESIDE_HANZI = re.compile(
    "[\u3001-\u9fff\uff0c][\xa1-\xb6\xb8-\u045f\u2190-\u25ff]|[\xa1-\xb6\xb8-\u045f\u2190-\u25ff][\u3001-\u9fff\uff0c]"
)
# ... and two of them are those of a mark; Big5's second one may be of ASCII.
_LONE_MARK = re.compile(
    "[\u3001-\u9fff\uff01-\uff1f\u2018-\u201d0-9A-Z\u2103][\xa1-\xb6\xb8-\u045f\u2020-\u2025\u2027-\u25ff\uff61-\uff9f\ufe5c\ufe5d]"
    "[\xa1-\xb6\xb8-\u045f\u2010-\u25ff\uff61-\uff9f@-~]"
    "|[\xa1-\xb6\xb8-\u045f\u2020-\u2025\u2027-\u25ff\uff61-\uff9f][\xa1-\xb6\xb8-\u045f\u2010-\u25ff\uff61-\uff9f@-~][\u3001-\u9fff]"
    "|[\ufe5c\ufe5d]|[\u4e00-\u9fff][\u3105-\u3129][\u4e00-\u9fff]"
)
_GBK_MARKS: Final = ("―", "€", "锟", "烫烫", "屯屯", "\x80", "銆", "涳拷", "嗭拷", "ワ拷")
# Latin letters as hanzi, see forms.py: those that are rare as hanzi, which any word has,
# and what a word looks like around them.
_RARE_LETTERS: Final = "颁贰骋贬碍惭狈翱蚕搁鲍驰窜诲蹿丑颈箩濒苍辫谤蝉耻惫锄叠"
_LETTER_RUN = re.compile(
    "[础叠颁顿贰贵骋贬滨闯碍尝惭狈翱笔蚕搁厂罢鲍痴奥齿驰窜补产肠诲别蹿驳丑颈箩办濒尘苍辞辫辩谤蝉迟耻惫飞虫测锄]{3}"
    "|[叠颁贰骋贬碍惭狈翱蚕搁罢鲍驰窜]{2}"
)
# Each begins with its sign, so that the search runs at the speed of memchr.
_ESCAPES: Final = (
    ("＆", re.compile("＆[#＃]")),
    ("＃", re.compile("&＃")),
    ("％", re.compile("％[89A-Fa-fuU][0-9A-Fa-f]")),
    ("＼", re.compile("＼[uUx][0-9A-Fa-f]")),
    ("U+", re.compile(r"U\+[0-9A-F]{4,6}[}\]]?[U{\[]")),
    ("u+", re.compile(r"u\+[0-9a-f]{4}")),
    ("><", re.compile("<[89a-f][0-9a-f]><")),
    ("&", re.compile(r"& ?[#A-Za-z][A-Za-z0-9#+,]{1,31}|& ?# ?[x0-9]")),
    ("#", re.compile(r"#(?:\d{4,6}|[xX][0-9a-fA-F]{4,5});#")),
    (
        "\\",
        re.compile(
            r"\\ ?[uUx]\{?-?[0-9a-fA-F]{2}|\\'[89a-fA-F]|\\[23][0-7]{2}|\\[0-9A-Fa-f]{4,6} ?\\"
        ),
    ),
    ("%", re.compile(r"%(?:25)*(?:u[0-9A-Fa-f]{4}|[89A-Fa-f][0-9A-Fa-f])")),
    ("=", re.compile(r"=[0-9A-Fa-f]{2}=[0-9A-Fa-f]{2}=|=\?[A-Za-z]")),
    ("u", re.compile(r"u[0-9a-fA-F]{4}/?u[0-9a-fA-F]{4}")),
    ("<U+", re.compile(r"<U\+[0-9A-F]{4}")),
    ("_x", re.compile(r"_x[0-9A-Fa-f]{4}_")),
    ("~{", re.compile(r"~\{[!-w]")),
    ("+", re.compile(r"\+[A-Za-z0-9/]{4,}-")),
    ("??????", re.compile(r"\?{6}")),
    ("?/", re.compile(r"\?/[a-z]{1,10}>")),  # a tag that a mirror has broken
    ("?!", re.compile(r"\?![\u4e00-\u9fff\ue000-\ue4c5?]")),  # one of its broken stops
    ("(", re.compile(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)")),  # a mirror's annotation
)
_MIRROR: Final = ("?！", ",，", ",。", ",、", ",；", ",！", ",？")
_PERCENT, _WIDE_PERCENT, _READING, _CODES = (dict(_ESCAPES)[sign] for sign in "%％(u")
_FULL_WIDTH = re.compile("[0-9][０-９]|[０-９][0-9]|ｗｗｗ|ｈｔｔｐ", re.IGNORECASE)

# Hanzi that letters, signs and runs of bytes are turned into.
_TURNED_SIGNS: Final = "锟烫屯掳卤虏漏庐碌拢脳銆"
_TURNED: Final = _RARE_LETTERS + _TURNED_SIGNS
_ASKED = re.compile(f"[{_TURNED_SIGNS}]|[涳嗭]")
# What clean text is made of, and none of the tests below asks about: ordinary hanzi but for those
# that signs and letters are turned into, Chinese marks, digits, capitals, the dash and the point
# (which GB 2312 codes, and its Python codec reads as other characters). Of %, ( and , each is asked
# by itself.
_PLAIN = (
    "".join(
        bytes((lead, trail)).decode("gb2312", "ignore")
        for lead in GB2312_LEVEL_1
        for trail in range(0xA1, 0xFF)
    )
    + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ !\"'(),./:;%*@\u2014\u00b7\u2018\u2019\u201c\u201d\u2026"
    + "\u3000\u3001\u3002\u3008\u3009\u300a\u300b\u300c\u300d\u300e\u300f\u3010\u3011\u3014\u3015"
    + "\uff01\uff05\uff08\uff09\uff0c\uff0d\uff0e\uff1a\uff1b\uff1f\uff5e\n-"
)
_TELLING = re.compile(f"[^{re.escape(''.join(sorted(set(_PLAIN) - set(_TURNED))))}]")
_HANZI = re.compile("[\u4e00-\u9fff]*")
_HANZI_AND_BLANKS = re.compile("[\u4e00-\u9fff ]++")
_FEW: Final = 3  # rare hanzi; fewer are no stretch
_APART: Final = 3  # characters; two that stand so far from each other are not of one run of bytes
_MOSTLY_FREQUENT: Final = 0.5  # share of frequent hanzi, which no run of misread bytes has


def suspicious(text: str) -> bool:
    """Whether ``text`` deserves a closer look; some 10 µs for 3,000 characters of clean Chinese.

    >>> suspicious("人民网济南3月25日电"), suspicious("浜烘皯缃戞祹鍗�")
    (False, True)
    """
    if _is_plain(text):
        return bool(korean_words(text))
    return _has_escapes(text) or (not text.isascii() and (_has_signs(text) or _is_odd(text)))


def korean_words(text: str) -> list[tuple[int, int]]:
    """The places where everyday hanzi with blanks between them are words of Korean, misread."""
    if " " not in text:
        return []
    return [
        words.span()
        for words in _HANZI_AND_BLANKS.finditer(text)
        if " " in words[0].strip() and is_korean(words[0].strip())
    ]


def _is_plain(text: str) -> bool:
    """Whether ``text`` is ordinary Chinese, with the odd rare hanzi: nothing in it to ask about."""
    telling = "".join(_TELLING.findall(text))
    if telling and not (_are_odd_names(telling, text) or _are_words(telling, text)):
        return False
    if "%" in text and _PERCENT.search(text):
        return False
    if "％" in text and _WIDE_PERCENT.search(text):
        return False
    if "," in text and any(mark in text for mark in _MIRROR):
        return False
    return "(" not in text or _READING.search(text) is None


def _are_odd_names(telling: str, text: str) -> bool:
    """Whether what is not ordinary is a rare hanzi or two in a text that is long enough."""
    if len(telling) >= _FEW or not _HANZI.fullmatch(telling) or _ASKED.search(telling):
        return False
    if _FOREIGN_WORD.search(text):
        return False
    wide = len(text) - len(text.encode("ascii", "ignore"))
    if wide <= _WORD or _LETTER_RUN.search(text):
        return False
    return len(telling) < _MANY_RARE * wide or _is_verse(telling, text)


def _are_words(telling: str, text: str) -> bool:
    """Whether what is not ordinary is small letters, in words of their own."""
    if not (telling.isascii() and telling.isalpha()):
        return False
    return not any(pattern.search(text) for pattern in (_IN_WORD, _AT_END, _CODES))


def _is_verse(telling: str, text: str) -> bool:
    """Whether two rare hanzi of a short line stand apart, among frequent ones."""
    distance = text.find(telling[-1]) - text.find(telling[0])
    return distance >= _APART and measure(text).frequent >= _MOSTLY_FREQUENT


def _has_escapes(text: str) -> bool:
    return any(sign in text and pattern.search(text) for sign, pattern in _ESCAPES)


def _has_signs(text: str) -> bool:
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        # Something outside of GBK: a rare name, or one of the signs.
        if _SIGNS.search(text):
            return True
    if any(mark in text for mark in _GBK_MARKS) or _LONE_MARK.search(text):
        return True
    if _BESIDE_HANZI.search(text) and len(_FOREIGN.findall(text)) >= _FEW_LETTERS:
        return True
    if ("," in text or "?" in text) and any(mark in text for mark in _MIRROR):
        return True
    if any(char in text for char in "０１２３４５６７８９ｗｈ") and _FULL_WIDTH.search(text):
        return True
    return any(char in text and _letters_around(text, char) for char in _RARE_LETTERS)


def _letters_around(text: str, char: str) -> bool:
    """Whether ``char`` stands among other letters turned to hanzi."""
    at = text.find(char)
    while at >= 0:
        if _LETTER_RUN.search(text, max(0, at - 2), at + 3):
            return True
        at = text.find(char, at + 1)
    return False


def _is_odd(text: str) -> bool:
    """Whether rare characters are many, or stand close together."""
    known = text.encode("gb2312", "ignore")
    letters = known.translate(None, _NO_LETTERS)
    if (letters and _IN_WORD.search(text)) or _AT_END.search(text) or _FOREIGN_WORD.search(text):
        return True
    if ("脳" in text or any(code in known for code in _SIGN_CODES)) and _GBK_SIGN.search(text):
        return True
    kinds = known.translate(None, _ASCII)[::2].translate(_GB2312_CLASSES)
    unknown = len(text) - (len(known) - len(kinds))
    if kinds.count(_RARE) + unknown >= _MANY_RARE * (len(kinds) + unknown):
        # Big5 has second bytes below 0x80, so ASCII has to go before and not after.
        kinds = _ASCII_RUN.sub("\u3000", text).encode("big5", _PAD)[::2].translate(_BIG5_CLASSES)
        is_rare = kinds.count(_RARE) >= _MOSTLY_RARE * len(kinds) or len(kinds) <= _WORD
        if is_rare or _UNCOMMON.search(text):
            return True
    elif unknown:
        kinds = text.encode("gb2312", _PAD).translate(None, _ASCII)[::2].translate(_GB2312_CLASSES)
    if len(kinds) <= _WORD and _RARE in kinds:
        return True
    return bool((_SHORT_STRETCH if len(kinds) < _SHORT else _STRETCH).search(kinds))


def _two_bytes(error: UnicodeError) -> tuple[bytes, int]:
    """Write two bytes for what a codec lacks, so that each character keeps two bytes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return b"\xff\xff" * (error.end - error.start), error.end


codecs.register_error(_PAD, _two_bytes)
