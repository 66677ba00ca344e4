"""What a repair rule is: a name, a reason, samples, and a pure function from text to edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guess:
    """A character that was inferred, or one that is lost and known to be.

    Attributes:
        at: Its place in the edit's new text.
        length: How many characters it covers.
        candidates: What else it may be, likeliest first; empty if nothing is known.
    """

    at: int
    length: int = 1
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """One span of a text that reads otherwise.

    Attributes:
        start: First character of the span in the text that the rule was given.
        end: One past its last character.
        text: What stands there after the repair.
        guesses: The places in the new text that the old one does not force.
        runners_up: Other rules that could have read the span, each with the bits by which its
            reading is less likely.
    """

    start: int
    end: int
    text: str
    guesses: tuple[Guess, ...] = ()
    runners_up: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table of repairs.

    Attributes:
        name: Unique; stands in every record that it repaired.
        undoes: What happened to the text, in a few words.
        lossless: True if what it writes is forced by what it reads. An edit with guesses is not.
        samples: Pairs of damaged and repaired text; tested, and printed in the documentation.
        find: The edits for a text: in order, apart from each other, each of them a true change.
            Pure, linear in the length of the text, never raises.
    """

    name: str
    undoes: str
    lossless: bool
    samples: tuple[tuple[str, str], ...]
    find: Callable[[str], Sequence[Edit]]
