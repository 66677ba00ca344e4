"""Look-alikes of ordinary characters, and characters that nobody sees.

PDF readers, converters and old codecs leave forms behind that search and statistics cannot
match: 更 as a compatibility ideograph, ⼈ as a radical, a zero-width space inside of a word. They
are replaced where the author wrote ordinary text; lists of radicals, texts about characters and
other languages keep theirs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from crawler.text.chinese.costs import cost
from crawler.text.mojibake.context import HANZI, is_chinese, shown_on_purpose
from crawler.text.mojibake.rule import Edit, Rule
from crawler.text.tables import GB18030_MOVED

_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_CJK: Final = _HAN + "\u2e80-\u2fd5\u3001-\u3020\uf900-\ufad9\uff01-\uff60“”‘’—…·"

_COMPATIBLE = re.compile("[\uf900-\ufad9\U0002f800-\U0002fa1d]+")
_HANGUL = re.compile("[\uac00-\ud7a3]")  # beside them, Korean's code page has shown other bytes
_NAMED_PART = re.compile("[”’」』]?(?:字[头頭旁底边邊]|[旁部]首?[^\u4e00-\u9fff]|偏旁)")
_RADICAL = re.compile("[\u2e80-\u2fd5]+")
_TEXT_AROUND = re.compile(f"[{_HAN}\u3041-\u3096\u30a1-\u30fa]")
_COMPOSED = re.compile("[\u2ff0-\u2fff]")  # ⿰ and its like put components together
_ZERO_WIDTH: Final = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_SPACES: Final = "\u200b\u2060\ufeff"  # these do nothing between emoji, as U+200D does
_UNSEEN = re.compile(f"[{_ZERO_WIDTH}]+")
# With letters and signs of a code page around it, U+00AD is a byte as well.
_BYTES_AROUND = re.compile(
    "[\x80-\u00ac\u00ae-\u052f\u2020-\u2022\u2030-\u203a\u20ac\u2116\u2122\u2190-\u25ff]"
)
_IS_CJK = re.compile(f"[{_CJK}]")
_IS_HAN = re.compile(f"[{_HAN}]")

# Radicals of the supplement have no decomposition in Unicode; PDF readers give those that look
# like a whole character. Those that are only ever a part of one, as ⺮ and ⺼ are, stand for
# themselves: nobody writes them but to speak of them. The pairs follow
# EquivalentUnifiedIdeograph.txt of the Unicode Character Database.
_SUPPLEMENT: Final = dict(
    zip(
        "⺁⺄⺇⺎⺏⺒⺓⺝⺟⺠⺩⺯⺰⺱⺲⺵⺹⺻⺽⻁⻃⻄⻅⻆⻇⻉⻋⻑⻒⻓⻔⻗⻘⻙⻚⻛⻜⻝⻟⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
        "厂乙几兀尣巳幺月母民王糹纟罓罒㓁耂肀臼虎覀西见角角贝车長镸长门雨青韦页风飞食飠马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
        strict=True,
    )
)

# The strict GB 2312 codecs give these for A1AA and A1A4; GB 18030 and every reader mean others.
_KANA = re.compile("[\u3041-\u306d\u306f-\u3096]")  # all but の, which shop signs have in China
_DASHES = re.compile("―+")
_DOT = re.compile(f"(?<=[{_HAN}A-Za-z0-9”》])・(?=[{_HAN}A-Za-z0-9“《])")

_DIGITS = re.compile("[0-9０-９]{2,}")
_FULL_WIDTH_URL = re.compile("(?:ｈｔｔｐｓ?|ｗｗｗ)[：．！-～]{2,}", re.IGNORECASE)
_FULL_DIGIT = re.compile("[０-９]")
_FULL_SIGN = re.compile("[０-９ｗｈＷＨ]")
_ASCII_DIGIT = re.compile("[0-9]")
_TO_ASCII: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_PRIVATE = re.compile("[\ue78d-\ue864]")


def _replaced(
    text: str, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]
) -> list[Edit]:
    return [
        Edit(*found.span(), changed)
        for found in pattern.finditer(text)
        if (changed := new(found)) != found[0]
    ]


def _unless_on_purpose(text: str, edits: list[Edit]) -> Sequence[Edit]:
    if not edits or not is_chinese(text) or shown_on_purpose(text, edits):
        return ()
    return edits


def _touches(text: str, found: re.Match[str], kind: re.Pattern[str]) -> bool:
    """Whether a character of ``kind`` stands next to the match."""
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    return bool(kind.match(before) or kind.match(after))


def _compatible(text: str) -> Sequence[Edit]:
    def plain(found: re.Match[str]) -> str:
        if not _touches(text, found, _IS_HAN) and len(found[0]) < 3:
            return found[0]
        if _HANGUL.search(text, max(0, found.start() - 2), found.end() + 2):
            return found[0]
        return unicodedata.normalize("NFKC", found[0])

    return _unless_on_purpose(text, _replaced(text, _COMPATIBLE, plain))


def _radicals(text: str) -> Sequence[Edit]:
    """Radicals among hanzi, and among kana, where Japanese has lost its kanji to them."""

    def plain(found: re.Match[str]) -> str:
        around = text[max(0, found.start() - 1) : found.end() + 1]
        if not _TEXT_AROUND.search(_RADICAL.sub("", around)) or _COMPOSED.search(around):
            return found[0]
        if _NAMED_PART.match(text, found.end()):
            return found[0]
        return "".join(
            _SUPPLEMENT.get(char, unicodedata.normalize("NFKC", char)) for char in found[0]
        )

    edits = _replaced(text, _RADICAL, plain)
    if not edits or shown_on_purpose(text, edits):
        return ()
    return edits if is_chinese(text) or _KANA.search(text) else ()


def _unseen(text: str) -> Sequence[Edit]:
    """Beside CJK each of them; between Latin letters and digits those that came with such."""

    def gone(found: re.Match[str]) -> str:
        if "\xad" in found[0] and _BYTES_AROUND.search(
            text, max(0, found.start() - 2), found.end() + 2
        ):
            return found[0]
        return "" if _touches(text, found, _IS_CJK) else found[0]

    edits = _replaced(text, _UNSEEN, gone)
    if not edits or not is_chinese(text):
        return ()
    leftover = {char for edit in edits for char in text[edit.start : edit.end]} & set(_SPACES)
    return _replaced(text, _UNSEEN, lambda found: "" if set(found[0]) <= leftover else gone(found))


def _dashes(text: str) -> Sequence[Edit]:
    """― in pairs, and single ones beside such pairs; ・ between names, where no kana is near.

    A strict codec has the hanzi of GB 2312 alone: 東京・大阪 was not read by one.
    """
    if not is_chinese(text) or ("―" not in text and "・" not in text) or _KANA.search(text):
        return ()
    hanzi = "".join(HANZI.findall(text))
    if len(hanzi.encode("gb2312", "ignore")) < 2 * len(hanzi):
        return ()
    dots = _replaced(text, _DOT, lambda _: "·")
    pairs = _replaced(text, _DASHES, lambda found: "—" * len(found[0]))
    is_strict = bool(dots) or any(edit.end - edit.start == 2 for edit in pairs)
    edits = sorted([*dots, *(pairs if is_strict else ())], key=lambda edit: edit.start)
    return _unless_on_purpose(text, edits)


def _full_width(text: str) -> Sequence[Edit]:
    """Addresses, and numbers of which one half is full-width; the author's ＮＢＡ stays."""

    def number(found: re.Match[str]) -> str:
        mixed = _FULL_DIGIT.search(found[0]) and _ASCII_DIGIT.search(found[0])
        return found[0].translate(_TO_ASCII) if mixed else found[0]

    urls = _replaced(text, _FULL_WIDTH_URL, lambda found: found[0].translate(_TO_ASCII))
    numbers = _replaced(text, _DIGITS, number)
    inside = [(edit.start, edit.end) for edit in urls]
    numbers = [edit for edit in numbers if not any(a <= edit.start < b for a, b in inside)]
    return _unless_on_purpose(text, sorted([*urls, *numbers], key=lambda edit: edit.start))


