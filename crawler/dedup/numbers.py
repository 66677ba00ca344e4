"""Compare the numbers of two texts, each in its place.

Yesterday's weather report and today's share nearly every sentence; what makes them two reports is
that the same places hold other numbers. A copy that lost a tenth of its characters is as far from
its original, counted in shingles, but where a number still stands between the same words it is
still the same number. This is the one test that tells a template from a damaged copy.

A *place* is what stands around a number: two characters before it and two after it, other numbers
written as ``0``. Both texts are canonical: Han and ASCII digits, nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

# 3月25, 25, 第十四, 三百二十. A day is one number: two days of one month have nothing in common. A lone
# 一 is left out: it is a word (一些, 统一) more often than a number.
_HAN = "一二三四五六七八九十百千万零〇两"
# The first character stands before the alternatives so that the search can leap from one to the next.
_NUMBER = re.compile(
    f"([0-9{_HAN}](?:(?<=[0-9])[0-9]*(?:月[0-9]+)?|(?<=第.)[{_HAN}]*|[{_HAN}]++(?:月[{_HAN}]{{1,3}})?|月[{_HAN}]{{1,3}}))"
)
_AROUND = 2

Places: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """How the numbers of two texts relate.

    Attributes:
        kept: Places that both texts have and that hold the same number.
        changed: Places that both texts have and that hold different numbers.
        days_kept: The ones of ``kept`` that hold a day, ``3月25``.
        days_changed: The ones of ``changed`` that do.
    """

    kept: int
    changed: int
    days_kept: int
    days_changed: int


def places(canonical: str) -> Places:
    """Map each place of the text to the numbers found there, in reading order.

    >>> dict(places("济南3月25日电最高23度"))
    {'济南日电': ['3月25'], '最高度': ['23']}
    """
    pieces = _NUMBER.split(canonical)  # words, number, words, number, ..., words
    between, numbers = pieces[0::2], pieces[1::2]
    found: dict[str, list[str]] = {}
    before = between[0][-_AROUND:]
    for i, number in enumerate(numbers, start=1):
        after = between[i][:_AROUND]
        if i < len(numbers) and len(after) < _AROUND:
            after += "0"
        found.setdefault(before + after, []).append(number)
        before = (before + "0" + between[i])[-_AROUND:]
    return found


def check(a: Places, b: Places) -> NumberCheck:
    """Compare the numbers of two texts; the order of the two does not matter."""
    kept = changed = days_kept = days_changed = 0
    for place in a.keys() & b.keys():
        same, other = _in_one_place(a[place], b[place])
        kept += same
        changed += other
        if "月" in a[place][0]:
            days_kept += same
            days_changed += other
    return NumberCheck(kept, changed, days_kept, days_changed)


def _in_one_place(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """Count the equal and the different numbers of a place that may occur several times.

    In lists of one length the first is held against the first, and so on: five cities, each with
    its temperature. Where one list lacks an entry, any order will do.
    """
    if a == b:
        return len(a), 0
    if len(a) == len(b):
        same = sum(x == y for x, y in zip(a, b, strict=True))
    else:
        same = (Counter(a) & Counter(b)).total()
    return same, min(len(a), len(b)) - same


def share(a: Places, b: Places) -> float:
    """Say how many numbers of the text with fewer of them the other has anywhere, 0.0 to 1.0.

    1.0 if there are fewer than three, which proves nothing.
    """
    bag_a, bag_b = (Counter(number for held in p.values() for number in held) for p in (a, b))
    fewer = min(bag_a.total(), bag_b.total())
    return (bag_a & bag_b).total() / fewer if fewer >= 3 else 1.0
