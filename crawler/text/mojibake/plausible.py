"""What the rules for escapes share: is the result Chinese, and was the escape meant to be seen?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from crawler.text.chinese.costs import cost
from crawler.text.mojibake.context import about_code, is_meant, shown_on_purpose
from crawler.text.mojibake.rule import Edit

RARE_WORDS: Final = 16.5
"""Bits a character of rare words and names: enough where the code is hardly ever chance."""

PLAUSIBLE: Final = 13.5
"""Bits a character of ordinary words, for codes that any bytes are."""

FORBIDDEN: Final = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that text must not have; an escape of one of them is left."""

HANZI: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")

_IN_CHINESE = re.compile(
    "[\u00a5-\u00b7\u00d7\u2010-\u203b\u2100-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffe5\U00020000-\U0003ffff]"
)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]+")


def reads_well(new: str, limit: float = RARE_WORDS) -> bool:
    """Whether ``new`` is plausible Chinese, or typographic marks at least."""
    above = [char for char in _EMOJI.sub("", new) if char > "\u00a0"]
    if not any(map(_IN_CHINESE.match, above)):
        return False
    return cost("".join(above)) <= limit * max(2, len(above))


def is_emoji(new: str) -> bool:
    """Whether ``new`` is nothing but emoji."""
    return bool(new) and not _EMOJI.sub("", new)


def decoded(code: bytes, codecs: Iterable[str] = ("utf-8", "gb18030", "big5hkscs")) -> str:
    """The first plausible text of ``code``; empty if no codec gives one."""
    for codec in codecs:
        try:
            new = code.decode(codec)
        except UnicodeDecodeError:
            continue
        limit = RARE_WORDS if codec == "utf-8" else PLAUSIBLE
        if not FORBIDDEN.search(new.replace("\r", "")) and reads_well(new, limit):
            return new
    return ""


def unless_shown(text: str, edits: Sequence[Edit]) -> Sequence[Edit]:
    """``edits``, unless they are examples in a text about such things."""
    if not edits or shown_on_purpose(text, edits) or is_meant(text, edits):
        return ()
    return edits


def unless_explained(text: str, edits: Sequence[Edit]) -> Sequence[Edit]:
    """The same for escapes that look like code themselves: they do not count as talk of code."""
    if not edits or is_meant(text, edits):
        return ()
    rest = outside(text, edits)
    restored = sum(len(HANZI.findall(edit.text)) for edit in edits)
    is_talk = about_code(rest) and restored <= len(HANZI.findall(rest))
    return () if is_talk else edits


def outside(text: str, edits: Sequence[Edit]) -> str:
    """What ``edits`` leave alone, a space for each of them."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += text[at : edit.start], " "
        at = edit.end
    return "".join((*parts, text[at:]))


def apart(found: Iterable[Edit]) -> list[Edit]:
    """In order, without what overlaps an earlier one: ``& #20154;`` ends in ``#20154;``."""
    kept: list[Edit] = []
    for edit in sorted(found, key=lambda edit: (edit.start, -edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def applied(text: str, edits: Sequence[Edit]) -> str:
    """``text`` after ``edits``."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += text[at : edit.start], edit.text
        at = edit.end
    return "".join((*parts, text[at:]))
