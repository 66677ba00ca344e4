"""The duplicates among texts that come one after the other, kept in memory.

A :class:`~crawler.dedup.corpus.Corpus` without a database: for a file of texts, a notebook, a
test. A text takes a few kilobytes and a time that does not grow with the number of texts.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from crawler.dedup.compare import Text
from crawler.dedup.corpus import NEWEST_PER_KEY, Candidate, Match, closest, worth_comparing
from crawler.dedup.sketch import MIN_LENGTH, Sketch, sketch_of_canonical
from crawler.text.chinese.canonical import canonical


class Index:
    """All texts so far."""

    def __init__(self) -> None:
        self._exact: dict[tuple[bytes, str, str], int] = {}
        self._postings: dict[int, tuple[int, ...]] = {}  # key -> numbers, newest first
        self._packed: list[bytes] = []  # canonical texts, compressed
        self._identities: list[tuple[bytes, str, str]] = []
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
            of it; ``None`` if the text is new, or empty. Texts are numbered from 0 as they are
            added.
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
        for key in summary.keys if is_new else ():
            older = self._postings.get(key, ())
            self._postings[key] = (len(self), *older[: NEWEST_PER_KEY - 1])
        self._packed.append(zlib.compress(letters.encode(), 1) if is_new else b"")
        self._identities.append(_identity(summary, title, date))
        self._originals.append(self._originals[match.number] if match else len(self))
        return match

    def candidates(self, sketch: Sketch, new: Candidate) -> Sequence[int]:
        """The text that is the same to the letter, else those that share keys."""
        number = self._exact.get(_identity(sketch, new.title, new.day))
        if number is not None:
            return [number]
        return worth_comparing([self._postings.get(key, ()) for key in sketch.keys])

    def text(self, number: int) -> Candidate:
        """A text that was added."""
        exact, title, date = self._identities[number]
        original = self._originals[number]
        return Candidate(
            number=number,
            text=Text(zlib.decompress(self._packed[number]).decode()),
            exact=exact,
            title=title,
            day=date,
            original=None if original == number else original,
        )

    def _find(self, letters: str, summary: Sketch, title: str, date: str) -> Match | None:
        if not summary.exact:
            return None
        new = Candidate(
            number=len(self),
            text=Text(letters),
            exact=summary.exact,
            title=title.strip(),
            day=date.strip(),
        )
        return closest(new, summary, self)


def _identity(summary: Sketch, title: str, date: str) -> tuple[bytes, str, str]:
    """What makes two texts the same to the letter; of short ones also the title and the date."""
    if summary.length < MIN_LENGTH:
        return summary.exact, title.strip(), date.strip()
    return summary.exact, "", ""
