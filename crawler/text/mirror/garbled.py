"""Tell a garbled mirror from the texts that only look like one.

Dictionaries and teaching pages put readings in brackets too, and people write ``?!``. What they
do not do: annotate common traditional characters of one reading, every time, in running text,
and nothing else; put commas before commas; or break a character so that reading on half a
character off gives good Chinese.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import numpy as np

from crawler.text.chinese.ngrams import key_of, table
from crawler.text.mirror import converter, traditional
from crawler.text.mirror.converter import Conditions
from crawler.text.mirror.language_model import LanguageModel, context
from crawler.text.mirror.phase import Walker

_LETTERS: Final = "a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜê"
_NOTED: Final = re.compile(rf"(.)\(([{_LETTERS}]{{1,6}})\)", re.DOTALL)
_HANZI_END: Final = re.compile(rf"[\u4e00-\u9fff](?:\([{_LETTERS}]{{1,6}}\))?$")
_ON: Final = re.compile("[\u4e00-\u9fff]")
_SPLIT: Final = re.compile(rf"(.)\?([{_LETTERS}]{{1,6}})\)")
_COMMA: Final = re.compile(r"[\u4e00-\u9fff0-9A-Za-z”’）》%](?:\([a-zà-ǜ]{1,6}\))?,[、。；，！？]")
_DOUBLED: Final = re.compile(r"[^,\s],[,!?](?![,!?\s])")
_BROKEN: Final = re.compile(
    r"(?<=[^?!\x00-\x20<=>])\?[！？，。、；!?,;](?=[^\x00-\x7f！？，。、；」』])"
)

_BROKEN_TAG: Final = re.compile(r"[\u4e00-\u9fff]\?[！？，。、；!?,;]\?/[a-z]{1,10}>")
"""``的。”</span>``: the bracket of a tag, swallowed by a quotation mark that was split."""

_WIDE_BROKEN: Final = re.compile(r"[\u4e00-\u9fff]\?\?[，；][\u4e00-\u9fff]")
"""``矮小，`` with both bytes of 小 taken for lead bytes."""

_WIDE_BROKEN_FLAT: Final = re.compile(r"[\u4e00-\u9fff]\?\?[,;][\u4e00-\u9fff]")
"""The same where punctuation was flattened; people type it so too."""

_QUOTE_BROKEN: Final = re.compile(r"[^?!！？\s]\?[！!]\?(?![?!！？])")
"""``的。”`` at the end of a text, where no character follows that the quotation mark could begin."""

_SURE: Final = 20.0
"""Bits by which reading on half a character off must beat the text as it stands."""

_SURE_IN_QUOTE: Final = 5.0
"""The same where a quotation is open that nothing closes."""

GENUINE: Final = frozenset("於後裡裏麵製隻雲範採鬥願佔遊係繫餘乾鬆穀瞭嚐迴")
"""Characters that the mirrors' conversion never makes, and real traditional text does."""

LEFTOVER: Final = frozenset("于后里余采愿占征斗游范云圣")
"""Characters that the mirrors do not convert, and a writer mostly would."""

EXPLAINED: Final = frozenset("長樂還調傳彈難種轉處興會幾強參單間創劃載勝擔當應為爲稱縫觀車")
"""Characters of several common readings: a teacher may tell which one is meant."""

_QUOTES: Final = re.compile("[“”\n]")
_TRIES: Final = 6
_GOES_ON: Final = 6.0
"""Bits of a character that continues a word."""

_COMMON: Final = 13.5
"""Bits of a character that is common enough not to be explained to a reader."""

_WORDS: Final = 3
"""Words that make a list."""

_SIZE: Final = 200_000
"""Characters that are looked at."""


def looks_garbled(texts: Sequence[str]) -> bool:
    """Whether these texts, the parts of one document, come from a garbled mirror.

    One short damaged sentence is enough; ordinary text of any kind costs a search for ``?`` and
    ``(``.
    """
    text = "\n".join(texts)[:_SIZE]
    if "(" not in text and "?" not in text and "," not in text:
        return False
    return (
        _has_split_note(text)
        or _BROKEN_TAG.search(text) is not None
        or _has_notes(text)
        or _has_commas(text)
        or _has_broken_phase(text)
    )


def _has_split_note(text: str) -> bool:
    """``當?shù)``: a reading without its opening bracket that fits the byte before it."""
    pairs, text = converter.pairs(), converter.BRACKETED.sub("", text)
    return any(
        match[1] in pairs and converter.starting_with(pairs[match[1]][1], match[2])
        for match in _SPLIT.finditer(text)
    )


