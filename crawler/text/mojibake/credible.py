"""Whether a new reading is to be believed: more than that it is cheaper than the old one."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from crawler.text.chinese.costs import LOST, context_of, each, hanzi_count
from crawler.text.chinese.script import simplified_forms
from crawler.text.mojibake.hopeless import is_clean_beside_loss
from crawler.text.mojibake.readers import SINGLE
from crawler.text.mojibake.rule import Edit
from crawler.text.tables import GB2312_LEVEL_1

_MUCH: Final = 16.0  # bits that speak for themselves
_OVERWHELMING: Final = 60.0  # bits that no chance saves, where good Chinese of many hanzi comes out
_GOOD: Final = 10.5  # bits a character of such Chinese
_MANY: Final = 5  # different hanzi of it
_ENOUGH: Final = 7.5  # ... that are enough where the new reading is words
_RARELY: Final = 10.0  # ... that a hanzi beside a word costs more than a letter of it
_WORDS: Final = 10.0  # bits a character of words
_WORD_SAVES: Final = 12.0  # bits that a word of two hanzi saves
_WORD: Final = 8.6  # ... of one word
_PLAUSIBLE: Final = 13.0  # bits a character that restored Chinese may cost
_NAMES: Final = 18.5  # ... that a name may cost
_LONGEST_NAME: Final = 4
_DISTINCT: Final = 3  # different hanzi that are no chance
_FEWEST_AROUND: Final = 6  # characters by which a text can be told
_WORDS_AROUND: Final = 12  # characters to both sides in which a language shows
_NEAR_BY: Final = 4  # characters around that belong to a list
_FEW_STEPS: Final = 3  # between characters that are listed by their codes
_MOSTLY: Final = 0.65
_LONGEST_LIST: Final = 40  # characters of letters that are listed
_NEAR: Final = 16  # codes from one to the next
_ALPHABET = re.compile(
    "ÄÖÜ|äöü|ÅÄÖ|åäö|ÆØÅ|æøå|ÁÉÍÓ|áéíó|ÀÈÌÒ|àèìò|ÀÉÈ|àéè|ÉÈÊ|éèê|ÀÁÂ|àáâ|ÐÞ|ðþ|(?<![^ ,、])(?:ÇÑ|çñ)(?![^ ,、])"
)
_LETTER: Final = "[A-Za-z\xc0-\u024f]"
_IN_A_WORD = re.compile(f"{_LETTER}[\u3400-\u9fff]{{1,2}}{_LETTER}")
_ON_A_WORD = re.compile(
    f"{_LETTER}[\u3400-\u9fff](?![\u3400-\u9fff])|(?<![\u3400-\u9fff])[\u3400-\u9fff][a-z\xdf-\u024f]"
)
# What the texts are written in that this is about, and the emoji.
_EXPECTED = re.compile(
    "[\0-\x7f\ufeff\xa0-\u017f\u018f\u01a0\u01a1\u01af\u01b0\u01cd-\u01dc\u0218-\u021b\u0370-\u03ff\u0400-\u045f"
    "\u1ea0-\u1eff\u2010-\u2044\u20ac\u2100-\u22ff\u2460-\u2473\u25a0-\u2600\u3000-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7a3\ufe30-\ufe4f\uff01-\uff60\U0001f000-\U0001faff\U00020000-\U0003ffff\ufe0f\u200d]*"
)
_CHINESE = re.compile(
    "[\0-\x7f\xb7\u2010-\u203b\u2460-\u2473\u25a0-\u25ff\u3000-\u3029\u3400-\u9fff\ufe30-\ufe4f\uff01-\uff60\U00020000-\U0003ffff]"
)
_MOST_FOREIGN: Final = 0.1
_STRANGE = re.compile(
    "[\u0250-\u02c5\u02c7-\u02db\u02dd-\u036f\u0460-\u1e9f\u1f00-\u2009\u2c00-\u2e7f\ua000-\uabff\ufb00-\ufdff]"
)
_CYRILLIC = re.compile("[\u0400-\u045f]{2}")
_WESTERN = re.compile("[\x80-\u024f]")
_ABOVE = re.compile("[\0-\x7f]+")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HANZI = re.compile("[\u3400-\u9fff]")
_LETTERS_ONLY = re.compile("[\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1ea0-\u1eff]*")
_LETTER_AND_MARK = re.compile("[\xc0-\xd6\xd8-\xf6\xf8-\u017f][\u2018-\u201d\u2026]")
_ASCII_LETTER = re.compile("[A-Za-z]")
_CAPITAL_INSIDE = re.compile("[a-z][A-Z\xc0-\xde]|[\xdf-\xff][A-Z]|[\xc0-\xde][A-Z]")
_MARKS = re.compile("[\u2010-\u2044\u20ac\u2122\ufeff]+")
_BYTE_ORDER_MARK: Final = "\ufeff"
_HALF_WAY: Final = 5  # characters that are UTF-8 by no chance
# Letters of everyday names. The others (ȥ, ũ) are what chance makes of 去 and 农.
_EVERYDAY = re.compile(
    "[\xc0-\xff\u0100-\u0113\u0118-\u011b\u011e\u011f\u012a-\u012d\u0130-\u0131\u0141-\u0148\u014c-\u0153\u0158-\u015b\u015e-\u0161\u016a-\u016b\u016e-\u0171\u0178-\u017e\u01cd-\u01dc]*"
)
# Everyday hanzi: before or behind a word they are what the author wrote (app没, Excel帽). The rest
# of them is rare enough: á é í ó ã ê at the end of a name.
_NAME_END = re.compile("[A-Za-z]{2}[\xdf-\xf6\xf8-\xff]")
_LETTER_OF_PAGES = re.compile("[\xc0-\xd6\xd8-\xf6\xf8-\u02af\u0370-\u045f]")
_SIGN_OF_PAGES = re.compile(
    "[\xa1-\xbf\xd7\xf7\u02c6-\u02dd\u2018-\u203a\u20ac\u2116\u2122\u2202-\u25ff]"
)
_FEW_SIMPLIFIED: Final = 2  # hanzi that GB 2312 has and Big5 has not
_LEVEL_1: Final = "".join(
    bytes((lead, trail)).decode("gb2312", "ignore")
    for lead in GB2312_LEVEL_1
    for trail in range(0xA1, 0xFF)
)
_EVERYDAY_HANZI = re.compile(f"[{_LEVEL_1}]")
_COMMON = re.compile(f"(?![谩茅铆贸茫锚])[{_LEVEL_1}]")
_ACCENTED = re.compile("[\xc0-\xd6\xd8-\xf6\xf8-\u017f\u01cd-\u01dc]")
_HANZI_PAGES: Final = ("big5", "big5hkscs", "gbk", "gb18030")
_HALF_WIDTH = re.compile("[\uff66-\uff9f]")
_KANA_AND_KANJI = re.compile("[\uff61-\uff9f][\u4e00-\u9fff]|[\u4e00-\u9fff][\uff61-\uff9f]")
_TONED = re.compile("[\u3105-\u3129][\u02c7\u02ca\u02cb\u02d9]")
_LONGEST_CHANCE: Final = 2  # characters above ASCII
_LATIN: Final = ("latin-1", "cp1252")
# Signs that people write side by side: marks of footnotes, measures, prices.
_OF_FOOTNOTES: Final = "\xb9\xb2\xb3"
_WRITTEN: Final = f"{_OF_FOOTNOTES}\xa3\xa5\xa7\xa9\xae\xb0\xb1\xb7\xbc-\xbe\xd7\xd8\xf7"
_WRITTEN_SIGNS = re.compile(f"[{_WRITTEN}][{_WRITTEN}A-Za-z]|[{_OF_FOOTNOTES}]{{4}}")
# A column of a table, and nothing that UTF-16 alone leaves.
_TABBED = re.compile("[^\0-\x08\x0b-\x1f\ue000-\uf8ff\ufffd]*")
_FEWEST_OF_UTF_16: Final = 6  # hanzi beside a tab
# Capitals of words end in Å and Ä, and Latin-1 has them for the first byte of Š and Ġ.
_LETTER_AND_BLANK = re.compile("[\xc3-\xdf][ \xa0]")
_PAIR_OF_UTF_8 = re.compile("[\xc3-\xdf][\x80-\x9f\xa1-\xbf\u2010-\u203a]")
_CYRILLIC_WORD = re.compile("(?:[\u0400-\u042f]+|[\u0400-\u042f]?[\u0430-\u045f]+)")
_ONE_SIGN = re.compile("[\xa3\xa5\xa9\xae\xb0-\xb3\xb5\xb7\xd7\xf7]+")
# Signs by themselves, where a text has them.
_SIGNS = (
    re.compile("[\xb1\xd7\xf7]\\s?[0-9]"),
    re.compile("[0-9]\\s?\xb0(?:[CF]|[^0-9A-Za-z]|$)"),
    re.compile("m[\xb2\xb3]"),
    re.compile("[\xa9\xae]\\s?(?:19|20)[0-9]{2}(?![0-9])"),
    re.compile("[0-9]\\s?\xb5[mgls]"),
    re.compile("[\xa3\xa5]\\s?[0-9]"),
    re.compile("[A-Za-z]\xb7[A-Za-z]"),
    re.compile("[0-9]\xb0"),
)


def is_credible(text: str, edit: Edit, real: str, shown: str, saved: float) -> bool:
    """Whether ``edit``, which saves so many bits, is plausible, and the old text was not."""
    return _is_overwhelming(edit.text, saved) or _is_plausible(text, edit, real, shown, saved)


def _is_plausible(text: str, edit: Edit, real: str, shown: str, saved: float) -> bool:
    old, new = text[edit.start : edit.end], edit.text
    if (
        not old.strip(LOST + "? ")
        or len(text) == 1
        or _is_late_mark(text, edit)
        or (real == "utf-16-le" and _is_column(old, new))
        or _is_spelled(text, edit, shown)
        or (shown != "gb2312" and is_clean_beside_loss(old))
        # They are a hanzi by chance; but the words around may ask for it.
        or _are_signs(old, saved)
        or _is_listed(text[max(0, edit.start - _NEAR_BY) : edit.end + _NEAR_BY])
        or (
            len(old) <= _LONGEST_LIST
            and _ALPHABET.search(text[max(0, edit.start - 3) : edit.end + 3])
        )
    ):
        return False
    if shown in SINGLE and _CYRILLIC.search(old) and _is_cyrillic(text, edit):
        return False
    if real == "gb18030" and shown in ("gb2312", "gbk"):
        # Nearly all of such a text is as it was, so what is around must be Chinese.
        around = text[max(0, edit.start - 12) : edit.start] + text[edit.end : edit.end + 12]
        is_plain = shown == "gbk" or len(around) < _FEWEST_AROUND or _is_plain(around)
        is_sound = shown != "gbk" or _is_in_step(old, new)
        return LOST in old and is_sound and _is_chinese(new) and is_plain
    if real in ("utf-8", "latin-1") and not hanzi_count(new):
        return _is_foreign(text, edit, real, shown, saved)
    if real == "utf-8":
        return (
            saved >= _ENOUGH
            and _is_no_chance(old, new, saved, shown)
            and _is_text(new)
            and _is_apart(text, edit, shown)
        )
    is_script = real != "big5hkscs" or shown not in SINGLE or _is_big5(text, edit)
    return is_script and _is_apart(text, edit, shown) and _is_likely(text, edit, saved, shown)


def _is_big5(text: str, edit: Edit) -> bool:
    """Whether a word or two of Big5 stands elsewhere than among simplified hanzi, which it lacks."""
    around = text[max(0, edit.start - 12) : edit.start] + text[edit.end : edit.end + 12]
    simplified = around.encode("big5", "replace").count(b"?") - around.encode(
        "gb2312", "replace"
    ).count(b"?")
    return len(edit.text) > _LONGEST_NAME or simplified < _FEW_SIMPLIFIED


def _is_overwhelming(new: str, saved: float) -> bool:
    """Whether ``new`` is a stretch of good Chinese that nothing but its bytes can explain.

    What stands at its borders is then no objection: a sample may begin within a word's letters.
    """
    return (
        saved >= _OVERWHELMING
        and len(set(_HANZI.findall(new))) >= _MANY
        and _is_chinese(new)
        and float(each(new).mean()) <= _GOOD
    )


def _is_in_step(old: str, new: str) -> bool:
    """Whether words were read from their second byte on: that ends in one loss, and falls into step."""
    is_one = LOST + LOST not in old and hanzi_count(new) >= _DISTINCT
    return is_one and float(each(new).mean()) <= _PLAUSIBLE


def _is_no_chance(old: str, new: str, saved: float, shown: str) -> bool:
    """Whether two characters or more become more than one, or much speaks for that one.

    One rare character by itself is the author's: chance has three bytes to play with.
    """
    above = _ABOVE.sub("", new)
    if len(old) < 2 or len(above) > _LONGEST_CHANCE:
        return len(old) > 1
    mean = float(each(new).mean())
    if shown in SINGLE:
        return len(above) > 1 or mean <= _PLAUSIBLE
    # Of two hanzi that somebody wrote, one in some thousand is UTF-8 of a rare one and a letter.
    most = _WORDS if len(above) > 1 and shown in _HANZI_PAGES else _WORD
    return mean <= most and saved >= (_ENOUGH if shown in _HANZI_PAGES else _MUCH)


def _are_signs(old: str, saved: float) -> bool:
    """Whether signs that people write side by side are a hanzi by chance, or one sign is repeated."""
    is_repeated = old[0] < "\u0100" and len(set(old)) == 1
    if is_repeated and len(old) > _LONGEST_CHANCE:
        return True
    return saved < _MUCH and (is_repeated or _WRITTEN_SIGNS.fullmatch(old) is not None)


def _is_column(old: str, new: str) -> bool:
    """Whether a tab stands between words of two columns: with a letter it is a hanzi in UTF-16."""
    is_short = hanzi_count(new) < _FEWEST_OF_UTF_16
    return "\t" in old and is_short and _TABBED.fullmatch(old) is not None


def _is_cyrillic(text: str, edit: Edit) -> bool:
    """Whether a few Cyrillic letters are words in one case, or stand among words that stay."""
    before, behind = text[max(0, edit.start - _WORDS_AROUND) : edit.start], text[edit.end :]
    is_alone = not _HANZI.search(before[-1:] + behind[:1])
    if is_alone and all(map(_CYRILLIC_WORD.fullmatch, text[edit.start : edit.end].split())):
        return True
    around = _CYRILLIC.search(before) or _CYRILLIC.search(behind[:_WORDS_AROUND])
    return bool(around) and edit.end - edit.start <= _WORDS_AROUND


def _is_plain(around: str) -> bool:
    return float(each(around).mean()) <= _PLAUSIBLE


def _is_apart(text: str, edit: Edit, shown: str) -> bool:
    """Whether no new hanzi stands alone among the letters of a word."""
    around = text[max(0, edit.start - 1) : edit.start] + edit.text + text[edit.end : edit.end + 1]
    if _IN_A_WORD.search(around):
        return False
    is_one = shown in SINGLE and len(_ABOVE.sub("", edit.text)) == 1
    if is_one and _NAME_END.search(text, max(0, edit.start - 2), edit.end):
        return False
    return shown not in SINGLE or not _ON_A_WORD.search(around)


def _is_foreign(text: str, edit: Edit, real: str, shown: str, saved: float) -> bool:
    """Letters of words, or marks between words; never letters by themselves."""
    new = edit.text
    before, behind = text[max(0, edit.start - 12) : edit.start], text[edit.end : edit.end + 12]
    above = _ABOVE.sub("", new)
    if _STRANGE.search(new) or _is_end_of_word(text, edit):
        return False
    is_more = len(above) > 2 or _MARKS.fullmatch(above) or _LETTER_AND_MARK.fullmatch(above)
    if real == "utf-8" and is_more:
        return saved >= (0.0 if shown in SINGLE else _ENOUGH)
    if _LETTERS_ONLY.fullmatch(above):
        old = text[edit.start : edit.end]
        is_safe = shown in SINGLE or (
            _is_everyday(before, above, behind, saved)
            and (_is_inside(before, behind) or not _COMMON.search(old))
        )
        return saved > 0 and is_safe and _is_in_word(before, new, behind)
    is_sign = real == "utf-8" and _ONE_SIGN.fullmatch(above)
    return bool(is_sign) and any(pattern.search(before + new + behind) for pattern in _SIGNS)


def _is_everyday(before: str, letters: str, behind: str, saved: float) -> bool:
    """Whether letters that hanzi are to give way to belong there.

    They are those of names, none around came through whole, and beside a hanzi much speaks for them.
    """
    if not _EVERYDAY.fullmatch(letters) or _ACCENTED.search(before + behind):
        return False
    return saved >= _RARELY or not _HANZI.search(before[-1:] + behind[:1])


def _is_inside(before: str, behind: str) -> bool:
    """Whether letters of one word stand on both sides."""
    return bool(_ASCII_LETTER.match(before[-1:]) and _ASCII_LETTER.match(behind[:1]))


def _is_in_word(before: str, new: str, behind: str) -> bool:
    """Whether new letters stand beside others of a word, and are small ones inside of it."""
    around = before[-1:] + behind[:1]
    return bool(_ASCII_LETTER.search(around)) and not _CAPITAL_INSIDE.search(before[-1:] + new)


def _is_end_of_word(text: str, edit: Edit) -> bool:
    """Whether letters before blanks end words before others: nothing else there is UTF-8."""
    old = text[edit.start : edit.end]
    if old.isascii() or not _LETTER_AND_BLANK.sub("", old).isascii():
        return False
    before, behind = text[max(0, edit.start - 1) : edit.start], text[edit.end : edit.end + 1]
    is_capital = edit.text.islower() and behind.isupper()
    is_between = before.isalpha() and behind.isalpha()
    return (is_between or is_capital) and not _PAIR_OF_UTF_8.search(text)


def _is_text(new: str) -> bool:
    """Whether a text that was UTF-8 is Chinese with some words of other languages, or half-way so."""
    above = _ABOVE.sub("", new).lstrip("\ufeff")
    if len(above) > _HALF_WAY:
        return not _STRANGE.search(new)
    if _HANGUL.search(above) and _HANZI.search(above):
        return False
    foreign = len(_CHINESE.sub("", above))
    return foreign * 4 <= len(above) and bool(_EXPECTED.fullmatch(new))


def _is_chinese(new: str) -> bool:
    foreign = len(_CHINESE.sub("", new))
    return foreign <= _MOST_FOREIGN * len(new)


def _is_likely(text: str, edit: Edit, saved: float, shown: str) -> bool:
    """Whether the new text is words, or long enough that chance has no part in it."""
    new, is_single = edit.text, shown in SINGLE
    beside = text[edit.start - 1 : edit.start] + text[edit.end : edit.end + 1]
    old = text[edit.start : edit.end]
    fewest = 1 if is_single and (_HANZI.search(beside) or _is_jumble(text, edit)) else 2
    others = set(_HANZI.findall(new)) - set(text[edit.start : edit.end])
    is_one = shown in _HANZI_PAGES and len(others) == 1  # a rare hanzi is no other rare one
    if hanzi_count(new) < fewest or is_one or not _is_chinese(new):
        return False
    head = text[max(0, edit.start - 3) : edit.start]
    # Behind anything but hanzi a word begins as at the beginning of a text.
    before = context_of(head if _HANZI.match(head[-1:]) else "")
    mean = float(each(new, before).mean())
    distinct = len(set(_ABOVE.sub("", new)))
    if len(new) == 1 and shown not in _LATIN:
        # Two signs that people write may be the bytes of a hanzi by chance.
        return saved >= _MUCH and mean <= _WORD
    # Two different hanzi that save so much are a word: of 1,759 rare clean ones none saves it.
    if not is_single and distinct < _DISTINCT and not any(map(_is_rare, old)):
        return False
    is_word = shown in _HANZI_PAGES and distinct > 1 and saved >= _WORD_SAVES
    is_sure = distinct >= _DISTINCT or is_single or is_word
    if mean <= (_WORDS if is_sure else _WORD) and saved >= _ENOUGH:
        return shown in _LATIN or distinct > 1
    # Frames, Cyrillic words and kana are meant more often than letters with accents in a row.
    if shown in _LATIN and len(new) <= _LONGEST_NAME:
        return saved >= 0.0 and mean <= _NAMES and not _WESTERN.search(beside)
    is_jumble = is_single and distinct > 1 and saved >= _ENOUGH and _is_jumble(text, edit)
    is_text = (is_single or distinct >= _DISTINCT) and mean <= _PLAUSIBLE and saved >= _MUCH
    return is_text or (is_jumble and mean <= _NAMES)


def _is_jumble(text: str, edit: Edit) -> bool:
    """Whether letters and signs stand in a row among hanzi without a space: nobody writes that.

    They are no word in another alphabet, and no frame.
    """
    old = text[edit.start : edit.end]
    before, behind = text[max(0, edit.start - 2) : edit.start], text[edit.end : edit.end + 2]
    is_inside = _HANZI.search(before) or _HANZI.search(behind)
    has_both = _LETTER_OF_PAGES.search(old) and _SIGN_OF_PAGES.search(old)
    return bool(is_inside and has_both) and not _ABOVE.search(old) and _is_common(edit.text)


def _is_common(new: str) -> bool:
    return len(new.encode("gb2312", "ignore")) == 2 * len(new)


def _is_rare(char: str) -> bool:
    """Whether ``char`` is no everyday hanzi, simplified or traditional."""
    return not _EVERYDAY_HANZI.match(simplified_forms().get(char, char))


def _is_spelled(text: str, edit: Edit, shown: str) -> bool:
    """Whether the old text is words in half-width kana, or bopomofo with its tones.

    Bytes of hanzi are shown as such letters too, but then kanji stand between them, and no tones.
    """
    old = text[edit.start : edit.end]
    if shown == "cp932" and _HALF_WIDTH.search(old):
        return not _KANA_AND_KANJI.search(old)
    return _TONED.search(text, max(0, edit.start - 1), edit.end + 1) is not None


def _is_late_mark(text: str, edit: Edit) -> bool:
    """Whether a byte order mark and hardly more would stand behind hanzi, where no file begins."""
    return (
        edit.text.startswith(_BYTE_ORDER_MARK)
        and not _HANZI.search(edit.text)
        and _HANZI.search(text, 0, edit.start) is not None
    )


def _is_listed(old: str) -> bool:
    """Whether the characters stand in the order of their codes, as in a table of characters."""
    steps = [ord(after) - ord(char) for char, after in pairwise(old.replace(" ", ""))]
    return len(steps) > _FEW_STEPS and sum(0 < step <= _NEAR for step in steps) > _MOSTLY * len(
        steps
    )
