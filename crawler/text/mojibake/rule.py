"""What a repair rule is: a name, a reason, samples, and a pure function from text to edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace


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
        dropped: The share of characters that are gone without a trace, where some must be.
        sure: False if characters may have vanished between those that are left.
    """

    start: int
    end: int
    text: str
    guesses: tuple[Guess, ...] = ()
    runners_up: tuple[tuple[str, float], ...] = ()
    dropped: float = 0.0
    sure: bool = True


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


def require_texts(texts: Sequence[str]) -> None:
    """Refuse what is no sequence of texts.

    Raises:
        TypeError: It is one text, bytes, or nothing at all, or something in it is no text; says which.
    """
    if isinstance(texts, str | bytes) or not isinstance(texts, Sequence):
        raise TypeError(
            f"a list of texts is wanted, not {type(texts).__name__}; for one text there is repair()"
        )
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(
                f"text {number + 1} of {len(texts)} is {_kind(text)}, not str"
                + (
                    "; decode it first, see decide() and decode()"
                    if isinstance(text, bytes)
                    else ""
                )
            )


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def trimmed(text: str, edit: Edit) -> Edit | None:
    """``edit`` without the sure characters at its ends that it leaves; ``None`` if it leaves all."""
    old, new = text[edit.start : edit.end], edit.text
    head = common(old, new)
    if head == len(old) == len(new):
        return None
    tail = common(old[head:][::-1], new[head:][::-1])
    # What stays and is in doubt all the same belongs to the edit.
    head = min([head, *(guess.at for guess in edit.guesses)])
    tail = min([tail, *(len(new) - guess.at - guess.length for guess in edit.guesses)])
    guesses = tuple(replace(guess, at=guess.at - head) for guess in edit.guesses)
    return Edit(edit.start + head, edit.end - tail, new[head : len(new) - tail], guesses)


def common(a: str, b: str) -> int:
    """How many characters ``a`` and ``b`` begin with in common."""
    different = (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    return next(different, min(len(a), len(b)))