def _has_notes(text: str) -> bool:
    """Characters with their readings, as only the mirrors set them."""
    if "(" not in text:
        return False
    noted: Counter[str] = Counter()
    taught: set[tuple[str, str]] = set()
    strange = inside = 0
    for match in _NOTED.finditer(text):
        if _mirror_like(match):
            noted[match[1]] += 1
            taught.add((match[1], match[2]))
            inside += _is_inside(text, match)
        else:
            strange += "\u4e00" <= match[1] <= "\u9fff"
    steady = [char for char, count in noted.items() if text.count(char) * 4 <= count * 5]
    total = sum(noted.values())
    if len(taught) > len(noted):
        return False  # 樂(yuè), 快樂(lè): a mirror knows one reading of each character
    return strange * 3 <= total and inside * 2 >= total and _unexplained(text, steady, noted)


def _is_inside(text: str, match: re.Match[str]) -> bool:
    """Whether the character stands in running text, not as the head of an entry."""
    if _HANZI_END.search(text, max(match.start() - 9, 0), match.start()):
        return True
    on = _ON.match(text, match.end())
    if not on:
        return False
    if text[match.start() - 1 : match.start()] not in ("", "\n", " ", "【", "「"):
        return True
    # At the very beginning: 現(xiàn)在 goes on as a word, the head of an entry does not.
    word = traditional.to_simplified(match[1] + on[0])
    return LanguageModel().costs([(context(word[0]), word[1])])[0] < _GOES_ON


def _mirror_like(match: re.Match[str]) -> bool:
    char, reading = match.groups()
    return (
        converter.fits(char, reading) and traditional.forms().get(char, 9.0) < traditional.UNUSUAL
    )


def _unexplained(text: str, noted: list[str], counts: Counter[str]) -> bool:
    """Whether nobody would tell a reader how these characters of a longer text are read."""
    hanzi = sum("\u4e00" <= char <= "\u9fff" for char in text[:4000])
    if hanzi < 2 * sum(map(text[:4000].count, noted)):
        return False
    plain = [char for char in noted if _cost(traditional.simplified().get(char, char)) < _COMMON]
    if len(noted) > 1:
        return bool(plain) and not _is_word_list(text)
    if set(plain) - EXPLAINED:
        return True
    return (
        bool(plain) and not set(text) & GENUINE and (counts[plain[0]] > 1 or _has_leftovers(text))
    )


def _is_word_list(text: str) -> bool:
    """Whether the text is words with spaces between them, nearly all with a reading."""
    words = text.split()
    return len(words) >= _WORDS and all(len(_NOTED.findall(word)) == 1 for word in words)


def _has_leftovers(text: str) -> bool:
    """Simplified characters that the mirrors leave among traditional ones."""
    chars = set(text)
    return bool(chars & LEFTOVER) and not chars & GENUINE


def _cost(char: str) -> float:
    return float(table().bits(np.array([key_of(char)], np.uint64), 1)[0])


def _has_commas(text: str) -> bool:
    """Commas before other marks, in the traditional characters of the mirrors."""
    if not _DOUBLED.search(text) and not _COMMA.search(text):
        return False
    doubled = sum(1 for _ in islice(_DOUBLED.finditer(text), 3))
    return (doubled > 1 or _COMMA.search(text) is not None) and _in_mirror_script(text)


def _in_mirror_script(text: str) -> bool:
    """Traditional characters, but none of those that a writer of traditional Chinese needs."""
    chars = set(text)
    return len(chars & set(traditional.traditional().values())) >= 2 and not chars & GENUINE


def _has_broken_phase(text: str) -> bool:
    """A stretch that becomes good Chinese when it is read half a character off."""
    if "?" not in text:
        return False
    if _in_mirror_script(text) and (
        _WIDE_BROKEN.search(text)
        or (_WIDE_BROKEN_FLAT.search(text) and _has_leftovers(text))
        or any(_is_quote_open(text, match.end()) for match in _QUOTE_BROKEN.finditer(text))
    ):
        return True
    conditions = Conditions(True, "，" not in text, frozenset())
    return any(
        Walker(LanguageModel(), conditions, margin=margin).walk(piece).stretches
        for piece, margin in islice(_broken(text), _TRIES)
    )


def _is_quote_open(text: str, at: int) -> bool:
    """Whether a quotation of the paragraph is open at a place, and nothing closes it before another.

    Who writes ``?！`` in a quotation closes it. Where a mirror split the closing mark, it is gone.
    """
    start = text.rfind("\n", 0, at) + 1
    if text.rfind("“", start, at) <= text.rfind("”", start, at):
        return False
    behind = _QUOTES.search(text, at)
    return behind is None or behind[0] != "”"


def _broken(text: str) -> Iterator[tuple[str, float]]:
    """Surroundings of the places where a stretch may begin, and the bits that it must save."""
    is_mirror = _in_mirror_script(text)
    for match in _BROKEN.finditer(text):
        before = text[max(match.start() - 12, 0) : match.start()].rsplit("\n", 1)[-1]
        piece = before + text[match.start() : match.start() + 60].split("\n", 1)[0]
        is_open = is_mirror and _is_quote_open(text, match.end())
        yield piece, _SURE_IN_QUOTE if is_open else _SURE