def _private(text: str) -> Sequence[Edit]:
    return _replaced(text, _PRIVATE, lambda found: GB18030_MOVED.get(found[0], found[0]))


def _guarded(
    sign: re.Pattern[str], find: Callable[[str], Sequence[Edit]], text: str
) -> Sequence[Edit]:
    return find(text) if sign.search(text) else ()


FORMS: Final = (
    Rule("zero-width", "characters without width inside of Chinese text", True,
         (("人\u200b民\ufeff日报", "人民日报"),), partial(_guarded, _UNSEEN, _unseen)),
    Rule("compatibility-ideographs", "compatibility ideographs in place of ordinary hanzi", True,
         (("\uf9e4解\uf98e轻人", "理解年轻人"),), partial(_guarded, _COMPATIBLE, _compatible)),
    Rule("radicals", "radicals in place of the hanzi that look the same", True,
         (("⼈⺠的⽇常生活", "人民的日常生活"),), partial(_guarded, _RADICAL, _radicals)),
    Rule("gb2312-dashes", "― and ・ of the strict GB 2312 codecs in place of — and ·", True,
         (("习惯――列夫・托尔斯泰", "习惯——列夫·托尔斯泰"),), _dashes),
    Rule("full-width-leftovers", "full-width addresses, numbers that are full-width in part", True,
         (("２0２6年，见ｗｗｗ．ｐｅｏｐｌｅ．ｃｎ", "2026年，见www.people.cn"),),
         partial(_guarded, _FULL_SIGN, _full_width)),
    Rule("private-use", "places that GB 18030 moved out of private use after 2000", True,
         (("从\ue81e到\ue826", "从\u9fb4到\u9fb5"),), partial(_guarded, _PRIVATE, _private)),
)  # fmt: skip


# Latin letters that became hanzi: 鲍罢贵-8 for UTF-8, 骋叠碍 for GBK, 笔丑辞迟辞蝉丑辞辫 for Photoshop.
#
# Some converter between simplified and traditional replaced each of the 52 letters by one fixed
# hanzi; nobody knows which any more. Digits and signs stay. The 26 + 26 pairs were derived from
# damaged words whose originals are plain: 飞颈苍诲辞飞蝉, 产辞辞办, 辫谤辞箩别肠迟, 辩耻补濒颈迟测 ...

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
