"""The duplicates among texts that come one after the other, kept in memory.

The same layers in the same order as the store's, without a database: for a file of texts, a
notebook, a test. A text takes about 5 KB and a time that does not grow with the number of texts.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from crawler.dedup import candidates
from crawler.dedup.compare import Text
from crawler.dedup.decide import Relation, decide
from crawler.dedup.sketch import MIN_LENGTH, Sketch, sketch_of_canonical
from crawler.text.canonical import canonical


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

    def add(self, text: str, title: str = "", date: str = "") -> Match | None:
        """Add a text and say which earlier one it copies.

        Args:
            text: Any text.
            title: Its headline; looked at only for texts under 100 canonical characters.
            date: Its date in any one form; the same.

        Returns:
            The match, with the original where the text matches it as well as it matches another copy of it;
            ``None`` if the text is new, or empty.
        """
        letters = canonical(text)
        summary = sketch_of_canonical(letters, text)
        match = self._same(summary, title, date)
        if match is None:
            match = self._alike(summary, Text(letters)) if summary.keys else None
            # A text that is here already, to the letter, adds no keys: it has none of its own.
            self._remember_keys(summary)
        self._packed.append(zlib.compress(letters.encode(), 1) if summary.keys else b"")
        self._originals.append(self._originals[match.number] if match else len(self))
        return match

    def _same(self, summary: Sketch, title: str, date: str) -> Match | None:
        """Look for the same canonical text; a short one must have the same title and date."""
        if not summary.exact:
            return None
        short = summary.length < MIN_LENGTH
        identity = (summary.exact, title.strip(), date.strip()) if short else (summary.exact, "", "")
        number = self._exact.setdefault(identity, len(self))
        if number == len(self):
            return None
        return Match(number, Relation("same_text", 1.0, 1.0, summary.length))

    def _alike(self, summary: Sketch, new: Text) -> Match | None:
        """Compare with the few texts that share keys; take the one that shares most text."""
        postings = [self._postings.get(key, ()) for key in summary.keys]
        matches = {}
        for number in candidates.best(postings):
            if relation := decide(new, self._text(number)):
                matches[number] = relation
        if not matches:
            return None
        closest = max(matches, key=lambda number: (matches[number].common, -number))
        original = self._originals[closest]
        # A copy of a copy is a copy of the original only if it can be told from the texts: two
        # halves of one article are both excerpts of it, and have nothing in common.
        relation = matches.get(original) or decide(new, self._text(original))
        return Match(original, relation) if relation else Match(closest, matches[closest])

    def _text(self, number: int) -> Text:
        return Text(zlib.decompress(self._packed[number]).decode())

    def _remember_keys(self, summary: Sketch) -> None:
        number = len(self)
        for key in summary.keys:
            older = self._postings.get(key, ())
            self._postings[key] = (number, *older[: candidates.NEWEST_PER_KEY - 1])
