"""Cut a canonical text into overlapping pieces and hash them, without cutting a single string.

A shingle is ``k`` neighbouring characters. Its hash is a polynomial of the code points, mixed by
splitmix64 so that every bit depends on every character. All of it runs on whole numpy arrays:
making 1,300 Python strings would cost more than all the arithmetic here.

The numbers are stored in databases. Changing one constant changes every hash, and with it
:data:`crawler.dedup.sketch.SKETCH_VERSION`.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

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
