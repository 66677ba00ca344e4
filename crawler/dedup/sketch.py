"""Sum up a text in one digest and sixteen numbers.

The digest finds the texts that are the same in their canonical form. The numbers, the *keys*,
find the ones that are nearly the same: they are the sixteen smallest hashes of the text's 8-character
shingles, so that two texts share a key about as often as they share a shingle, wherever it
stands and however long the rest is.

Pure functions: text in, values out. Where the keys are kept is the caller's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from crawler.dedup.shingles import HASH_VERSION, Hashes, code_points, mix, rolling
from crawler.text.chinese.canonical import VERSION as CANONICAL_VERSION
from crawler.text.chinese.canonical import canonical

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
