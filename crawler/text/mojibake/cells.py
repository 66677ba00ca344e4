"""Damaged UTF-8 cut into characters: what is known of each before any of them is guessed.

UTF-8 says itself where its characters begin, so between two losses there is nearly always but one
way to cut the bytes. Where there is, the characters that lost a byte are all that is left to find,
and :mod:`~crawler.text.mojibake.filling` finds them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from crawler.text.chinese.costs import LOST, Bits
from crawler.text.mojibake.codes import Options, any_of, options
from crawler.text.mojibake.hypotheses import has_lost
from crawler.text.mojibake.shown import ENDED, Code, Priced

_UTF_8: Final = "utf-8"
CLEAN: Final = 9.5
"""Bits of a character that may well be clean."""

_MOST_WAYS: Final = 32  # ways to cut that are followed side by side


class Cell(NamedTuple):
    """One character of the original.

    Attributes:
        known: What it may be.
        price: Bits against the way in which its bytes were shown.
        lost: How many of its bytes are not known.
    """

    known: Options
    price: float
    lost: int


class _Chain(NamedTuple):
    """A cell behind others, newest first."""

    before: _Chain | None
    code: Code
    price: float
    others: tuple[Code, ...] = ()


class _Way(NamedTuple):
    chain: _Chain | None
    pending: Code
    price: float = 0.0


class Cut(NamedTuple):
    """A stretch that can be cut in one way alone.

    Attributes:
        before: The bytes of an unfinished character at its beginning.
        end: One past its last shown character.
        cells: The characters behind it.
        pending: The bytes of an unfinished character at its end; all known.
    """

    before: Code
    end: int
    cells: tuple[Cell, ...]
    pending: Code


def cut(
    codes: Sequence[tuple[Priced, ...]], at: int, may_end: Sequence[bool], pending: Code
) -> Cut | None:
    """Cut the shown characters from ``at`` on.

    Args:
        codes: The alternatives behind each shown character; see
            :meth:`crawler.text.mojibake.shown.View.codes`.
        at: Where to begin.
        may_end: For each shown character from there on, whether the stretch may end with it.
        pending: The bytes of a character that is unfinished at ``at``.

    Returns:
        The longest stretch that leaves no doubt where its characters are; ``None`` if there is none.
    """
    ways = [_Way(None, pending)]
    found: tuple[int, _Way] | None = None
    for i, is_stop in enumerate(may_end, at):
        ways = _merged([way for known in ways for way in _fed(known, codes[i])])
        if not ways or len(ways) > _MOST_WAYS:
            break
        if any(way.chain and len(way.chain.code) == 2 for way in ways):
            # Chance makes a letter of two bytes from many a clean hanzi.
            break
        if not is_stop:
            continue
        if i + 1 == len(codes):
            # No text ends with half a character if it can end with a whole one.
            ways = [way for way in ways if not way.pending] or ways
        if len(ways) == 1 and not has_lost(ways[0].pending):
            found = i + 1, ways[0]
    if not found:
        return None
    stop, way = found
    return Cut(pending, stop, tuple(reversed(list(_cells(way.chain)))), way.pending)


def damaged(
    text: str, codes: Sequence[tuple[Priced, ...]], clean: Bits
) -> tuple[list[bool], list[bool]]:
    """For each character whether it looks damaged, and whether a stretch may end with it.

    ASCII looks as its neighbours do, and so does a character that fits by chance between two that
    do not. A loss is no end: what follows it says what it was.
    """
    is_dear = [
        bits > CLEAN and bool(found) for bits, found in zip(clean.tolist(), codes, strict=True)
    ]
    may_end = [
        dear and char > "\x7f" and char != LOST for char, dear in zip(text, is_dear, strict=True)
    ]
    looks = [
        bool(codes[at])
        and (is_dear[at] or char == LOST or char <= "\x7f" or all(is_dear[at - 1 : at + 2 : 2]))
        for at, char in enumerate(text)
    ]
    if looks:
        may_end[-1] = looks[-1]
    return looks, may_end


def _fed(way: _Way, codes: Sequence[Priced]) -> Iterator[_Way]:
    for code, price in codes:
        # No piece ends inside of a stretch.
        if price < ENDED and (fed := _cut(way, code, price)):
            yield fed


def _cut(way: _Way, code: Code, price: float) -> _Way | None:
    """``way`` after ``code``; ``None`` if that is no UTF-8."""
    chain, pending, price = way.chain, way.pending + code, price + way.price
    while pending:
        size = _size(pending)
        if not size:
            return None
        if len(pending) < size:
            return _Way(chain, pending, price)
        chain = _Chain(chain, pending[:size], price)
        pending, price = pending[size:], 0.0
    return _Way(chain, (), 0.0)


@lru_cache(maxsize=1 << 15)
def _size(code: Code) -> int:
    """The bytes of the character that ``code`` begins with, or 0 if none can."""
    lead = code[0]
    first = min(lead) if isinstance(lead, frozenset) else lead
    if isinstance(lead, frozenset):
        size = 3 if any(0xE2 <= byte < 0xF0 for byte in lead) else 0
    elif first < 0x80:
        size = 1
    else:
        size = 0 if first < 0xC2 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    if size == 4 and has_lost(code[:4]):
        return 0
    for byte in code[1:size]:
        if isinstance(byte, int):
            if not 0x80 <= byte < 0xC0:
                return 0
        elif not any(0x80 <= each < 0xC0 for each in byte):
            return 0
    return size if len(code) < size or options(code[:size], _UTF_8).chars else 0


def _merged(ways: list[_Way]) -> list[_Way]:
    """Ways that differ in the values of their last character alone are one."""
    if len(ways) < 2:
        return ways
    kept: dict[tuple[int, Code, int], _Way] = {}
    for way in ways:
        before = id(way.chain.before) if way.chain else 0
        size = len(way.chain.code) if way.chain else 0
        key = before, way.pending, size
        known = kept.get(key)
        if known is None or known.chain is None or way.chain is None:
            kept[key] = way
        elif known.chain.code != way.chain.code:
            others = (*known.chain.others, way.chain.code)
            kept[key] = known._replace(chain=known.chain._replace(others=others))
    return list(kept.values())


def _cells(chain: _Chain | None) -> Iterator[Cell]:
    while chain:
        known = options(chain.code, _UTF_8)
        if chain.others:
            known = any_of((chain.code, *chain.others), _UTF_8)
        lost = sum(isinstance(byte, frozenset) for byte in chain.code)
        yield Cell(known, chain.price, lost)
        chain = chain.before
