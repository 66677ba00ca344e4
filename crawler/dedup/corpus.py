"""The choice of what a text is a copy of, over any corpus of known texts.

A corpus says which of its texts may be the same and gives them to be compared; the choice is one,
for the store (:mod:`crawler.crawl.neighbours`) and in memory (:mod:`crawler.dedup.index`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from crawler.dedup.compare import Text
from crawler.dedup.decide import Relation, RelationName, decide
from crawler.dedup.sketch import MIN_LENGTH, Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A text with what is needed to judge whether it is a copy.

    Attributes:
        number: The corpus's number of the text; grows with the order of arrival.
        text: Made ready to be compared.
        exact: As in :class:`~crawler.dedup.sketch.Sketch`.
        title: Its headline; looked at only for texts of a few words.
        day: Its date in any one form; the same.
        channel: Who published it; ``None`` if nobody is known.
        mirror: Whether it stands on a host that is not the site's, or is garbled.
        original: The number of the text that it is a copy of; ``None`` if it is an original.
    """

    number: int
    text: Text
    exact: bytes
    title: str = ""
    day: str = ""
    channel: str | None = None
    mirror: bool = False
    original: int | None = None


class Corpus(Protocol):
    """Texts that are known."""

    def candidates(self, sketch: Sketch, new: Candidate) -> Sequence[int]:
        """The numbers of the texts that are worth a comparison: few, however many are known."""
        ...

    def text(self, number: int) -> Candidate:
        """One of them."""
        ...


@dataclass(frozen=True, slots=True)
class Match:
    """The copy that a new text turned out to be.

    Attributes:
        number: Of the text that it copies.
        relation: How the new text relates to that one.
    """

    number: int
    relation: Relation


def closest(new: Candidate, sketch: Sketch, corpus: Corpus) -> Match | None:
    """The known text that shares most with ``new``, or its original if ``new`` matches that too.

    Two parts of one digest are both excerpts of it and have nothing in common: a copy of a copy is
    a copy of the original only if the texts say so.

    Returns:
        The match; of several that are equally strong the oldest. ``None`` if the text is new.
    """
    matches = [
        Match(number, relation)
        for number in corpus.candidates(sketch, new)
        if (relation := relate(new, corpus.text(number), sketch.length))
    ]
    if not matches:
        return None
    match = max(matches, key=lambda match: (match.relation.strength, -match.number))
    original = corpus.text(match.number).original
    if original is None:
        return match
    relation = compare(new, corpus.text(original))
    return Match(original, relation) if relation else match


def relate(new: Candidate, known: Candidate, length: int) -> Relation | None:
    """How a text of ``length`` canonical characters relates to a known one; ``None`` if not at all."""
    # A text of a few words says little: the title and the day must be the same too.
    if length < MIN_LENGTH and (new.title, new.day) != (known.title, known.day):
        return None
    if new.exact and new.exact == known.exact:
        # Perhaps too short, or not in Han, to be compared by pieces; but the same to the letter.
        name: RelationName = "mirror" if new.mirror else "same_text"
        return Relation(name, 1.0, 1.0, len(new.text.shingles))
    return compare(new, known)


def compare(new: Candidate, known: Candidate) -> Relation | None:
    """How the two relate by what they say, whatever their titles."""
    same_channel = new.channel is not None and new.channel == known.channel
    return decide(new.text, known.text, same_channel=same_channel, mirror=new.mirror)
