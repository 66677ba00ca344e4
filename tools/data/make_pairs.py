"""Make ``pairs.txt`` from the dictionary of jieba (MIT licence): ``make_pairs.py dict.txt pairs.txt``.

A word list with frequencies holds two things that a reading of Chinese needs: how frequent each
character is, and which characters follow each other inside words. What follows across a word's
end is not in it; there the frequency of the second character alone decides.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Final

HANZI = re.compile("[\u3400-\u9fff]+")
LEAST_SEEN: Final = 12  # a pair seen less often is not worth its place
LEAST_GAIN: Final = 3.0  # bits that a pair must save
FIRST: Final = 33  # "!" is 0.0 bits; each further ASCII character is a quarter of a bit

HEADER: Final = (
    "# Characters and pairs of Chinese, costs in bits: first character, its cost, then followers"
    " with theirs.\n"
    "# From the dictionary of jieba 0.42.1, copyright 2013 Sun Junyi, MIT licence; made by"
    " make_pairs.py.\n"
)


def bits(probability: float) -> str:
    """Write a probability as one ASCII character, a quarter of a bit a step."""
    return chr(FIRST + min(93, round(-4 * math.log2(probability))))


def count(lines: list[str]) -> tuple[Counter[str], Counter[str]]:
    """Count characters and pairs inside words."""
    single: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for line in lines:
        word, seen = line.split(" ")[:2]
        if HANZI.fullmatch(word):
            for i, char in enumerate(word):
                single[char] += int(seen)
                pairs[word[i : i + 2]] += int(seen)  # the last one is the end of the word
    return single, pairs


def main(dictionary: str, target: str) -> None:
    """Write the table of the dictionary to ``target``."""
    single, pairs = count(Path(dictionary).read_text(encoding="utf-8").splitlines())
    total = sum(single.values())
    rows: dict[str, list[str]] = {
        char: [char + bits(seen / total)] for char, seen in single.most_common()
    }
    for pair, seen in pairs.most_common():
        if len(pair) < 2 or seen < LEAST_SEEN:
            continue
        first, second = pair[0], pair[1]
        alone = single[second] / total
        together = seen / single[first] + pairs[first] / single[first] * alone
        if math.log2(together / alone) >= LEAST_GAIN:
            rows[first].append(second + bits(together))
    table = "\n".join(map("".join, rows.values()))
    Path(target).write_text(HEADER + table + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
