"""What cannot be undone: recognised, named and placed, so that the page is fetched again.

Nothing is changed here. A text that only *speaks* of such damage (an article on mojibake that
quotes 锟斤拷) is not damaged.

Characters may also have vanished: Big5 that was read as GBK has four characters in ten in GBK's
private use; a program that drops those leaves a text of which every character that is left is
forced, and which is ruined all the same. What shows it is what is missing: a long text without a
single private-use character is none that such a reader has made and nobody has thinned out. UTF-8
breaks where bytes are gone, so its decoder sees that by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from crawler.text.chinese.costs import NOTHING as NO_CONTEXT
from crawler.text.chinese.costs import bits_after, codes_of, each
from crawler.text.chinese.script import simplified_forms
from crawler.text.mojibake.context import about_code
from crawler.text.mojibake.readers import paired
from crawler.text.mojibake.rule import Edit
from crawler.text.tables import GB2312_LEVEL_1

VANISHED: Final = "characters-dropped"
"""The name of damage of which nothing is left to see."""

_PAIRED: Final = ("gb18030", "big5hkscs")
_PAGES: Final = ("gbk", "gb18030", "big5", "big5hkscs", "cp949")
_TRACES: Final = re.compile("[\ue000-\uf8ff\ufffd?]")
_WIDE: Final = re.compile("[\u3000-\u9fff]")
_FEW: Final = 0.25  # of the traces that are to be expected; fewer are none
_EVEN: Final = 0.5  # chance of a text without traces that is whole, below which it may not be
_SLIGHT: Final = 0.01  # ... below which it is not


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of loss in a text.

    Attributes:
        damage: Its name.
        spans: Where it is, start and end, in order.
        hopeless: True if so much is lost that what is left is not worth keeping.
    """

    damage: str
    spans: tuple[tuple[int, int], ...]
    hopeless: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    damage: str
    pattern: re.Pattern[str]
    share: float  # of the characters that are not ASCII, from which on the text is hopeless
    is_quotable: bool  # True for hanzi that a text may show as an example
    fewest: int = 1  # characters that the longest span has at least


_KINDS: Final = (
    # UTF-8's U+FFFD, EF BF BD, two by two read as GBK: what was there before is gone.
    # Fewer than three of the hanzi are those of a name.
    _Kind("utf8-lost-then-read-as-gbk", re.compile("[斤拷]{0,2}锟[锟斤拷]+"), 0.1, True, 3),
    _Kind("replacement-characters", re.compile("\ufffd+"), 0.2, False),
    # Fresh memory of a Windows program, CC CC and CD CD, read as GBK.
    _Kind("memory-read-as-gbk", re.compile("烫{4,}|屯{4,}"), 0.2, True),
)
# UTF-8 read as Latin-1: a first byte (ã to é, of hanzi and their marks) before one that follows.
# Such letters stand before signs nowhere else, and not in such numbers. What still looks so is
# what no repair could read: its control characters are gone.
_WESTERN_PAIR = re.compile("[\xe3-\xe9][\xa1-\xbf]")
_WESTERN_RUN = re.compile("[\xa1-\xff\u2018-\u201d](?:[\0-\x7f]{0,4}[\xa1-\xff\u2018-\u201d])*")
_FEWEST_PAIRS: Final = 4
_WESTERN_SHARE: Final = 0.08  # pairs for each character that is not ASCII
_LONG_RUN: Final = 8
# A program that had no place for hanzi writes a question mark for each.
_QUESTIONS = re.compile(r"\?{4,}")
_MOSTLY_QUESTIONS: Final = 0.5
_CHANCE_PAIRS = re.compile("[\xa1-\u07ff]")  # what GBK's bytes give where they happen to be UTF-8
_FAMOUS: Final = ("锟斤拷", "烫烫烫", "屯屯屯", "锘锘锘", "葺葺葺")
_QUOTED: Final = ("“锟斤拷”", "「锟斤拷」", "‘锟斤拷’", "“烫烫烫”", "「燙燙燙」")
_LONGEST_TALK: Final = 60
_SHORT_EXAMPLE: Final = 8  # characters
_ASKING = re.compile("为什么|为何|怎么|怎样|如何|请问|是什么|什么是|什么意思|的梗")
_MOST_SPANS: Final = 1000
_LOSSES: Final = "\ufffd?"
_MARK = re.compile("[\u2010-\u2026\u3000-\u301f\uff01-\uff5e·]")
_FEW_EVERYDAY: Final = 3  # hanzi beside a loss
_CLEAN: Final = 10.0  # bits a character of more of them
_ASCII = re.compile("[\0-\x7f]+")


def losses(text: str) -> Iterator[Loss]:
    """The kinds of loss that ``text`` shows; linear, never raises."""
    size = len(_ASCII.sub("", text)) or 1
    for kind in _KINDS:
        spans = [found.span() for found in kind.pattern.finditer(text)]
        if max((end - start for start, end in spans), default=0) < kind.fewest:
            continue
        share = sum(end - start for start, end in spans) / size
        if kind.is_quotable and (_is_talk(text) or (share < 0.5 and _is_about(text, spans))):
            continue
        yield Loss(
            _exact_name(kind.damage, text, share), tuple(spans[:_MOST_SPANS]), share >= kind.share
        )
    questions = [found.span() for found in _QUESTIONS.finditer(text)]
    if sum(end - start for start, end in questions) > _MOSTLY_QUESTIONS * len(text):
        yield Loss("question-marks", tuple(questions[:_MOST_SPANS]), hopeless=True)


