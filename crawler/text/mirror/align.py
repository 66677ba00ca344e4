"""Compare a restoration with a clean original, where one is at hand.

The original decides doubts and nothing else: a doubtful character takes the original's only if it
is one of its candidates, that is, if the damaged copy supports it. Where both agree throughout,
the restoration is verified, and says so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from crawler.items import Doubt, Repair
from crawler.text.mojibake.result import Repaired

VERIFIED: Final = "mirror-verified"

_SPACE: Final = re.compile(r"\s")
_FOLD: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LONGEST: Final = 20_000


def align(restored: Repaired, original: str) -> Repaired:
    """Settle the doubts of a restored text by its original.

    Args:
        restored: One text as :func:`crawler.text.mirror.restore` gave it.
        original: The same text, or a longer one that contains it, from a trusted copy.

    Returns:
        The same text with settled doubts taken away; with a row ``mirror-verified`` (count: the
        characters that agree) if every character that is not in doubt agrees with the original.
    """
    if not restored.damage or max(len(restored.text), len(original)) > _LONGEST:
        return restored
    settled = _settle(restored, original)
    agreeing = _agreeing(settled.text, original)
    if agreeing is None:
        return settled
    row = Repair(rule=VERIFIED, count=agreeing, lossless=True)
    kept = tuple(repair for repair in settled.repairs if repair.rule != VERIFIED)
    return replace(settled, repairs=(*kept, row))


def _settle(restored: Repaired, original: str) -> Repaired:
    chars = list(restored.text)
    open_doubts: list[Doubt] = []
    there = _counterparts(restored.text, original)
    for doubt in restored.doubts:
        char = original[there[doubt.start]] if doubt.start in there else ""
        if char and (char in doubt.candidates or char == doubt.text):
            chars[doubt.start] = char
        else:
            open_doubts.append(doubt)
    return replace(restored, text="".join(chars), doubts=tuple(open_doubts))


def _counterparts(text: str, original: str) -> dict[int, int]:
    """Places of ``text`` with the place of ``original`` that stands for them."""
    matcher = SequenceMatcher(
        None, text.translate(_FOLD), original.translate(_FOLD), autojunk=False
    )
    there: dict[int, int] = {}
    for kind, start, end, other, other_end in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and end - start == other_end - other):
            there.update(zip(range(start, end), range(other, other_end), strict=True))
    return there


def _agreeing(text: str, original: str) -> int | None:
    """Characters of ``text`` if the original contains it, width and spaces aside."""
    plain = _SPACE.sub("", text.translate(_FOLD))
    if plain and plain in _SPACE.sub("", original.translate(_FOLD)):
        return len(plain)
    return None
