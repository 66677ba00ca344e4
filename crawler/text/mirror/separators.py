"""Full-width punctuation that was flattened to ASCII on its way through other programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_HANZI: Final = "\u3400-\u9fff"
_CLOSING: Final = "”’》」』】〕）"
_OPENING: Final = "“‘《「『【〔（"

FLAT_COMMA: Final = re.compile(rf"[{_HANZI}{_CLOSING}],\s?[{_HANZI}{_OPENING}0-9]")
"""A half-width comma where only a full-width one is written."""

_MARK: Final = re.compile(
    rf"(?<=[{_HANZI}{_CLOSING}\])%])[,;:!?](?!/)|(?<=[0-9A-Za-z])[,;:!?](?=[{_HANZI}{_OPENING}])"
)
_BRACKETS: Final = re.compile(r"\(([^()]{1,60})\)")
_ANY_HANZI: Final = re.compile(f"[{_HANZI}]")


def is_flat(texts: Sequence[str]) -> bool:
    """Whether full-width commas are missing where there should be some, or none can be expected."""
    return not any("，" in text for text in texts)


def widen(text: str) -> tuple[str, int]:
    """Give marks beside hanzi their full width back; also how many. The length stays.

    >>> widen("济南市(章丘区),共1,200件:99.2%,第2位")
    ('济南市（章丘区），共1,200件：99.2%，第2位', 5)
    """
    wide = _BRACKETS.sub(_widen_brackets, text)
    wide = _MARK.sub(lambda match: chr(ord(match[0]) + 0xFEE0), wide)
    return wide, sum(a != b for a, b in zip(text, wide, strict=True))


def _widen_brackets(match: re.Match[str]) -> str:
    return f"（{match[1]}）" if _ANY_HANZI.search(match[1]) else match[0]
