"""Sum up a text in one digest and sixteen numbers.

The digest finds the texts that are the same in their canonical form. The numbers, the *keys*,
find the ones that are nearly the same: they are the sixteen smallest hashes of the text's 8-character
shingles, so that two texts share a key about as often as they share a shingle, wherever it
stands and however long the rest is.

Pure functions: text in, values out. Where the keys are kept is the caller's business. A database needs
one narrow table for them, as a key and its text's number are packed into one integer::

    bit  62 ........ 56 55 ................ 26 25 ............ 0
         quarter (7)    key (30)               text's number (26)

All texts that have a key are then one range of integers, and the newest are its upper end. The
quarter in front is optional: with it, the part of the table in which new rows land has the size of
one quarter however much is stored. Bit 63 stays clear: the numbers are positive in any database.

A shingle is ``k`` neighbouring characters. Its hash is a polynomial of the code points, mixed by
splitmix64 so that every bit depends on every character. All of it runs on whole numpy arrays:
making 1,300 Python strings would cost more than all the arithmetic here.

The numbers are stored in databases. Changing one constant changes every hash, and with it
:data:`crawler.dedup.sketch.SKETCH_VERSION`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from crawler.text.chinese.script import VERSION as CANONICAL_VERSION
from crawler.text.chinese.script import canonical

Hashes: TypeAlias = npt.NDArray[np.uint64]

HASH_VERSION = 1

# Any odd multiplier works; this one is the golden ratio in 64 bits, as in splitmix64's own step.
_BASE = 0x9E3779B97F4A7C15
_POWERS = {width: np.uint64(pow(_BASE, width, 2**64)) for width in range(1, 17)}

# The finaliser of splitmix64 (Steele, Lea, Flood 2014; public-domain code of Vigna 2015).
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)


def code_points(text: str) -> Hashes:
    """Give the code points of ``text``, lone surrogates included, one number a character."""
    raw = text.encode("utf-32-le", "surrogatepass")
    return np.frombuffer(raw, dtype="<u4").astype(np.uint64)


def rolling(points: Hashes, k: int) -> Hashes:
    """Hash every run of ``k`` code points, in reading order, unmixed.

    Runs of 2, 4, 8 ... are joined from two halves, so that ``k`` = 8 costs three passes.

    Args:
        points: Of :func:`code_points`.
        k: Characters a shingle, 1 to 16.

    Returns:
        ``len(points) - k + 1`` numbers; none if the text is shorter than one shingle.
    """
    if len(points) < k:
        return points[:0]
    result, width = points, 1
    for bit in bin(k)[3:]:
        result = result[:-width] * _POWERS[width] + result[width:]
        width *= 2
        if bit == "1":
            result = result[:-1] * _POWERS[1] + points[width:]
            width += 1
    return result


def mix(values: Hashes) -> Hashes:
    """Spread each number over all its bits (a bijection: distinct numbers stay distinct)."""
    values = values ^ (values >> _SHIFT_1)
    values *= _MIX_1
    values ^= values >> _SHIFT_2
    values *= _MIX_2
    values ^= values >> _SHIFT_3
    return values


# Eight characters: of a new article's 8-grams, under 1 % already stand in other articles; of its
# 5-grams, 5 %. Longer ones are lost sooner when characters are edited.
KEY_SHINGLE = 8
KEYS = 16
KEY_BITS = 30
MIN_LENGTH = 100  # canonical characters; under it a text has too few shingles to be told apart

SKETCH_VERSION = f"c{CANONICAL_VERSION}-k{KEY_SHINGLE}-n{KEYS}-h{HASH_VERSION}"
"""Changes whenever a stored digest or key would; stored ones of another version are useless."""

_KEY_MASK = np.uint64(2**KEY_BITS - 1)


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is stored of a text in order to find its copies.

    Attributes:
        exact: 16 bytes, equal for texts whose canonical form is equal; empty for a text
            without a letter or digit, which is nobody's copy.
        keys: At most 16 different numbers below 2**30, in no order that means anything; empty
            for a text under 100 canonical characters.
        length: Canonical characters.
    """

    exact: bytes
    keys: tuple[int, ...]
    length: int