def unread_utf_8(text: str) -> Iterator[Loss]:
    """UTF-8 shown as Latin-1 letters, in a finished text: no repair could read it."""
    size = len(_ASCII.sub("", text)) or 1
    pairs = len(_WESTERN_PAIR.findall(text)) if "\xe4" in text or "\xe5" in text else 0
    if pairs < _FEWEST_PAIRS or about_code(text):
        return
    runs = [run.span() for run in _WESTERN_RUN.finditer(text)]
    spans = [(start, end) for start, end in runs if end - start >= _LONG_RUN]
    inside = sum(end - start for start, end in spans)
    if spans and pairs >= _WESTERN_SHARE * inside:
        yield Loss("utf8-read-as-latin1", tuple(spans[:_MOST_SPANS]), inside >= 0.5 * size)


def _exact_name(damage: str, text: str, share: float) -> str:
    """GBK that was read as UTF-8 shows chance letters of other scripts between its losses."""
    if damage == "replacement-characters" and share > 0.4 and _CHANCE_PAIRS.search(text):
        return "gbk-read-as-utf8"
    return damage


def _is_talk(text: str) -> bool:
    """Whether a short text quotes 锟斤拷, or names several of the famous examples beside it."""
    is_named = any(name in text for name in _QUOTED) or sum(name in text for name in _FAMOUS) > 1
    return is_named and len(text) <= _LONGEST_TALK


def _is_about(text: str, spans: list[tuple[int, int]]) -> bool:
    """Whether the text speaks of what ``spans`` show: of code, in quotation marks, or asking about it."""
    if about_code(text) or all(
        text[start - 1 : start] in tuple("“‘\"'「（(") for start, _ in spans
    ):
        return True
    shown = sum(end - start for start, end in spans)
    return shown <= _SHORT_EXAMPLE and _ASKING.search(text) is not None


def is_clean_beside_loss(seen: str) -> bool:
    """Whether all that was seen beside lost characters is a few everyday hanzi, as clean text has them.

    A character is lost in clean text too, and what stands beside it are bytes of something by chance.

    >>> is_clean_beside_loss("\ufffd吧"), is_clean_beside_loss("\ufffd潯"), is_clean_beside_loss("吧")
    (True, False, False)
    """
    rest = [char for char in seen if char not in _LOSSES]
    if len(rest) == len(seen):
        return False
    wide = "".join(char for char in rest if char > "\x7f")
    if not all(_MARK.match(char) or _is_everyday(char) for char in wide):
        return False
    return len(wide) <= _FEW_EVERYDAY or float(each(wide).mean()) <= _CLEAN


def _is_everyday(char: str) -> bool:
    code = simplified_forms().get(char, char).encode("gb2312", "ignore")
    return bool(code) and code[0] in GB2312_LEVEL_1


class Vanished(NamedTuple):
    """What has vanished from a span.

    Attributes:
        share: The share of its characters that is gone; 0 if it may be whole.
        is_excluded: Whether it is likelier than not that none is gone.
    """

    share: float
    is_excluded: bool


NOTHING: Final = Vanished(0.0, is_excluded=True)


def vanished(seen: str, edit: Edit, real: str, shown: str) -> Vanished:
    """What has vanished from ``seen``, which ``edit`` reads as ``real`` that was shown as ``shown``.

    Where the channel is not one of two-byte code pages, nothing can be told and nothing is said.
    """
    if real not in _PAIRED or shown not in _PAGES or real == shown:
        return NOTHING
    share = _share(real, shown)
    guessed = sum(guess.length for guess in edit.guesses if guess.candidates)
    size = len(_WIDE.findall(edit.text)) - guessed
    expected = share / (1 - share) * size
    if size <= 0 or len(_TRACES.findall(seen)) > _FEW * expected:
        return NOTHING
    chance = (1 - share) ** size
    return Vanished(share if chance < _SLIGHT else 0.0, is_excluded=chance > _EVEN)


@cache
def _share(real: str, shown: str) -> float:
    """The share of characters of ``real`` in running text that ``shown`` has no character for."""
    kept: list[str] = []
    gone: list[str] = []
    page = paired("gb18030" if shown == "gbk" else shown)
    for pair, char in paired(real).items():
        if _WIDE.match(char):
            is_gone = pair not in page or bool(_TRACES.match(page[pair]))
            (gone if is_gone else kept).append(char)
    missing, there = _weight(gone), _weight(kept)
    return missing / (missing + there)


def _weight(chars: list[str]) -> float:
    """How often the characters stand in a text, together."""
    codes = codes_of("".join(chars))
    return float(np.exp2(-bits_after(np.full(len(codes), NO_CONTEXT, np.uint64), codes)).sum())
