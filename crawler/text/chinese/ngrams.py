"""How likely a character is after the three before it: statistics of modern written Chinese.

A pruned 4-gram back-off model over simplified text, built by ``tools/data/make_ngrams.py`` from the
sources named in ``text/data/NGRAMS.md`` and kept in ``ngrams.bin`` beside it; it is read on first
use. Probabilities are costs in bits (``-log2``), stored in steps of 1/12 bit.
"""

from __future__ import annotations

import io
from bisect import bisect_left
from functools import cache, cached_property
from importlib import resources
from typing import Final

import numpy as np
import numpy.typing as npt
import zstandard

ORDER: Final = 4
STEP: Final = 1 / 12
"""Bits per step of a stored cost."""

Keys = npt.NDArray[np.uint64]
Bits = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]

_SHIFT: Final = np.uint64(16)
_MASKS: Final = {n: (1 << 16 * n) - 1 for n in range(1, ORDER + 1)}
MASKS: Final = {n: np.uint64((1 << 16 * n) - 1) for n in range(1, ORDER + 1)}

_FOLD: Final = {
    **{ord(digit): "0" for digit in "0123456789０１２３４５６７８９"},
    **{ord(chr(base + i)): "A" for base in (0x41, 0x61, 0xFF21, 0xFF41) for i in range(26)},
    **{ord(half): chr(ord(half) + 0xFEE0) for half in ",!?:;()%"},
    ord("<"): "\n",
}


def fold(text: str) -> str:
    """Digits become ``0``, Latin letters ``A``, ASCII punctuation full width, ``<`` a line end."""
    return text.translate(_FOLD)


class Ngrams:
    """The table: for each order the sorted keys, their costs, and the cost of backing off."""

    def __init__(self, levels: dict[int, tuple[Keys, Bits, Bits]], floor: float) -> None:
        self._levels = levels
        self.floor = floor

    def bits(self, keys: Keys, n: int = ORDER) -> Bits:
        """Cost of the last character of each key, given the ``n - 1`` before it."""
        known, costs, _ = self._levels[n]
        at = known.searchsorted(keys)
        at[at == len(known)] = 0
        result = costs[at]
        (missing,) = (known[at] != keys).nonzero()
        if not len(missing):
            return result
        if n == 1:
            result[missing] = self.floor
        else:
            rest = keys[missing]
            result[missing] = self._backoff(rest >> _SHIFT, n - 1)
            result[missing] += self.bits(rest & MASKS[n - 1], n - 1)
        return result

    def bits_in(self, contexts: Keys, owners: Rows, units: Keys) -> Bits:
        """Cost of each of ``units`` in the one of ``contexts``, of three, whose row ``owners`` names.

        Where each context has many characters, this asks for it once.
        """
        keys = (contexts << _SHIFT)[owners] | units
        result = np.full(len(keys), self.floor, np.float32)
        orders = np.zeros(len(keys), np.uint8)
        left = np.arange(len(keys))
        for n in range(ORDER, 0, -1):
            known, costs, _ = self._levels[n]
            part = keys[left] & MASKS[n]
            at = known.searchsorted(part)
            at[at == len(known)] = 0
            is_known = known[at] == part
            found = left[is_known]
            result[found] = costs[at[is_known]]
            orders[found] = n
            left = left[~is_known]
            if not len(left):
                break
        for n in range(1, ORDER):
            (shorter,) = (orders <= n).nonzero()
            if len(shorter):
                result[shorter] += self._backoff(contexts & MASKS[n], n)[owners[shorter]]
        return result

    def bits_of(self, key: int, n: int = ORDER) -> float:
        """The same for one key; for a handful of keys this is faster."""
        total = 0.0
        for order in range(n, 0, -1):
            known, costs, _ = self._views[order]
            part = key & _MASKS[order]
            at = bisect_left(known, part)
            if at < len(known) and known[at] == part:
                return total + costs[at]
            if order > 1:
                shorter, _, backs = self._views[order - 1]
                at = bisect_left(shorter, part >> 16)
                if at < len(shorter) and shorter[at] == part >> 16:
                    total += backs[at]
        return total + self.floor

    @cached_property
    def _views(self) -> dict[int, tuple[memoryview, memoryview, memoryview]]:
        return {
            n: (keys.data, costs.data, backs.data)
            for n, (keys, costs, backs) in self._levels.items()
        }

    def _backoff(self, contexts: Keys, n: int) -> Bits:
        known, _, backs = self._levels[n]
        at = known.searchsorted(contexts)
        at[at == len(known)] = 0
        return np.where(known[at] == contexts, backs[at], np.float32(0))

    def successors(self, context: int, n: int, limit: int) -> npt.NDArray[np.uint16]:
        """The likeliest characters seen after the last ``n - 1`` of a packed context."""
        known, costs, _ = self._levels[n]
        start = (context & int(MASKS[n - 1])) << 16
        begin, end = np.searchsorted(known, np.array([start, start + 0x10000], np.uint64))
        chars = known[begin:end].astype(np.uint16)
        if len(chars) > limit:
            chars = chars[np.argpartition(costs[begin:end], limit)[:limit]]
        return chars


def key_of(text: str) -> int:
    """Pack a short folded text, the last character lowest."""
    key = 0
    for char in text:
        key = key << 16 | min(ord(char), 0xFFFD)
    return key


def pack(levels: list[dict[str, npt.NDArray[np.generic]]], floor: float) -> bytes:
    """The inverse of :func:`unpack`, for the builder."""
    arrays = {
        f"{name}{n}": array for n, level in enumerate(levels, 1) for name, array in level.items()
    }
    stream = io.BytesIO()
    np.savez(stream, floor=np.float32(floor), **arrays)  # type: ignore[arg-type]
    return zstandard.ZstdCompressor(level=19).compress(stream.getvalue())


def unpack(data: bytes) -> Ngrams:
    """Read a packed table: per order the last characters, costs, back-offs and fan-outs."""
    raw = zstandard.ZstdDecompressor().decompress(data)
    with np.load(io.BytesIO(raw)) as stored:
        levels: dict[int, tuple[Keys, Bits, Bits]] = {}
        parents = np.zeros(1, np.uint64)
        fan_out = np.array([len(stored["chars1"])])
        for n in range(1, ORDER + 1):
            keys = (np.repeat(parents, fan_out) << _SHIFT) | stored[f"chars{n}"].astype(np.uint64)
            costs = stored[f"costs{n}"].astype(np.float32) * np.float32(STEP)
            backs = np.zeros(0, np.float32)
            if n < ORDER:
                backs = stored[f"backs{n}"].astype(np.float32) * np.float32(STEP)
                fan_out = stored[f"fans{n}"]
            levels[n] = keys, costs, backs
            parents = keys
        return Ngrams(levels, float(stored["floor"]))


@cache
def table() -> Ngrams:
    """The table that comes with the package."""
    return unpack(resources.files("crawler.text").joinpath("data/ngrams.bin").read_bytes())
