"""The characters that lost a byte, found together for a whole stretch.

A character weighs on the three behind it and on no other, so losses that are further apart than
that are independent of each other. A stretch falls into such groups, and one step is taken in all
of them at once: the statistics answer a hundred questions in the time of three.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.text.chinese.costs import Keys, bits_after, context_of, each, grown, unit_of
from crawler.text.mojibake.codes import Options
from crawler.text.mojibake.hypotheses import GUESSED

_REACH: Final = 3  # characters that one weighs on
_KEPT: Final = 12  # ways to fill a group that stay in the race
_SPREAD: Final = 20.0  # bits that one may lie behind the best
_MASK: Final = np.uint64((1 << 48) - 1)
_SHIFT: Final = np.uint64(16)

Costs = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


class Place(NamedTuple):
    """One character of the original.

    Attributes:
        known: What it may be.
        price: Bits against the way in which its bytes were shown.
        lost: How many of its bytes are not known.
    """

    known: Options
    price: float
    lost: int


class Filled(NamedTuple):
    """One way to fill a stretch.

    Attributes:
        start: Which of the beginnings it goes on from.
        cost: Its bits, those of the beginning included.
        text: What it says.
    """

    start: int
    cost: float
    text: str


@dataclass(slots=True)
class _Group:
    """Losses that weigh on each other: the ways to fill them, each in all of the lists."""

    slots: list[int]
    costs: Costs
    contexts: Keys
    starts: Rows
    chosen: list[tuple[Rows, Rows]] = field(default_factory=list)

    def keep(self, costs: Costs, choices: int) -> None:
        """Keep the best of ``costs``, which has ``choices`` for each way that was there."""
        order = costs.argsort(kind="stable")[:_KEPT]
        order = order[costs[order] <= costs[order[0]] + _SPREAD]
        rows = order // choices
        self.chosen.append((rows, order % choices))
        self.costs = costs[order]
        self.contexts = self.contexts[rows]
        self.starts = self.starts[rows]

    def apart(self) -> None:
        """Of ways that can only go on alike, keep the cheapest."""
        seen: set[tuple[int, int]] = set()
        kept = [
            row
            for row in self.costs.argsort(kind="stable").tolist()
            if (state := (int(self.contexts[row]), int(self.starts[row]))) not in seen
            and not seen.add(state)  # type: ignore[func-returns-value]
        ]
        rows = np.array(kept)
        self.costs, self.contexts = self.costs[rows], self.contexts[rows]
        self.starts = self.starts[rows]
        self.chosen.append((rows, np.full(len(rows), -1)))

    def fillings(self) -> Iterator[tuple[float, int, list[int]]]:
        """What each way costs, where it began, and its choice for each slot; the cheapest first."""
        for last in self.costs.argsort(kind="stable").tolist():
            row, choices = last, []
            for rows, taken in reversed(self.chosen):
                if taken[row] >= 0:
                    choices.append(int(taken[row]))
                row = int(rows[row])
            yield float(self.costs[last]), int(self.starts[last]), choices[::-1]


def fill(starts: Sequence[tuple[float, int]], cells: Sequence[Place]) -> list[Filled]:
    """The likeliest ways to fill ``cells``.

    Args:
        starts: What each beginning costs, and its context.
        cells: The characters to be read.

    Returns:
        For each beginning its best way, and for the best one its rivals at the end of the stretch,
        where what follows decides.
    """
    slots = [at for at, cell in enumerate(cells) if not cell.known.forced]
    groups = _groups(starts, cells, slots)
    for number in range(max((len(group.slots) for group in groups), default=0)):
        _step([group for group in groups if number < len(group.slots)], cells, number)
    return list(_filled(starts, cells, groups))


def _groups(
    starts: Sequence[tuple[float, int]], cells: Sequence[Place], slots: Sequence[int]
) -> list[_Group]:
    """The losses in groups; the first holds the beginnings, if it has losses or not."""
    groups = [
        _Group(
            [],
            np.array([cost for cost, _ in starts]),
            np.array([context for _, context in starts], np.uint64),
            np.arange(len(starts)),
        )
    ]
    end = 0
    for slot in slots:
        if slot > end + _REACH:
            before = "".join(cell.known.chars[0] for cell in cells[slot - _REACH : slot])
            context = np.array([context_of(before)], np.uint64)
            groups.append(_Group([], np.zeros(1), context, np.zeros(1, np.intp)))
        groups[-1].slots.append(slot)
        end = slot
    first = groups[0].slots[0] if groups[0].slots else min(len(cells), _REACH)
    _go_on([(groups[0], range(first))], cells)
    return groups


def _step(groups: Sequence[_Group], cells: Sequence[Place], number: int) -> None:
    """Fill the slot of that number in each of ``groups``, and read on to the next one."""
    slots = [group.slots[number] for group in groups]
    choices = [cells[slot].known for slot in slots]
    sizes = [
        len(known.codes) for group, known in zip(groups, choices, strict=True) for _ in group.costs
    ]
    codes = [
        np.tile(known.codes, len(group.costs)) for group, known in zip(groups, choices, strict=True)
    ]
    bits = bits_after(
        np.concatenate([group.contexts for group in groups]),
        np.concatenate(codes),
        np.repeat(np.arange(len(sizes)), sizes),
    )
    start = 0
    for group, known in zip(groups, choices, strict=True):
        size = len(known.codes)
        part = bits[start : start + size * len(group.costs)]
        start += len(part)
        group.keep(np.repeat(group.costs, size) + part, size)
        units = np.array([unit_of(known.chars[row]) for row in group.chosen[-1][1]], np.uint64)
        group.contexts = (group.contexts << _SHIFT | units) & _MASK
    ends = [
        group.slots[number + 1] if number + 1 < len(group.slots) else slot + 1 + _REACH
        for group, slot in zip(groups, slots, strict=True)
    ]
    behind = [
        (group, range(slot + 1, min(end, len(cells))))
        for group, slot, end in zip(groups, slots, ends, strict=True)
    ]
    _go_on(behind, cells)
    for group in groups:
        group.apart()


def _go_on(behind: Sequence[tuple[_Group, range]], cells: Sequence[Place]) -> None:
    """Read the cells of each range, which are forced, in each of the ways of its group."""
    contexts: list[Keys] = []
    codes: list[int] = []
    for group, places in behind:
        for at in places:
            known = cells[at].known
            contexts.append(group.contexts)
            codes += [int(known.codes[0])] * len(group.contexts)
            unit = np.uint64(unit_of(known.chars[0]))
            group.contexts = (group.contexts << _SHIFT | unit) & _MASK
    if not codes:
        return
    bits = bits_after(np.concatenate(contexts), np.array(codes, np.uint32))
    start = 0
    for group, places in behind:
        size = len(group.costs)
        part = bits[start : start + size * len(places)].reshape(len(places), size)
        group.costs = group.costs + part.sum(axis=0)
        start += size * len(places)


def _filled(
    starts: Sequence[tuple[float, int]], cells: Sequence[Place], groups: Sequence[_Group]
) -> Iterator[Filled]:
    """The ways through all groups: of the first and of the last all, of the others the best."""
    ways = [list(group.fillings()) for group in groups]
    best = [each_way[0] for each_way in ways]
    start = best[0][1]
    text = _text(cells, [choice for _, _, choices in best for choice in choices])
    base = starts[start][0] + float(each(text, starts[start][1]).sum())
    base += sum(map(_price, cells))
    yield Filled(start, base, text)
    for number in {0, len(groups) - 1}:
        for cost, other, choices in ways[number][1:]:
            taken = [*best[:number], (cost, other, choices), *best[number + 1 :]]
            other_text = _text(cells, [choice for _, _, each_one in taken for choice in each_one])
            begin = other if number == 0 else start
            yield Filled(begin, base + cost - best[number][0], other_text)


def _price(cell: Place) -> float:
    return cell.price + (cell.known.price if cell.known.forced else GUESSED * cell.lost)


def _text(cells: Sequence[Place], choices: Sequence[int]) -> str:
    left = iter(choices)
    return "".join(cell.known.chars[0 if cell.known.forced else next(left)] for cell in cells)


def context_after(context: int, text: str) -> int:
    """The context behind ``text`` that stands in ``context``."""
    for char in text[-_REACH:]:
        context = grown(context, char)
    return context
