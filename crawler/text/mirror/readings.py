"""How traditional characters are read: what can stand in brackets behind them on a mirror."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from crawler.text.mirror import gbk

_LETTERS: Final = "a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜêńňǹḿ"

BRACKETED: Final = re.compile(rf"\(([{_LETTERS}]{{1,6}})\)")
"""A syllable in ASCII brackets, as the mirrors insert it."""

UNBRACKETED: Final = re.compile(rf"([{_LETTERS}]{{1,6}})\)")
"""What is left of it behind a ``?`` that swallowed the opening bracket."""


@cache
def table() -> Mapping[str, tuple[str, ...]]:
    """Traditional characters with their readings, the usual one first."""
    text = resources.files("crawler.text").joinpath("data/readings.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {char: tuple(readings.split()) for char, readings in rows}


@cache
def _by_reading() -> Mapping[str, tuple[tuple[str, bytes], ...]]:
    found: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
    pairs = gbk.pairs()
    for char, readings in table().items():
        for reading in readings:
            found[reading].append((char, pairs[char]))
    return {reading: tuple(chars) for reading, chars in found.items()}


def fits(char: str, reading: str) -> bool:
    """Whether a traditional character can be read so."""
    return reading in table().get(char, ())


def known(reading: str) -> bool:
    """Whether any traditional character is read so."""
    return reading in _by_reading()


def starting_with(lead: int, reading: str) -> tuple[str, ...]:
    """Traditional characters of one reading whose first byte is ``lead``, likeliest reading first."""
    chars = [char for char, pair in _by_reading().get(reading, ()) if pair[0] == lead]
    return tuple(sorted(chars, key=lambda char: table()[char].index(reading)))
