"""What the program keeps in English rows, said in Chinese: reasons, details, messages of alerts.

Rows hold one English sentence, so that a program can read it and a log stays one language. The
table ``wording.toml`` has the Chinese of each: ``{}`` stands for what differs, a name, a number or
another sentence of the table. What is not in it is a quotation (of a library, of the site) and
stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

# A detail has 500 characters at most; what is longer is no sentence of ours.
_LONGEST = 1_000
_DEEPEST = 3
_NAME = re.compile(r"[a-z]+(?:_[A-Za-z0-9]+)*")


def reason(name: str) -> str:
    """The Chinese of a failure's reason; the name itself if there is none.

    >>> reason("http_404"), reason("extraction_title"), reason("error_KeyError")
    ('页面不存在（404）', '提取失败：缺标题', '程序错误（KeyError）')
    """
    known = _table()["reasons"]
    if name in known:
        return str(known[name])
    kind, _, rest = name.partition("_")
    family = known.get(f"{kind}_")
    return str(family).format(rest) if family and rest else name


def said(text: str) -> str | None:
    """The Chinese of a sentence that a row holds; ``None`` if it is not one of the table.

    >>> said("status 503")
    '状态码 503'
    """
    return _said(text, _DEEPEST)


def _said(text: str, depth: int) -> str | None:
    if len(text) > _LONGEST:
        return None
    for pattern, chinese in _sentences():
        if found := pattern.fullmatch(text):
            parts = [_part(part, depth) for part in found.groups()]
            return chinese.format(*parts)
    return None


def _part(text: str, depth: int) -> str:
    """What stands in a gap: a sentence, a word, a list of words with numbers, or as it is."""
    if depth and (inner := _said(text, depth - 1)):
        return inner
    items = text.split(", ")
    return "、".join(_word(item) for item in items) if len(items) > 1 else _word(text)


def _word(text: str) -> str:
    """A word of the table or a reason, alone or with a number behind it."""
    words: Mapping[str, str] = _table()["words"]
    if text in words:
        return words[text]
    if _NAME.fullmatch(text):
        return reason(text)
    head, blank, number = text.rpartition(" ")
    if blank and number.rstrip("%").isdigit() and (head in words or _NAME.fullmatch(head)):
        return f"{_word(head)} {number}"
    return text


@cache
def _table() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("wording.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns with their Chinese; the one that says most itself is tried first."""
    pairs: Mapping[str, str] = _table()["sentences"]
    ordered = sorted(pairs.items(), key=lambda pair: -len(pair[0].replace("{}", "")))
    return tuple((_pattern(english), chinese) for english, chinese in ordered)


def _pattern(english: str) -> re.Pattern[str]:
    """``{}`` is a gap; a brace that is meant is doubled, as for :meth:`str.format`."""
    pieces = (piece.replace("{{", "{").replace("}}", "}") for piece in english.split("{}"))
    return re.compile("(.*?)".join(map(re.escape, pieces)), re.DOTALL)
