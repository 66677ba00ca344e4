"""Names of persons, which no table of n-grams can know: a surname, one or two given characters.

In news a name stands where any other name could, so the table counts them as one character
(:data:`NAME`) in running text, and by their parts: surnames after :data:`SURNAME`, the given
characters of names of three after :data:`GIVEN`, those of names of two after :data:`SHORT`.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np

from crawler.text.chinese import ngrams
from crawler.text.chinese.ngrams import Bits, Keys

NAME: Final = 0xE900
SURNAME: Final = 0xE901
GIVEN: Final = 0xE902
SHORT: Final = 0xE903

THREE: Final = 0.4
"""Bits of a name having three characters."""

TWO: Final = 2.0

_SHIFT: Final = np.uint64(16)


class Parts(NamedTuple):
    """Bits of every 16-bit unit as a part of a name."""

    surname: Bits
    first_of_two: Bits
    alone: Bits


@cache
def parts() -> Parts:
    """Costs as surname, as first given character of two, as the only one."""
    units = np.arange(0x10000, dtype=np.uint64)
    table = ngrams.table()
    surname, given, short = (
        table.bits(np.uint64(mark) << _SHIFT | units, 2) for mark in (SURNAME, GIVEN, SHORT)
    )
    return Parts(surname, given + np.float32(THREE), short + np.float32(TWO))


def second(first: Keys, units: Keys) -> Bits:
    """Bits of second given characters after first ones."""
    return ngrams.table().bits(np.uint64(GIVEN) << np.uint64(32) | first << _SHIFT | units, 3)


def here(contexts: Keys) -> Bits:
    """Bits of a name standing after packed contexts."""
    return ngrams.table().bits(contexts << _SHIFT | np.uint64(NAME))