def sketch(text: str) -> Sketch:
    """Sum up any ``text``.

    >>> sketch("人民网济南3月25日电") == sketch("人民網濟南 ３月２５日電")
    True
    >>> sketch("人民网济南3月25日电").keys
    ()
    """
    return sketch_of_canonical(canonical(text), text)


def sketch_of_canonical(letters: str, text: str = "") -> Sketch:
    """Sum up a text whose canonical form is known already.

    Args:
        letters: The canonical form.
        text: The text itself; looked at only if there is little in the canonical form.
    """
    return Sketch(_digest(letters, text), _keys(letters), len(letters))


def _digest(letters: str, text: str) -> bytes:
    """Hash the canonical form, or the text itself where that is mostly in another script.

    The canonical form holds Han and digits only. Two English pages would both be empty in it,
    two Korean ones a handful of dates, and neither is a copy of the other.
    """
    if len(letters) < MIN_LENGTH:
        plain = "".join(filter(str.isalnum, text[: 64 * MIN_LENGTH]))
        if len(plain) > 2 * len(letters):
            letters = "\0" + "".join(text.split())
    if not letters:
        return b""
    return blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _keys(letters: str) -> tuple[int, ...]:
    """Give the low bits of the smallest hashes.

    The *low* bits: that they are the smallest has used up the high ones.
    """
    if len(letters) < MIN_LENGTH:
        return ()
    hashes = mix(rolling(code_points(letters), KEY_SHINGLE))
    smallest: Hashes = _smallest(hashes) & _KEY_MASK
    return tuple(dict.fromkeys(smallest.tolist()))


def _smallest(hashes: Hashes) -> Hashes:
    """Give the smallest different hashes, at most :data:`KEYS` of them, ascending."""
    window = 4 * KEYS  # room for repeated shingles; a text of refrains takes the long way
    if len(hashes) > window:
        few = np.unique(np.partition(hashes, window)[:window])
        if len(few) >= KEYS:
            return few[:KEYS]
    return np.unique(hashes)[:KEYS]


NUMBER_BITS = 26
LARGEST_NUMBER: int = 2**NUMBER_BITS - 1  # 67 million texts
NO_QUARTER = 0
_QUARTERS = 2**7 - 1


def quarter_of(day: date | None) -> int:
    """Give the quarter of a publication day, 1 to 127, or 0 without a day.

    The numbers come round again after 127 quarters, almost 32 years. That two articles so far apart
    are looked up together costs a little time and nothing else.

    >>> quarter_of(date(2024, 3, 31)), quarter_of(date(2024, 4, 1))
    (96, 97)
    """
    if day is None:
        return NO_QUARTER
    return (day.year * 4 + (day.month - 1) // 3) % _QUARTERS + 1


def quarters_around(day: date | None) -> tuple[int, ...]:
    """Give the quarters in which copies of an article of that day are looked for.

    Its own, the one before, the one after, and the texts without a day.
    """
    if day is None:
        return (NO_QUARTER,)
    own = quarter_of(day) - 1
    return (own + 1, (own - 1) % _QUARTERS + 1, (own + 1) % _QUARTERS + 1, NO_QUARTER)


def pack(key: int, number: int, quarter: int = NO_QUARTER) -> int:
    """Join a key, the number of the text that has it, and perhaps a quarter.

    Raises:
        ValueError: If ``number`` does not fit, which is to say that the database is full.

    >>> pack(3, 5) == (3 << 26) + 5
    True
    """
    if not 0 <= number <= LARGEST_NUMBER:
        raise ValueError(f"text number {number}: fingerprints hold 0 to {LARGEST_NUMBER} only")
    return quarter << (KEY_BITS + NUMBER_BITS) | key << NUMBER_BITS | number


def key_range(key: int, quarter: int = NO_QUARTER) -> tuple[int, int]:
    """Give the first and the last integer under which texts with this key can stand."""
    first = pack(key, 0, quarter)
    return first, first | LARGEST_NUMBER


def number_of(packed: int) -> int:
    """Give the text's number back.

    >>> number_of(pack(2**30 - 1, 77, 127))
    77
    """
    return packed & LARGEST_NUMBER


def key_of(packed: int) -> int:
    """Give the key back, without the quarter.

    >>> key_of(pack(5, 77, 127))
    5
    """
    return packed >> NUMBER_BITS & (1 << KEY_BITS) - 1
