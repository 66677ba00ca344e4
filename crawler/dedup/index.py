"""The duplicates among texts that come one after the other, kept in memory.

The same layers in the same order as the store's, without a database: for a file of texts, a
notebook, a test. A text takes a few kilobytes and a time that does not grow with the number of texts.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from crawler.dedup import candidates
from crawler.dedup.compare import Text
from crawler.dedup.decide import Relation, decide
from crawler.dedup.sketch import MIN_LENGTH, Sketch, sketch_of_canonical
from crawler.text.chinese.canonical import canonical


@dataclass(frozen=True, slots=True)
class Match:
    """The copy that a new text turned out to be.

    Attributes:
        number: Of the text that it copies; texts are numbered from 0 as they are added.
        relation: How the new text relates to that one.
    """

    number: int
    relation: Relation


class Index:
    """All texts so far."""

    def __init__(self) -> None:
        self._exact: dict[tuple[bytes, str, str], int] = {}
        self._postings: dict[int, tuple[int, ...]] = {}  # key -> numbers, newest first
        self._packed: list[bytes] = []  # canonical texts, compressed
        self._originals: list[int] = []  # of each text the original, itself if it is one

    def __len__(self) -> int:
        return len(self._originals)

    def find(self, text: str, title: str = "", date: str = "") -> Match | None:
        """Say which of the texts so far this one copies, and forget it again.

        Args:
            text: Any text.
            title: Its headline; looked at only for texts under 100 canonical characters.
            date: Its date in any one form; the same.

        Returns:
            The match, with the original where the text matches it too and not only another copy
            of it; ``None`` if the text is new, or empty.
        """
        letters = canonical(text)
        return self._find(letters, sketch_of_canonical(letters, text), title, date)

    def add(self, text: str, title: str = "", date: str = "") -> Match | None:
        """The same, and keep the text for the ones that follow."""
        letters = canonical(text)
        summary = sketch_of_canonical(letters, text)
        match = self._find(letters, summary, title, date)
        # A text that is here to the letter is never asked for again: the first one stands for it.
        is_new = self._exact.setdefault(_identity(summary, title, date), len(self)) == len(self)
        keys = summary.keys if is_new else ()
        for key in keys:
            older = self._postings.get(key, ())
            self._postings[key] = (len(self), *older[: candidates.NEWEST_PER_KEY - 1])
        self._packed.append(zlib.compress(letters.encode(), 1) if keys else b"")
        self._originals.append(self._originals[match.number] if match else len(self))
        return match

    def _find(self, letters: str, summary: Sketch, title: str, date: str) -> Match | None:
        if not summary.exact:
            return None
        number = self._exact.get(_identity(summary, title, date))
        if number is None and not summary.keys:
            return None
        new = Text(letters)
        if number is None:
            match = self._closest(new, summary)
        else:
            match = Match(number, Relation("same_text", 1.0, 1.0, len(new.shingles)))
        return self._or_its_original(match, new) if match else None

    def _closest(self, new: Text, summary: Sketch) -> Match | None:
        """Compare with the few texts that share keys; take the one that shares most text."""
        postings = [self._postings.get(key, ()) for key in summary.keys]
        matches = [
            Match(number, relation)
            for number in candidates.best(postings)
            if (relation := decide(new, self._text(number)))
        ]
        return max(
            matches, key=lambda match: (match.relation.strength, -match.number), default=None
        )

    def _or_its_original(self, match: Match, new: Text) -> Match:
        """Give the original of the text that was matched, if the new text matches that too.

        Two halves of one article are both excerpts of it and have nothing in common: a copy of a
        copy is a copy of the original only if the texts say so.
        """
        original = self._originals[match.number]
        if original == match.number:
            return match
        relation = decide(new, self._text(original))
        return Match(original, relation) if relation else match

    def _text(self, number: int) -> Text:
        return Text(zlib.decompress(self._packed[number]).decode())


def _identity(summary: Sketch, title: str, date: str) -> tuple[bytes, str, str]:
    """What makes two texts the same to the letter; of short ones also the title and the date."""
    if summary.length < MIN_LENGTH:
        return summary.exact, title.strip(), date.strip()
    return summary.exact, "", ""
