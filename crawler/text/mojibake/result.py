"""The result of a repair, a value that the engine and the mirror's restoration both give; and in words.

What was done is told span by span: the rule, what was forced, what was chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from crawler.items import Doubt, Repair, added_up
from crawler.text.mojibake.rule import Edit, Rule

THEN: Final = ", then "
"""What stands between the rules of damage that was done twice."""

_MOST: Final = 60  # characters of a span that are printed
_CANDIDATES: Final = 12


@dataclass(frozen=True, slots=True)
class Explained:
    """One span that was repaired, with what speaks for it.

    Attributes:
        start: Its first character in the repaired text.
        end: One past its last.
        original: What stood there before.
        text: What stands there now.
        rule: The rule that did it; several, in order, where damage was done twice.
        forced: For each character of ``text``, whether the bytes leave no choice.
        runners_up: Other rules that could have read it, each with the bits by which its reading is
            less likely; empty if there was none, or if the rule has no rivals.
    """

    start: int
    end: int
    original: str
    text: str
    rule: str
    forced: tuple[bool, ...]
    runners_up: tuple[tuple[str, float], ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules one by one."""
        return tuple(self.rule.split(THEN))


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text after repair, with everything that was done to it.

    Attributes:
        text: The repaired text; the very object that was given if nothing was changed.
        repairs: The rules that fired, in the order in which they first did.
        doubts: Places in ``text`` that were inferred or are lost, in order.
        damage: Names of the kinds of mis-encoding that were found, undone or not.
        hopeless: True if so much is lost that the page should be fetched again.
        spans: What was repaired, in order, with what speaks for it; not told of a mirror's copy.
    """

    text: str
    repairs: tuple[Repair, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    damage: tuple[str, ...] = ()
    hopeless: bool = False
    spans: tuple[Explained, ...] = ()


def joined(parts: Sequence[Repaired], endings: Sequence[str]) -> Repaired:
    """The paragraphs of one document as one text, each followed by its line ending.

    Counts of one rule are added up; doubts are counted from the beginning of the whole.
    """
    doubts: list[Doubt] = []
    spans: list[Explained] = []
    at = 0
    for part, ending in zip(parts, endings, strict=True):
        doubts += [replace(each, start=each.start + at, end=each.end + at) for each in part.doubts]
        spans += [replace(each, start=each.start + at, end=each.end + at) for each in part.spans]
        at += len(part.text) + len(ending)
    return Repaired(
        text="".join(part.text + end for part, end in zip(parts, endings, strict=True)),
        repairs=added_up(done for part in parts for done in part.repairs),
        doubts=tuple(doubts),
        damage=tuple(dict.fromkeys(name for part in parts for name in part.damage)),
        hopeless=any(part.hopeless for part in parts),
        spans=tuple(spans),
    )


def as_record(repaired: Repaired) -> dict[str, Any]:
    """What was done and found, for JSON; the text apart."""
    return {
        "repairs": [
            {"rule": done.rule, "count": done.count, "lossless": done.lossless}
            for done in repaired.repairs
        ],
        "doubts": [
            {
                "start": doubt.start,
                "end": doubt.end,
                "text": doubt.text,
                "candidates": list(doubt.candidates),
            }
            for doubt in repaired.doubts
        ],
        "damage": list(repaired.damage),
        "hopeless": repaired.hopeless,
    }


def with_repairs(earlier: Sequence[Repair], later: Repaired) -> Repaired:
    """``later`` with what had been done to the text before it."""
    if not earlier:
        return later
    names = (*(done.rule for done in earlier), *later.damage)
    return replace(
        later,
        repairs=added_up((*earlier, *later.repairs)),
        damage=tuple(dict.fromkeys(names)),
    )


def followed(
    spans: Sequence[Explained], text: str, found: Sequence[tuple[Rule, Edit]]
) -> list[Explained]:
    """The spans of ``text`` after the edits that were found in it, each at its new place.

    An edit of what was repaired before explains both: the rules in order, from the first original.
    """
    new: list[Explained] = []
    rest = list(spans)
    shift = 0
    for rule, edit in found:
        while rest and rest[0].end <= edit.start:
            new.append(_shifted(rest.pop(0), shift))
        inside: list[Explained] = []
        while rest and rest[0].start < edit.end:
            inside.append(rest.pop(0))
        new.append(_explained(text, rule, edit, inside, edit.start + shift))
        shift += len(edit.text) - (edit.end - edit.start)
    return [*new, *(_shifted(span, shift) for span in rest)]


def _explained(
    text: str, rule: Rule, edit: Edit, inside: Sequence[Explained], start: int
) -> Explained:
    """What explains ``edit``, which changes what ``inside`` had written."""
    original = text[edit.start : edit.end]
    for span in reversed(inside):
        if edit.start <= span.start and span.end <= edit.end:
            at = span.start - edit.start
            original = original[:at] + span.original + original[at + len(span.text) :]
    guessed = {
        place for guess in edit.guesses for place in range(guess.at, guess.at + guess.length)
    }
    earlier = [span.rule for span in inside if span.rule != rule.name]
    return Explained(
        start=start,
        end=start + len(edit.text),
        original=original,
        text=edit.text,
        rule=THEN.join(dict.fromkeys((*earlier, rule.name))),
        forced=tuple(place not in guessed for place in range(len(edit.text))),
        runners_up=_best_of_each(rule.name, edit.runners_up),
    )


def _best_of_each(
    chosen: str, rivals: Sequence[tuple[str, float]]
) -> tuple[tuple[str, float], ...]:
    """The nearest reading of each other rule: one rule may have read the span in several ways."""
    nearest: dict[str, float] = {}
    for name, bits in rivals:
        if name != chosen:
            nearest[name] = min(bits, nearest.get(name, bits))
    return tuple(sorted(nearest.items(), key=lambda rival: rival[1]))


def _shifted(span: Explained, by: int) -> Explained:
    return replace(span, start=span.start + by, end=span.end + by)


def explanation(repaired: Repaired) -> list[str]:
    """Lines for a terminal; none for a text to which nothing was done and in which nothing was found."""
    lines = [line for span in repaired.spans for line in _span(span, repaired.doubts)]
    told = {place for span in repaired.spans for place in range(span.start, span.end)}
    lines += [
        f"  {doubt.start}-{doubt.end}  {_doubt(doubt)}"
        for doubt in repaired.doubts
        if doubt.start not in told
    ]
    names = {name for span in repaired.spans for name in span.rule.split(THEN)}
    for done in repaired.repairs:
        if done.rule not in names:
            how = "all forced" if done.lossless else "some inferred"
            lines.append(f"  {done.rule}, {done.count} times, {how}")
    undone = " ".join(done.rule for done in repaired.repairs)
    if left := [name for name in repaired.damage if name not in undone]:
        lines.append(f"  found and not undone: {', '.join(left)}")
    if repaired.hopeless:
        lines.append("  hopeless: too much is lost; fetch the text again")
    return lines


def _span(span: Explained, doubts: tuple[Doubt, ...]) -> Iterator[str]:
    yield f"  {span.start}-{span.end}  {span.rule}: {_shown(span.original)} -> {_shown(span.text)}"
    yield f"      {_forced(span)}"
    for doubt in doubts:
        if span.start <= doubt.start < span.end:
            yield f"      {doubt.start}-{doubt.end} {_doubt(doubt)}"
    if span.runners_up:
        rivals = ", ".join(f"{rule} (+{bits:.1f} bits)" for rule, bits in span.runners_up)
        yield f"      runners-up: {rivals}"


def _forced(span: Explained) -> str:
    """Which characters the bytes leave no choice for."""
    if all(span.forced):
        return "forced: all of it"
    if not any(span.forced):
        return "forced: nothing; all of it was chosen"
    runs = groupby(zip(span.text, span.forced, strict=True), key=lambda pair: pair[1])
    parts = [(is_forced, _shown("".join(char for char, _ in run))) for is_forced, run in runs]
    forced = " ".join(text for is_forced, text in parts if is_forced)
    chosen = " ".join(text for is_forced, text in parts if not is_forced)
    return f"forced: {forced}; chosen: {chosen}"


def _doubt(doubt: Doubt) -> str:
    others = [each for each in doubt.candidates if each != doubt.text]
    if not others:
        return f"{_shown(doubt.text)} is in doubt; nothing says what else it may be"
    more = f" and {len(others) - _CANDIDATES} more" if len(others) > _CANDIDATES else ""
    return (
        f"{_shown(doubt.text)} is in doubt; or {' '.join(map(_shown, others[:_CANDIDATES]))}{more}"
    )


def _shown(text: str) -> str:
    """``text`` for a terminal, which must not get controls of a hostile page."""
    cut = text if len(text) <= _MOST else f"{text[: _MOST // 2]} … {text[-_MOST // 2 :]}"
    return "".join(
        char if char.isprintable() and not "\ue000" <= char <= "\uf8ff" else f"\\u{ord(char):04x}"
        for char in cut
    )
