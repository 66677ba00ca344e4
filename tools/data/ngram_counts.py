"""Count character n-grams: texts and word lists become sorted arrays of keys and weights.

A key packs the n characters of an n-gram, 16 bits each, the last one lowest, so that sorted keys
stand grouped by context. Digits are folded to ``0``, Latin letters to ``A``, punctuation to full
width: the statistics are about hanzi.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from crawler.text.chinese.ngrams import ORDER, fold

Keys = npt.NDArray[np.uint64]
Weights = npt.NDArray[np.float64]
Counts = dict[int, tuple[Keys, Weights]]

SPOKEN = "啊呀哦嘛哈呗嗯噢喔嘿咦哟"
LEAST = 0.03
"""To what share a character of another style is turned down."""

_SHIFT = np.uint64(16)


def spell(text: str) -> str:
    """The text as the table sees it: folded, one UTF-16 unit per character."""
    return "".join(char if char < "\U00010000" else "\ufffd" for char in fold(text))


def keys_of(units: npt.NDArray[np.uint16]) -> Keys:
    """Pack rows of n code units into keys."""
    keys = np.zeros(len(units), np.uint64)
    for column in units.T:
        keys = (keys << _SHIFT) | column.astype(np.uint64)
    return keys


def total(parts: Iterable[tuple[Keys, Weights]]) -> tuple[Keys, Weights]:
    """Sort the keys and add up the weights of equal ones."""
    parts = list(parts)
    keys = np.concatenate([keys for keys, _ in parts])
    weights = np.concatenate([weights for _, weights in parts])
    order = np.argsort(keys, kind="stable")
    keys, weights = keys[order], weights[order]
    starts = np.concatenate([[0], np.flatnonzero(keys[1:] != keys[:-1]) + 1])
    keys, weights = keys[starts], np.add.reduceat(weights, starts)
    return keys[weights > 0], weights[weights > 0]


def of_lines(lines: Iterable[str]) -> Counts:
    """N-grams of running text, line ends included."""
    units = np.frombuffer(spell("\n".join(lines)).encode("utf-16-le", "replace"), np.uint16)
    found = {}
    for n in range(1, ORDER + 1):
        rows = np.lib.stride_tricks.sliding_window_view(units, n)
        found[n] = total([(keys_of(rows), np.ones(len(rows)))])
    return found


def of_words(words: Iterable[tuple[str, float]]) -> Counts:
    """N-grams inside the words of a frequency list, per million words."""
    pairs = [(spell(word), frequency) for word, frequency in words]
    scale = 1e6 / sum(frequency for _, frequency in pairs)
    found = {}
    for n in range(1, ORDER + 1):
        seen: defaultdict[str, float] = defaultdict(float)
        for word, frequency in pairs:
            for start in range(len(word) - n + 1):
                seen[word[start : start + n]] += frequency * scale
        units = np.frombuffer("".join(seen).encode("utf-16-le", "replace"), np.uint16)
        found[n] = total([(keys_of(units.reshape(-1, n)), np.array(list(seen.values())))])
    return found


def in_style_of(counts: Counts, model: Counts) -> Counts:
    """Turn down n-grams with characters that ``model`` uses less: 啊 and 你 of a forum in news."""
    chars, ratios = _ratios(counts, model)
    adapted = {}
    for n, (keys, weights) in counts.items():
        least = np.ones(len(keys))
        for place in range(n):
            units = (keys >> np.uint64(16 * place)) & np.uint64(0xFFFF)
            least = np.minimum(least, ratios[np.searchsorted(chars, units)])
        adapted[n] = keys, weights * least
    return adapted


def _ratios(counts: Counts, model: Counts) -> tuple[Keys, Weights]:
    keys, weights = counts[1]
    other, times = model[1]
    at = np.searchsorted(other, keys)
    at[at == len(other)] = 0
    there = np.where(other[at] == keys, times[at], 0.0) + 0.5
    ratios = (there / times.sum()) / (weights / weights.sum())
    spoken = np.isin(keys, [ord(char) for char in SPOKEN])
    return keys, np.where(spoken, LEAST, np.clip(ratios, LEAST, 1.0))


def mix(parts: Iterable[tuple[Counts, float]]) -> Counts:
    """Add up several counts, each times its weight."""
    parts = list(parts)
    return {
        n: total([(counts[n][0], counts[n][1] * weight) for counts, weight in parts])
        for n in range(1, ORDER + 1)
    }
