"""Say in words what a repair did, span by span: the rule, what was forced, what was chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from crawler.items import Doubt
from crawler.text.mojibake.result import THEN, Explained, Repaired
from crawler.text.mojibake.rule import Edit, Rule

_MOST: Final = 60  # characters of a span that are printed
_CANDIDATES: Final = 12


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
