"""The texts that an article had, and what changed from one to the next, word by word.

A hanzi is a word, a run of letters or digits is one, any other character is one. Texts come from
pages, so the work is bounded: paragraphs are paired first, and a pair that is too long to be
compared word by word is compared sentence by sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Literal

from sqlalchemy import Connection

from crawler.site.urls import classify
from crawler.store import articles, revisions

Kind = Literal["same", "gone", "new"]

WORDS = re.compile(r"[0-9A-Za-z]+|[\s\S]")
SENTENCES = re.compile(r"[^。！？；\n]{1,400}[。！？；\n]?|[。！？；\n]")
# Comparing n words with m costs n times m at worst.
MOST_PRODUCT = 4_000_000
MOST_PARAGRAPHS = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters, and whether it stands on both sides."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A paragraph before and after.

    Attributes:
        before: Its pieces, ``same`` and ``gone``; empty for a paragraph that was added.
        after: Its pieces, ``same`` and ``new``; empty for one that was taken away.
        changed: Whether they differ.
    """

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    changed: bool


def compare(before: Sequence[str], after: Sequence[str]) -> list[Difference]:
    """Set two sequences of paragraphs side by side.

    >>> line, = compare(["会议今日召开"], ["会议昨日召开"])
    >>> [(piece.kind, piece.text) for piece in line.after]
    [('same', '会议'), ('new', '昨'), ('same', '日召开')]
    """
    before, after = before[:MOST_PARAGRAPHS], after[:MOST_PARAGRAPHS]
    lines: list[Difference] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            lines += [_unchanged(text) for text in before[start:end]]
        else:
            pairs = zip_longest(before[start:end], after[new_start:new_end], fillvalue="")
            lines += [_changed(old, new) for old, new in pairs]
    return lines


def changed_only(lines: Sequence[Difference]) -> list[Difference]:
    """Only the paragraphs that differ."""
    return [line for line in lines if line.changed]


def _unchanged(text: str) -> Difference:
    pieces = (Piece("same", text),) if text else ()
    return Difference(pieces, pieces, changed=False)


def _changed(before: str, after: str) -> Difference:
    old, new = _parted(before, after)
    gone: list[Piece] = []
    come: list[Piece] = []
    for tag, start, end, new_start, new_end in _opcodes(old, new):
        equal = tag == "equal"
        _add(gone, "same" if equal else "gone", "".join(old[start:end]))
        _add(come, "same" if equal else "new", "".join(new[new_start:new_end]))
    return Difference(tuple(gone), tuple(come), changed=True)


def _parted(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) * len(new) <= MOST_PRODUCT:
        return old, new
    return SENTENCES.findall(before), SENTENCES.findall(after)


def _opcodes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    if len(old) * len(new) > MOST_PRODUCT:
        return [("replace", 0, len(old), 0, len(new))]
    return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())


def _add(pieces: list[Piece], kind: Kind, text: str) -> None:
    if text:
        pieces.append(Piece(kind, text))


# The texts of an article.


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierText:
    """One text of an article.

    Attributes:
        revision: How often the site had changed it, from 1.
        extraction: How often better code had read it otherwise, from 1.
        fetched_at: When it was fetched.
        code_version: The code that extracted it.
        title: Its headline.
        paragraphs: Its body.
        changes: Paragraphs (the title first) that differ from the text before; empty for the first.
    """

    revision: int
    extraction: int
    fetched_at: datetime
    code_version: str
    title: str
    paragraphs: tuple[str, ...]
    changes: tuple[Difference, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def revisions_of(connection: Connection, url: str) -> list[EarlierText]:
    """Every text of the article at ``url``, oldest first; empty if it is not stored."""
    known = articles.find(connection, classify(url).canonical) or articles.find(connection, url)
    if known is None:
        return []
    texts: list[EarlierText] = []
    for row in revisions.all_of(connection, known.id):
        before = [texts[-1].title, *texts[-1].paragraphs] if texts else None
        after = [row["title"], *row["paragraphs"]]
        changes = changed_only(compare(before, after)) if before is not None else []
        texts.append(
            EarlierText(
                revision=row["revision"],
                extraction=row["extraction"],
                fetched_at=row["fetched_at"],
                code_version=row["code_version"],
                title=row["title"],
                paragraphs=tuple(row["paragraphs"]),
                changes=tuple(changes),
            )
        )
    return texts


def as_lines(texts: Sequence[EarlierText]) -> Iterator[str]:
    """The history for a terminal."""
    for text in texts:
        which = f"revision {text.revision}"
        if text.extraction > 1:
            which += f", read anew ({text.extraction})"
        yield f"{text.fetched_at:%Y-%m-%d %H:%M}  {which}  {text.title}"
        for line in text.changes:
            yield "    " + _marked(line)


def _marked(line: Difference) -> str:
    """A changed paragraph in one line: what went, what came, then what stayed, and so on."""
    pairs = zip_longest(_groups(line.before), _groups(line.after), fillvalue=("", ""))
    return "".join(
        (f"[-{gone}-]" if gone else "") + (f"{{+{new}+}}" if new else "") + (same or kept)
        for (gone, same), (new, kept) in pairs
    )


def _groups(pieces: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """What differs, and the piece that stays behind it. Both sides have the same that stays."""
    differs = ""
    for piece in pieces:
        if piece.kind == "same":
            yield differs, piece.text
            differs = ""
        else:
            differs += piece.text
    yield differs, ""
