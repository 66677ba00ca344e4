"""HTML entities that were never decoded, also those that lost a piece on the way.

Browsers decode ``&#26149`` without its semicolon. Editors put a space behind the ampersand, drop
it, or turn the semicolon into ``；``; what is broken so is read only as a character of Chinese text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Final

from crawler.text.mojibake.context import (
    FORBIDDEN,
    apart,
    applied,
    are_named_marks,
    is_chinese,
    outside_urls,
    unless_shown,
)
from crawler.text.mojibake.misread import spans
from crawler.text.mojibake.rule import Edit, Rule

# `&amp;` before the name, any number of times, is an entity that was escaped again.
_ENTITY = re.compile(
    r"&(?:(?:amp|#0*38|#[xX]0*26);){0,40}(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
)
_SURROGATES = re.compile(
    r"&#(5[56]\d{3}|[xX][dD][89abAB][0-9a-fA-F]{2});&#(5[67]\d{3}|[xX][dD][c-fC-F][0-9a-fA-F]{2});"
)
_NUMBER: Final = "#(?:\\d{4,6}|[xX][0-9a-fA-F]{4,5})"
_UNCLOSED = re.compile(rf"&({_NUMBER})(?![0-9A-Za-z;；])|&(#\d{{4,6}})(?=[A-Za-z])")
# Digits of the text behind it: no hanzi has more digits than this, no mark so many.
_BEFORE_DIGITS = re.compile(
    r"&(?:(#(?:1[3-9]|[23]\d|40)\d{3})|(#82\d\d)|(#[xX][4-9][0-9a-fA-F]{3}))(?=[0-9A-Fa-f])"
)
_ODDLY_CLOSED = re.compile(rf"&({_NUMBER})；")
_SPACED = re.compile(rf"& ({_NUMBER});")
_BARE = re.compile(rf"(?:(?<!&){_NUMBER};)+")
_BARE_ROW = re.compile(rf"(?:(?<!&){_NUMBER};){{2}}")
_EACH_NUMBER = re.compile(_NUMBER)
_IN_CHINESE_TEXT = re.compile(
    "[\u00b7\u2014\u2018-\u201d\u2026\u3001-\u3017\u3400-\u9fff\uff01-\uff5e\U0001f300-\U0003ffff]"
)
_C1 = re.compile("[\x80-\x9f]")


def _entities(text: str) -> Sequence[Edit]:
    if "#" not in text and "&" not in text:
        return ()
    edits = unless_shown(text, outside_urls(text, apart(_found(text))))
    if not edits or are_named_marks(text, edits):
        return ()
    new = applied(text, edits)
    if is_chinese(new):
        return [edit for edit in edits if not _C1.match(edit.text)]
    return edits if spans(new) else ()


def _found(text: str) -> Iterator[Edit]:
    yield from _whole(text)
    for pattern in (_UNCLOSED, _ODDLY_CLOSED, _SPACED, _BEFORE_DIGITS):
        for found in pattern.finditer(text):
            if _IN_CHINESE_TEXT.fullmatch(char := _character(found[found.lastindex or 1])):
                yield Edit(*found.span(), char)
    # One alone may be a ticket's number; but beside a row of them it is one more.
    for found in _BARE.finditer(text) if _BARE_ROW.search(text) else ():
        row = [_character(number) for number in _EACH_NUMBER.findall(found[0])]
        if all(map(_IN_CHINESE_TEXT.fullmatch, row)):
            yield Edit(*found.span(), "".join(row))


def _whole(text: str) -> Iterator[Edit]:
    """Entities with all their pieces; two surrogates are one character."""
    halves = set()
    for found in _SURROGATES.finditer(text):
        if char := _joined(*map(_value, found.groups())):
            halves |= {found.start(), found.start(2) - len("&#")}
            yield Edit(*found.span(), char)
    for found in _ENTITY.finditer(text):
        if found.start() not in halves and (char := _character(found[1])):
            yield Edit(*found.span(), char)


def _value(number: str) -> int:
    return int(number[1:], 16) if number[0] in "xX" else int(number)


def _joined(high: int, low: int) -> str:
    """The character of two surrogates; empty if they are none."""
    code = (high << 16 | low).to_bytes(4, "big")
    try:
        return code.decode("utf-16-be")[:1] if 0xD800 <= high < 0xDC00 else ""
    except UnicodeDecodeError:
        return ""


def _character(name: str) -> str:
    """The character that ``name`` stands for; empty if it is none, or one that text must not have."""
    try:
        char = html.unescape(f"&{name};")
    except (ValueError, OverflowError):
        return ""
    return "" if (char.startswith("&") and len(char) > 1) or FORBIDDEN.search(char) else char


ENTITIES: Final = (
    Rule("html-entities", "characters written as HTML entities, also broken ones, also escaped twice or more", True,
         (("&#20154;&#x6C11;&ldquo;&amp;#26085;&#25253;&amp;rdquo;", "人民“日报”"), ("&#20154&#27665", "人民")),
         _entities),
)  # fmt: skip
