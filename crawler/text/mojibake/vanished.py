"""Whether characters have vanished from a text that was read wrongly, and left no trace.

Big5 that was read as GBK has four characters in ten in GBK's private use; a program that drops
those leaves a text of which every character that is left is forced, and which is ruined all the
same. What shows it is what is missing: a long text without a single private-use character is none
that such a reader has made and nobody has thinned out. UTF-8 breaks where bytes are gone, so its
decoder sees that by itself.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from crawler.text.chinese.costs import NOTHING as NO_CONTEXT
from crawler.text.chinese.costs import bits_after, codes_of
from crawler.text.mojibake.readers import paired
from crawler.text.mojibake.rule import Edit

VANISHED: Final = "characters-dropped"
"""The name of damage of which nothing is left to see."""

_PAIRED: Final = ("gb18030", "big5hkscs")
_PAGES: Final = ("gbk", "gb18030", "big5", "big5hkscs", "cp949")
_TRACES: Final = re.compile("[\ue000-\uf8ff\ufffd?]")
_WIDE: Final = re.compile("[\u3000-\u9fff]")
_FEW: Final = 0.25  # of the traces that are to be expected; fewer are none
_EVEN: Final = 0.5  # chance of a text without traces that is whole, below which it may not be
_SLIGHT: Final = 0.01  # ... below which it is not


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
