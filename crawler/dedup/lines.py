"""Find the duplicates in a stream of JSON lines, ``{"id": ..., "text": ...}``, one a line.

A line that cannot be used does not end the work: it becomes a :class:`BadLine` that names its number.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

from crawler.dedup.compare import Text
from crawler.dedup.corpus import NEWEST_PER_KEY, Candidate, Match, closest, worth_comparing
from crawler.dedup.sketch import MIN_LENGTH, Sketch, sketch_of_canonical
from crawler.text.chinese.script import canonical

# The duplicates among texts that come one after the other, kept in memory.
#
# A :class:`~crawler.dedup.corpus.Corpus` without a database: for a file of texts, a notebook, a
# test. A text takes a few kilobytes and a time that does not grow with the number of texts.


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


JsonValue: TypeAlias = Any

MAX_LINE = 32 * 1024 * 1024  # bytes; no article has more than a few hundred thousand


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What was found for one line.

    Attributes:
        id: As given.
        duplicate_of: The id of the original, which stands on an earlier line; ``None`` if the text
            is new.
        relation: See :data:`crawler.dedup.decide.RelationName`; ``None`` with it.
        similarity: 0.0 to 1.0; ``None`` with it.
    """

    id: JsonValue
    duplicate_of: JsonValue = None
    relation: str | None = None
    similarity: float | None = None

    def as_record(self) -> dict[str, JsonValue]:
        """Give the fields as they are printed."""
        return {
            "id": self.id,
            "duplicate_of": self.duplicate_of,
            "relation": self.relation,
            "similarity": None if self.similarity is None else round(self.similarity, 4),
        }


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be used.

    Attributes:
        number: Of the line, from 1.
        why: What is wrong with it, in a few words.
    """

    number: int
    why: str


def read(source: BinaryIO) -> Iterator[bytes]:
    """Give the lines of a file, each cut off after :data:`MAX_LINE` bytes and one."""
    while line := source.readline(MAX_LINE + 1):
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE + 1)
        yield line


def duplicates(lines: Iterable[bytes]) -> Iterator[LineVerdict | BadLine]:
    """Look each line up among the ones before it; blank lines are passed over.

    Args:
        lines: UTF-8. Each an object with ``id`` (a text or a number) and ``text``, and perhaps
            ``title`` and ``date``, which count for texts under 100 characters only; or a record
            as ``renmin export`` writes it. All else in it is ignored.
    """
    index = Index()
    ids: list[JsonValue] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = _entry(_parse(line))
        except _UnusableError as error:
            yield BadLine(number, str(error))
            continue
        ids.append(entry.id)
        match = index.add(entry.text, entry.title, entry.date)
        if match is None:
            yield LineVerdict(entry.id)
        else:
            relation = match.relation
            yield LineVerdict(entry.id, ids[match.number], relation.name, relation.similarity)


class _UnusableError(Exception):
    """Says what is wrong with a line."""


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str | float
    text: str
    title: str
    date: str


def _parse(line: bytes) -> dict[str, JsonValue]:
    if len(line) > MAX_LINE:
        raise _UnusableError(f"longer than {MAX_LINE} bytes")
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _UnusableError(f"not UTF-8 at byte {error.start}") from None
    except (ValueError, RecursionError):
        raise _UnusableError("not JSON") from None
    if not isinstance(record, dict):
        raise _UnusableError('not an object; wanted {"id": ..., "text": ...}')
    return record


def _entry(record: dict[str, JsonValue]) -> _Entry:
    id_ = record.get("id", record.get("url"))
    if isinstance(id_, bool) or not isinstance(id_, str | int | float):
        raise _UnusableError('no "id" that is a text or a number')
    text = record.get("text", record.get("paragraphs"))
    if isinstance(text, list) and all(isinstance(paragraph, str) for paragraph in text):
        text = "\n".join(text)
    if not isinstance(text, str):
        raise _UnusableError('no "text" that is a text')
    title, date = record.get("title"), record.get("date", record.get("published_at"))
    if not isinstance(title, str | None) or not isinstance(date, str | None):
        raise _UnusableError('"title" or "date" is not a text')
    return _Entry(id_, text, title or "", date or "")
