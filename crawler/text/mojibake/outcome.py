"""What a search has found, as edits: the new texts, and a doubt for all that the bytes do not force.

Two things are doubtful: a character that lacks bytes, and a stretch where another way through the
text, with other bytes lost or another border, cost hardly more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from crawler.text.chinese.costs import Codes, bits_after, codes_of, context_of, contexts_of
from crawler.text.mojibake.codes import Options
from crawler.text.mojibake.hypotheses import Link
from crawler.text.mojibake.rule import Edit, Guess, common

_REACH: Final = 3  # characters that one weighs on
_RERANKED: Final = 8  # candidates that are ranked by what follows as well
_BESIDE: Final = 4  # characters beside an edit that may be in doubt with it
_SHOWN: Final = 40  # candidates of a doubt
_SHORT: Final = 16  # characters of which all are in doubt where another span crosses theirs
_VARIANTS: Final = 3  # ... of one character in a stretch of several


@dataclass(slots=True)
class _Doubts:
    """What is doubtful in a text: single characters, and stretches with what else they may be."""

    chars: dict[int, list[str]] = field(default_factory=dict)
    stretches: list[tuple[int, int, list[str]]] = field(default_factory=list)

    def places(self) -> set[int]:
        """All places that are in doubt."""
        return {*self.chars, *(at for start, end, _ in self.stretches for at in range(start, end))}


def edits(seen: str, link: Link | None, unsure: str = "") -> tuple[Edit, ...]:
    """The edits of the way that ends in ``link``.

    Args:
        seen: The window that was read.
        link: The last step of the best way.
        unsure: Characters that are in doubt wherever they stand, as ``?`` for what was lost.
    """
    steps = _steps(link)
    text = "".join(step.text for step in steps)
    doubts = _Doubts()
    guessed = list(_guessed(steps))
    for (at, _), chars in zip(guessed, _candidates(text, guessed), strict=True):
        doubts.chars[at] = chars
    for start, end, rival in _rivals(steps):
        _note(doubts, text, start, end, rival)
    for at in _unsure(text, doubts, unsure):
        doubts.chars.setdefault(at, [text[at]])
    doubts.stretches = _joined(text, doubts)
    doubtful = doubts.places()
    found: list[Edit] = []
    floor = 0
    spans = [span for span in _spans(steps) if text[span[2] : span[3]] != seen[span[0] : span[1]]]
    starts = [*(start for start, *_ in spans), len(seen)]
    for number, (start, end, first, last) in enumerate(spans, 1):
        # A character that stays beside the edit may be in doubt too.
        before = _far(
            doubtful, range(first - 1, max(first - 1 - _BESIDE, first - start + floor - 1), -1)
        )
        start, first = start - before, first - before
        behind = _far(doubtful, range(last, last + min(_BESIDE, len(seen) - end)))
        is_free = end + behind <= starts[number]
        if is_free and text[last : last + behind] == seen[end : end + behind]:
            end, last = end + behind, last + behind
        floor = end
        found.append(Edit(start, end, text[first:last], tuple(_guesses(doubts, first, last))))
    return tuple(found)


def _far(doubtful: set[int], places: range) -> int:
    """How many of ``places`` there are up to the last one in doubt."""
    return max((i for i, at in enumerate(places, 1) if at in doubtful), default=0)


def _steps(link: Link | None) -> list[Link]:
    steps: list[Link] = []
    while link is not None:
        steps.append(link)
        link = link.parent
    return steps[::-1]


def _guessed(steps: Sequence[Link]) -> Iterator[tuple[int, Options]]:
    at = 0
    for step in steps:
        for offset, known in step.guesses:
            yield at + offset, known
        at += len(step.text)


def _spans(steps: Sequence[Link]) -> Iterator[tuple[int, int, int, int]]:
    """The runs that were read inside: their places in what is seen, and in the new text."""
    read = written = start = first = 0
    is_inside = False
    for step in steps:
        if step.inside and not is_inside:
            start, first = read, written
        elif is_inside and not step.inside:
            yield start, read, first, written
        is_inside = step.inside
        read, written = step.end, written + len(step.text)
    if is_inside:
        yield start, read, first, written


def _rivals(steps: Sequence[Link]) -> Iterator[tuple[int, int, str]]:
    """The stretches of the text that another way reads otherwise, with its reading."""
    ends: dict[int, int] = {}
    at = 0
    for step in steps:
        at += len(step.text)
        ends[id(step)] = at
        for rival in step.rivals:
            parts: list[str] = []
            other: Link | None = rival
            while other is not None and id(other) not in ends:
                parts.append(other.text)
                other = other.parent
            yield ends[id(other)] if other else 0, at, "".join(reversed(parts))


def _unsure(text: str, doubts: _Doubts, unsure: str) -> Iterator[int]:
    """Places of such characters, and of a letter behind a guess: it may have been its second half."""
    for at, char in enumerate(text):
        is_half = at - 1 in doubts.chars and char.isalpha() and char.isascii()
        if char in unsure or (is_half and not text[at + 1 : at + 2].isascii()):
            yield at


def _candidates(text: str, guessed: Sequence[tuple[int, Options]]) -> list[list[str]]:
    """For each place all characters that its bytes allow, ranked by what is around it."""
    if not guessed:
        return []
    sizes = [len(known.chars) for _, known in guessed]
    contexts = np.array([context_of(text[max(0, at - 3) : at]) for at, _ in guessed], np.uint64)
    codes = np.concatenate([known.codes for _, known in guessed])
    owners = np.repeat(np.arange(len(sizes)), sizes)
    bits = np.split(bits_after(contexts, codes, owners), np.cumsum(sizes[:-1]))
    ranked = [each_place.argsort(kind="stable")[:_SHOWN].tolist() for each_place in bits]
    onward = _onward(
        text,
        [at for at, _ in guessed],
        [known.codes[rows[:_RERANKED]] for (_, known), rows in zip(guessed, ranked, strict=True)],
    )
    for rows, each_place in zip(ranked, bits, strict=True):
        first = rows[:_RERANKED]
        costs = {row: round(float(each_place[row]) + next(onward), 3) for row in first}
        rows[:_RERANKED] = sorted(first, key=costs.__getitem__)
    return [
        [known.chars[row] for row in rows] for (_, known), rows in zip(guessed, ranked, strict=True)
    ]


def _onward(text: str, places: Sequence[int], chars: Sequence[Codes]) -> Iterator[float]:
    """What the three characters behind each of ``places`` cost, for each of its ``chars``."""
    sizes = [len(each_place) for each_place in chars]
    codes = codes_of("\n" * _REACH + text + "\0" * _REACH)
    starts = np.repeat(np.array(places), sizes)
    lines = codes[starts[:, None] + np.arange(2 * _REACH + 1)]
    lines[:, _REACH] = np.concatenate(chars)
    bits = bits_after(contexts_of(lines)[:, 1:].ravel(), lines[:, _REACH + 1 :].ravel())
    bits[lines[:, _REACH + 1 :].ravel() == 0] = 0.0
    yield from bits.reshape(-1, _REACH).sum(axis=1).tolist()


def against(edit: Edit, others: Iterable[Edit]) -> Edit:
    """``edit`` with a doubt wherever one of ``others`` reads the same span otherwise."""
    doubts = _Doubts()
    for guess in edit.guesses:
        if guess.length == 1:
            doubts.chars[guess.at] = list(guess.candidates)
        else:
            rivals = [one for one in guess.candidates if one]
            doubts.stretches.append((guess.at, guess.at + guess.length, rivals))
    for other in others:
        if (other.start, other.end) == (edit.start, edit.end):
            _note(doubts, edit.text, 0, len(edit.text), other.text)
        elif other.start < edit.end and edit.start < other.end and len(edit.text) <= _SHORT:
            doubts.stretches.append((0, len(edit.text), []))
    doubts.stretches = _joined(edit.text, doubts)
    return replace(edit, guesses=tuple(_guesses(doubts, 0, len(edit.text))))


def _note(doubts: _Doubts, text: str, start: int, end: int, rival: str) -> None:
    """Note where ``rival`` differs from the text that stands from ``start`` to ``end``."""
    head = common(text[start:end], rival)
    start, rival = start + head, rival[head:]
    tail = common(text[start:end][::-1], rival[::-1])
    end, rival = end - tail, rival[: len(rival) - tail]
    if len(rival) == end - start:
        for at, char in enumerate(rival, start):
            if text[at] != char:
                known = doubts.chars.setdefault(at, [text[at]])
                if char not in known:
                    known.insert(1, char)
        return
    if start == end and text:
        # Only more is written there: the doubt needs a character to stand at.
        if start:
            start, rival = start - 1, text[start - 1] + rival
        else:
            end, rival = end + 1, rival + text[end]
    doubts.stretches.append((start, end, [rival]))


def _joined(text: str, doubts: _Doubts) -> list[tuple[int, int, list[str]]]:
    """The stretches apart from each other, each with all that it may be."""
    kept: list[tuple[int, int, list[str]]] = []
    for start, end, rivals in sorted(doubts.stretches):
        if kept and start < kept[-1][1]:
            first, last, known = kept.pop()
            longest = max(last, end)
            known = [rival + text[last:longest] for rival in known]
            more = [text[first:start] + rival + text[end:longest] for rival in rivals]
            kept.append((first, longest, [*known, *more]))
        else:
            kept.append((start, end, rivals))
    return [(start, end, _variants(text, doubts, start, end, more)) for start, end, more in kept]


def _variants(text: str, doubts: _Doubts, start: int, end: int, rivals: list[str]) -> list[str]:
    """What a stretch may be: as it is, its rivals, and either with another character."""
    found = [text[start:end], *rivals]
    for at in range(start, end):
        likeliest = doubts.chars.get(at, [])[:_VARIANTS]
        found += [text[start:at] + char + text[at + 1 : end] for char in likeliest]
    return list(dict.fromkeys(found))


def _guesses(doubts: _Doubts, first: int, last: int) -> Iterator[Guess]:
    """The doubts about the text from ``first`` to ``last``, in order; places count from there."""
    found: list[Guess] = []
    taken: set[int] = set()
    for start, end, rivals in doubts.stretches:
        left, right = max(start, first), min(end, last)
        if left < right:
            is_whole = (left, right) == (start, end)
            taken.update(range(left, right))
            found.append(
                Guess(left - first, right - left, tuple(rivals[:_SHOWN] if is_whole else ()))
            )
    for at, chars in doubts.chars.items():
        if first <= at < last and at not in taken:
            found.append(Guess(at - first, 1, tuple(chars[:_SHOWN])))
    yield from sorted(found, key=lambda guess: guess.at)
