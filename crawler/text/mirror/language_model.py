"""What is likely here: the table of n-grams together with what the document itself says.

A document repeats its names and its subject. Where it used the same two, three or four characters
before, its own statistics are mixed into those of the table, so that a name that is intact
anywhere is recovered where it is broken.

Names of persons no table can know. In news a name stands where any other name could, so the table
counts them as one character (:data:`NAME`) in running text, and by their parts: surnames after
:data:`SURNAME`, the given characters of names of three after :data:`GIVEN`, those of names of two
after :data:`SHORT`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.text.chinese import ngrams
from crawler.text.chinese.ngrams import Bits, Keys

NAME: Final = 0xE900
SURNAME: Final = 0xE901
GIVEN: Final = 0xE902
SHORT: Final = 0xE903

_THREE: Final = 0.4  # bits of a name having three characters
_TWO: Final = 2.0

CONTEXT: Final = ngrams.ORDER - 1

SHARE: Final = {2: 0.08, 3: 0.3, 4: 0.5}
"""Weight of the document's statistics by the length of the n-gram that it has seen."""

EDGE: Final = "\n\n\n"
"""What stands before a text that begins."""

_SHIFT: Final = np.uint64(16)


class LanguageModel:
    """Costs in bits, under the table and the intact texts of one document."""

    def __init__(self, intact: Sequence[str] = ()) -> None:
        self._intact = intact

    @cached_property
    def _own(self) -> dict[int, tuple[Keys, npt.NDArray[np.float32]]]:
        """For each order the n-grams that the document holds, and their conditional frequency."""
        text = ngrams.fold("\n".join((EDGE, *self._intact, "")))
        units = np.frombuffer(text.encode("utf-16-le", "replace"), np.uint16).astype(np.uint64)
        keys, counts = np.unique(units, return_counts=True)
        found: dict[int, tuple[Keys, npt.NDArray[np.float32]]] = {}
        packed = units
        for n in range(2, ngrams.ORDER + 1):
            packed = (packed[:-1] << _SHIFT) | units[n - 1 :]
            longer, times = np.unique(packed, return_counts=True)
            of_context = counts[np.searchsorted(keys, longer >> _SHIFT)]
            found[n] = longer, (times / of_context).astype(np.float32)
            keys, counts = longer, times
        return found

    def bits(self, keys: Keys) -> Bits:
        """Bits of the last character of each packed 4-gram after the other three."""
        bits = ngrams.table().bits(keys)
        if not self._intact:
            return bits
        left = np.ones(len(keys), bool)
        for n in range(ngrams.ORDER, 1, -1):
            known, given = self._own[n]
            part = keys & ngrams.MASKS[n]
            at = np.searchsorted(known, part)
            at[at == len(known)] = 0
            hit = np.flatnonzero(left & (known[at] == part))
            share = np.float32(SHARE[n])
            bits[hit] = -np.log2((1 - share) * np.exp2(-bits[hit]) + share * given[at[hit]])
            left[hit] = False
        return bits

    def costs(self, pieces: Sequence[tuple[int, str]]) -> list[float]:
        """Bits of each text after its packed context, ``(context, text)``."""
        keys: list[int] = []
        for key, text in pieces:
            for char in ngrams.fold(text):
                key = (key & 0xFFFFFFFFFFFF) << 16 | min(ord(char), 0xFFFD)
                keys.append(key)
        bits = iter(self.bits(np.array(keys, np.uint64)).tolist() if keys else ())
        return [sum(islice(bits, len(text))) for _, text in pieces]

    def likely_next(self, before: int, limit: int) -> npt.NDArray[np.uint16]:
        """Characters that the table or the document has seen after a packed context."""
        found = [ngrams.table().successors(before, n, limit) for n in (4, 3, 2)]
        if self._intact:
            for n, (known, _) in self._own.items():
                start = (before & int(ngrams.MASKS[n - 1])) << 16
                ends = np.searchsorted(known, np.array([start, start + 0x10000], np.uint64))
                found.append(known[ends[0] : ends[1]].astype(np.uint16))
        return np.unique(np.concatenate(found))


def context(before: str) -> int:
    """The last characters of a text, folded and packed, filled up where it begins."""
    return ngrams.key_of(ngrams.fold((EDGE + before[-CONTEXT:])[-CONTEXT:]))


class NameParts(NamedTuple):
    """Bits of every 16-bit unit as a part of a name."""

    surname: Bits
    first_of_two: Bits
    alone: Bits


@cache
def name_parts() -> NameParts:
    """Costs as surname, as first given character of two, as the only one."""
    units = np.arange(0x10000, dtype=np.uint64)
    table = ngrams.table()
    surname, given, short = (
        table.bits(np.uint64(mark) << _SHIFT | units, 2) for mark in (SURNAME, GIVEN, SHORT)
    )
    return NameParts(surname, given + np.float32(_THREE), short + np.float32(_TWO))


def second_given(first: Keys, units: Keys) -> Bits:
    """Bits of second given characters after first ones."""
    return ngrams.table().bits(np.uint64(GIVEN) << np.uint64(32) | first << _SHIFT | units, 3)


def name_here(contexts: Keys) -> Bits:
    """Bits of a name standing after packed contexts."""
    return ngrams.table().bits(contexts << _SHIFT | np.uint64(NAME))
