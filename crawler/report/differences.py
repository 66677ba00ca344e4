"""Two texts side by side, word by word.

A hanzi is a word, a run of letters or digits is one, any other character is one. Texts come from
pages, so the work is bounded: paragraphs are paired first, and a pair that is too long to be
compared word by word is compared sentence by sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

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
