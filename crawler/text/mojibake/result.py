"""The result of a repair: a value that the engine and the mirror's restoration both give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from crawler.items import Doubt, Repair, added_up

THEN: Final = ", then "
"""What stands between the rules of damage that was done twice."""


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
