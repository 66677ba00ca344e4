"""Read open-gram's word trigram model and spell it as expected character n-gram counts.

open-gram (Debian package ``sunpinyin-data``, CC BY-SA 3.0) holds 71,760 words, 2.5 million pairs
and 1 million triples of modern Chinese as a back-off model for an input method. A character
n-gram's expected count is the sum of the probabilities of the word sequences that spell it.

The layout of ``lm_sc.t3g``: order, flag and level sizes (u32), 65,536 probabilities and 16,384
back-off weights (f32), then one array of nodes per level, each ended by a sentinel. A node is
three u32: word id (18 bits) and back-off index (14); probability index (16) and the low half of
the first child's index (16); a link that is not needed here, and the child's high half (7 bits).
A leaf is two u32. ``pydict_sc.bin``: the words, UTF-32, each ended by a zero, in order of id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tools.data.ngram_counts import ORDER, Counts, Keys, Weights, keys_of, spell, total

Index = npt.NDArray[np.int64]

SCALE = 1e8
"""Expected counts are given per so many words."""

BOUNDARY = "\n"
"""Stands for what open-gram does not spell: numbers, sentence ends, unknown words."""

RARE = 0.5
"""A word triple that is only reached by backing off counts from this expected count on."""


@dataclass(frozen=True, slots=True)
class Model:
    """The three levels, flattened: row i of ``pairs`` is a pair of word ids with its count."""

    words: list[str]
    single: Index
    single_count: Weights
    pairs: Index
    pair_count: Weights
    pair_given: Weights
    pair_backoff: Weights
    triples: Index
    triple_count: Weights


def _without_runs(words: list[str], rows: Index) -> npt.NDArray[np.bool_]:
    """Rows in which no mark follows a mark: the forums that it was counted on are full of them."""
    mark = np.array([word in tuple("，。、；！？…") for word in words])
    return ~(mark[rows[:, :-1]] & mark[rows[:, 1:]]).any(axis=1)


def _nodes(data: bytes, offset: int, size: int) -> npt.NDArray[np.uint32]:
    return np.frombuffer(data, "<u4", size * 3, offset).reshape(size, 3)


def _parents(first_child: Index) -> Index:
    fan_out = np.diff(first_child)
    return np.repeat(np.arange(len(fan_out)), fan_out)


def _children(nodes: npt.NDArray[np.uint32], total_children: int) -> Index:
    first = ((nodes[:, 1] >> 16) | ((nodes[:, 2] >> 25) << 16)).astype(np.int64)
    first[-1] = total_children
    return first


def _words(path: Path) -> list[str]:
    data = path.read_bytes()
    start = int(np.frombuffer(data, "<u4", 3)[2])
    return [spell(word) or BOUNDARY for word in data[start:].decode("utf-32-le").split("\0")]


def read(folder: Path) -> Model:
    """Read ``lm_sc.t3g`` and ``pydict_sc.bin`` from the folder that the package installs."""
    data = (folder / "lm_sc.t3g").read_bytes()
    sizes = np.frombuffer(data, "<u4", 6)[2:].astype(int)
    prob = np.frombuffer(data, "<f4", 65536, 24).astype(float)
    back = np.frombuffer(data, "<f4", 16384, 24 + 4 * 65536).astype(float)
    offset = 24 + 4 * (65536 + 16384) + int(sizes[0]) * 12
    ones = _nodes(data, offset, sizes[1])
    twos = _nodes(data, offset + sizes[1] * 12, sizes[2])
    leaves = np.frombuffer(data, "<u4", sizes[3] * 2, offset + (sizes[1] + sizes[2]) * 12)
    leaves = leaves.reshape(-1, 2)[:-1]

    single = (ones[:-1, 0] & 0x3FFFF).astype(np.int64)
    single_count = prob[ones[:-1, 1] & 0xFFFF] * SCALE
    above = _parents(_children(ones, sizes[2] - 1))
    pairs = np.stack([single[above], (twos[:-1, 0] & 0x3FFFF).astype(np.int64)], axis=1)
    given = prob[twos[:-1, 1] & 0xFFFF]
    pair_count = single_count[above] * given
    above = _parents(_children(twos, sizes[3] - 1))
    third = (leaves[:, 0] & 0x3FFFF).astype(np.int64)
    leaf_given = prob[(leaves[:, 0] >> 18) | (((leaves[:, 1] >> 25) & 3) << 14)]
    return Model(
        words=_words(folder / "pydict_sc.bin"),
        single=single,
        single_count=single_count,
        pairs=pairs,
        pair_count=pair_count,
        pair_given=given,
        pair_backoff=back[twos[:-1, 0] >> 18],
        triples=np.column_stack([pairs[above], third]),
        triple_count=pair_count[above] * leaf_given,
    )


class _Spelling:
    """The words as a matrix of code units, so that n-grams are cut out by slicing."""

    def __init__(self, words: list[str]) -> None:
        self.length = np.array([len(word) for word in words])
        self.units = np.zeros((len(words), int(self.length.max())), np.uint16)
        for row, word in enumerate(words):
            self.units[row, : len(word)] = [min(ord(char), 0xFFFD) for char in word]

    def head(self, words: Index, size: int) -> npt.NDArray[np.uint16]:
        return self.units[words][:, :size]

    def tail(self, words: Index, size: int) -> npt.NDArray[np.uint16]:
        columns = self.length[words][:, None] - size + np.arange(size)
        return self.units[words[:, None], columns]


def _inside(model: Model, spelling: _Spelling, n: int) -> Iterator[tuple[Keys, Weights]]:
    for start in range(int(spelling.length.max()) - n + 1):
        fits = spelling.length[model.single] >= start + n
        words = model.single[fits]
        yield keys_of(spelling.units[words][:, start : start + n]), model.single_count[fits]


def _across_two(model: Model, spelling: _Spelling, n: int) -> Iterator[tuple[Keys, Weights]]:
    left, right = model.pairs.T
    for size in range(1, n):
        fits = (spelling.length[left] >= size) & (spelling.length[right] >= n - size)
        parts = [spelling.tail(left[fits], size), spelling.head(right[fits], n - size)]
        yield keys_of(np.hstack(parts)), model.pair_count[fits]


def _across_three(
    triples: Index, count: Weights, spelling: _Spelling, n: int
) -> Iterator[tuple[Keys, Weights]]:
    left, middle, right = triples.T
    for between in range(1, n - 1):
        for size in range(1, n - between):
            rest = n - between - size
            fits = spelling.length[middle] == between
            fits &= (spelling.length[left] >= size) & (spelling.length[right] >= rest)
            parts = [
                spelling.tail(left[fits], size),
                spelling.head(middle[fits], between),
                spelling.head(right[fits], rest),
            ]
            yield keys_of(np.hstack(parts)), count[fits]


def _backed_off(model: Model, spelling: _Spelling) -> Iterator[tuple[Index, Weights]]:
    """Triples that the model reaches through the pair of their last two words."""
    short = np.flatnonzero(
        (spelling.length[model.pairs[:, 1]] <= ORDER - 2) & (model.pair_count > 10 * RARE)
    )
    middle = model.pairs[short, 1]
    heads, starts = np.unique(model.pairs[:, 0], return_index=True)
    ends = np.append(starts[1:], len(model.pairs))
    where = {int(head): (int(a), int(b)) for head, a, b in zip(heads, starts, ends, strict=True)}
    for word in np.unique(middle):
        if int(word) not in where:
            continue
        begin, end = where[int(word)]
        order = begin + np.argsort(-model.pair_given[begin:end])
        before = short[middle == word]
        mass = model.pair_count[before] * model.pair_backoff[before]
        fan_out = np.searchsorted(-model.pair_given[order], -(RARE / mass))
        first = np.repeat(before, fan_out)
        step = np.arange(fan_out.sum()) - np.repeat(np.cumsum(fan_out) - fan_out, fan_out)
        second = order[step]
        triples = np.column_stack([model.pairs[first], model.pairs[second, 1]])
        yield triples, np.repeat(mass, fan_out) * model.pair_given[second]


def counts(folder: Path) -> Counts:
    """Expected counts of the character n-grams of orders 1 to ``ORDER``, per ``SCALE`` words."""
    model = read(folder)
    spelling = _Spelling(model.words)
    model.pair_count[~_without_runs(model.words, model.pairs)] = 0
    backed = list(_backed_off(model, spelling))
    triples = np.concatenate([model.triples, *(rows for rows, _ in backed)])
    weights = np.concatenate([model.triple_count, *(count for _, count in backed)])
    weights[~_without_runs(model.words, triples)] = 0
    found = {}
    for n in range(1, ORDER + 1):
        parts = list(_inside(model, spelling, n)) + list(_across_two(model, spelling, n))
        parts += list(_across_three(triples, weights, spelling, n))
        found[n] = total(parts)
    return found
