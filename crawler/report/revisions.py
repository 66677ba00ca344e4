"""The texts that an article had, and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection

from crawler.report.differences import Difference, Piece, changed_only, compare
from crawler.site.urls import classify
from crawler.store import articles, revisions


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
