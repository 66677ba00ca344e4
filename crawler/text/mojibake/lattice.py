"""Two readings of the same bytes, and the cheapest path between them.

A damaged text is clean in most places and misread in some, and the borders are not marked. So
the text is walked once from left to right with two kinds of hypotheses side by side: *outside*,
the characters stand as they are; *inside*, the bytes behind them are read in another codec.
Going inside costs a fee, and :mod:`crawler.text.chinese.bigrams` says what each character costs.
What the cheapest path read inside is the repair. Lost bytes are tried in all their values; what
wins there is a guess, and its rivals go with it.

A beam of fixed width is kept, so the time is linear in the length of the text.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from crawler.text.chinese.bigrams import LOST, single, step
from crawler.text.mojibake.code_tables import (
    Byte,
    Code,
    Shown,
    characters,
    codes,
    completed,
    length,
)
from crawler.text.mojibake.rule import Edit, Guess

_BEAM: Final = 12  # hypotheses inside
_TOO_DEAR: Final = 32.0  # bits above the best one
_SECOND_CHOICE: Final = 4.0  # bits for the less likely bytes behind a character
_BROKEN: Final = 24.0  # bits for a byte that fits nowhere
_UNFINISHED: Final = 6.0  # bits for a last character that lacks its last byte
_GUESSED: Final = 1.0  # bits for each lost byte that is filled in
_FREQUENT: Final = 32  # characters that are tried for lost bytes whatever stands before them
_PAIRED: Final = 2.0  # bits that others must save after the character before them
_SHOWN_CANDIDATES: Final = 12


@dataclass(frozen=True, slots=True)
class Misreading:
    """Bytes of one codec that were shown through another.

    Attributes:
        shown: The codec that was used.
        real: The codec that they are in.
        fee: Bits that a reading must save before it is believed; more where chance does more.
        entry: How a misread span begins: ``"any"`` character, a character whose first byte is
            ``"missing"``, or one whose first byte was shown as ``"lost"``.
    """

    shown: Shown
    real: str
    fee: float = 13.0
    entry: str = "any"


class Node(NamedTuple):
    """One hypothesis after some character: a link of the path that led to it."""

    cost: float
    before: str
    pending: Code | None  # bytes of an unfinished character; None outside
    parent: Node | None
    out: tuple[tuple[str, Code | None], ...]  # what the last step wrote; a code if guessed
    inside: bool = True


def reread(text: str, misreading: Misreading) -> tuple[float, list[Edit]]:
    """Find the spans of ``text`` that are cheaper in the other reading.

    Returns:
        What the best path costs, and its edits: empty if no span is worth its fee.
    """
    nodes = [Node(0.0, "", None, None, (), inside=False)]
    for char, alternatives in zip(text, codes(text, misreading.shown), strict=True):
        nodes = _advance(nodes, char, alternatives, misreading)
    last = min((_leave(node, misreading) for node in nodes), key=_cost)
    return last.cost, list(_edits(text, _path(last), misreading.real))


def _advance(
    nodes: Sequence[Node], char: str, alternatives: Sequence[Code], misreading: Misreading
) -> list[Node]:
    """The hypotheses after one more character: the best one outside, a beam of those inside."""
    inside: dict[tuple[Code, str], Node] = {}
    for new in _inside(nodes, alternatives, misreading):
        key = (new.pending or (), new.before)
        if key not in inside or new.cost < inside[key].cost:
            inside[key] = new
    kept = sorted(inside.values(), key=_cost)[:_BEAM]
    outside = min(
        (
            Node(out.cost + step(out.before, char), char, None, out, ((char, None),), inside=False)
            for out in (_leave(node, misreading) for node in nodes)
        ),
        key=_cost,
    )
    return [*(node for node in kept if node.cost < outside.cost + _TOO_DEAR), outside]


def _inside(
    nodes: Iterable[Node], alternatives: Sequence[Code], misreading: Misreading
) -> Iterator[Node]:
    for node in nodes:
        for rank, alternative in enumerate(alternatives):
            for entered in _enter(node, alternative, misreading):
                yield from _feed(entered, alternative, misreading.real, rank * _SECOND_CHOICE)


def _enter(node: Node, alternative: Code, misreading: Misreading) -> Iterator[Node]:
    """The states inside, before ``alternative`` is read."""
    if node.pending is not None:
        yield node
    elif misreading.entry == "missing":
        if alternative[0] not in range(0x80):
            yield node._replace(
                cost=node.cost + misreading.fee, pending=(frozenset(range(0x81, 0xFF)),)
            )
    elif misreading.entry == "any" or isinstance(alternative[0], frozenset):
        yield node._replace(cost=node.cost + misreading.fee, pending=())


def _leave(node: Node, misreading: Misreading) -> Node:
    """The state outside after ``node``; an unfinished character is guessed or given up."""
    if node.pending is None:
        return node
    if not node.pending:
        return node._replace(pending=None)
    best, code = _finished(node.pending, misreading.real, node.before)
    if best:
        bits = node.cost + _UNFINISHED + step(node.before, best)
        return Node(bits, best, None, node.parent, (*node.out, (best, code)))
    lost = tuple((LOST, node.pending) for _ in node.pending[:1])
    return Node(node.cost + _BROKEN, LOST, None, node.parent, (*node.out, *lost))


@lru_cache(maxsize=1 << 14)
def _finished(pending: Code, real: str, before: str) -> tuple[str, Code | None]:
    """The likeliest character that ``pending`` lacks the last byte of; empty if there is none."""
    code = completed(pending, real)
    options = characters(code, real) if code else ()
    return min(options, key=lambda char: step(before, char), default=""), code


def _feed(node: Node, more: Code, real: str, extra: float) -> Iterator[Node]:
    """Read the bytes ``more`` inside; every way to read them is one node."""
    stack: list[tuple[float, str, Code, tuple[tuple[str, Code | None], ...]]] = [
        (node.cost + extra, node.before, (node.pending or ()) + more, ())
    ]
    while stack:
        cost, before, pending, out = stack.pop()
        if not pending or len(pending) < (size := length(pending[0], real)):
            yield Node(cost, before, pending, node, out)
            continue
        code = pending[:size]
        is_forced = _is_forced(code)
        for char, bits, used in _readings(code, real, before):
            stack.append(
                (
                    cost + bits + (0.0 if char == LOST else step(before, char)),
                    char,
                    pending[used:],
                    (*out, (char, None if is_forced or _is_forced(code[:used]) else code)),
                )
            )


@lru_cache(maxsize=1 << 14)
def _readings(code: Code, real: str, before: str) -> tuple[tuple[str, float, int], ...]:
    """The characters that ``code`` may be, with a price beside their own, and the bytes used."""
    if len(code) == 1 and isinstance(code[0], int) and code[0] < 0x80:
        return ((chr(code[0]), 0.0, 1),)
    options = characters(code, real)
    guessed = _GUESSED * sum(map(_is_lost, code))
    if not options:
        return ((LOST, _BROKEN, 1),)
    return tuple(
        (char, guessed, len(code))
        for rank, char in enumerate(options)
        if rank < _FREQUENT or step(before, char) < single(char) - _PAIRED
    )


def _cost(node: Node) -> float:
    return node.cost


def _is_lost(byte: Byte) -> bool:
    return isinstance(byte, frozenset)


def _is_forced(code: Code) -> bool:
    return not any(map(_is_lost, code))


def _path(node: Node) -> list[Node]:
    """The nodes that led to ``node``, one for each character of the text."""
    path = []
    link: Node | None = node
    while link is not None and link.parent is not None:
        path.append(link)
        link = link.parent
    return path[::-1]


def _edits(text: str, path: Sequence[Node], real: str) -> Iterator[Edit]:
    """One edit for each span that was read inside."""
    start = 0
    for inside, group in itertools.groupby(path, key=lambda node: node.inside):
        links = list(group)
        if inside:
            out = [pair for link in links for pair in link.out]
            new = "".join(char for char, _ in out)
            around = text[start - 1 : start], text[start + len(links) : start + len(links) + 1]
            guesses = tuple(_guesses(new, [code for _, code in out], around, real))
            edit = trimmed(text, Edit(start, start + len(links), new, guesses))
            if edit:
                yield edit
        start += len(links)


def _guesses(
    new: str, guessed: Sequence[Code | None], around: tuple[str, str], real: str
) -> Iterator[Guess]:
    whole = around[0] + new + around[1]
    shift = len(around[0])
    for i, code in enumerate(guessed):
        if code is None and new[i] != LOST:
            continue
        before, after = (
            whole[i + shift - 1 : i + shift] if i + shift else "",
            whole[i + shift + 1 :][:1],
        )
        options = characters(code, real) if code else ()
        ranked = sorted(
            options, key=lambda char: step(before, char) + (step(char, after) if after else 0.0)
        )
        yield Guess(i, 1, tuple(ranked[:_SHOWN_CANDIDATES]))


def trimmed(text: str, edit: Edit) -> Edit | None:
    """``edit`` without the characters at its ends that it leaves as they are; ``None`` if all."""
    old, new = text[edit.start : edit.end], edit.text
    head = _same(old, new)
    tail = _same(old[head:][::-1], new[head:][::-1])
    if head == len(old) == len(new):
        return None
    guesses = tuple(
        replace(guess, at=guess.at - head)
        for guess in edit.guesses
        if head <= guess.at and guess.at + guess.length <= len(new) - tail
    )
    return Edit(edit.start + head, edit.end - tail, new[head : len(new) - tail], guesses)


def _same(a: str, b: str) -> int:
    """How many characters ``a`` and ``b`` begin with in common."""
    different = (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    return next(different, min(len(a), len(b)))
