"""Articles: lists of them, what a search found, and one with all of its texts and their differences.

What changed from one text to the next is told word by word. A hanzi is a word, a run of letters or
digits is one, any other character is one. Texts come from pages, so the work is bounded: paragraphs
are paired first, and a pair that is too long to be compared word by word is compared sentence by
sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from crawler.report.table import Row, Table, rows_of, table, within
from crawler.site.urls import classify
from crawler.store import articles, revisions, search
from crawler.store.articles import Stored
from crawler.store.tables import article

COLUMNS = "id channel title source published_at template relation revision characters url"
_FIELDS = [article.c[name] for name in COLUMNS.split()]
# What stands before and behind a found word in the list of results.
AROUND = 36
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeArticle:
    """One article with what belongs to it.

    Attributes:
        stored: The article as it stands.
        original: The one it is a copy of; ``None`` for an original.
        copies: Its copies; the same columns, and ``similarity``.
        revisions: Every text that it had, newest first.
    """

    stored: Stored
    original: Stored | None
    copies: Table
    revisions: Sequence[RowMapping]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Only some articles; what is ``None`` chooses nothing.

    Attributes:
        channel: Of this channel.
        design: Read by this page design.
        relation: ``original``: no copies; ``copy``: only copies.
        day: Published on this day.
    """

    channel: str | None = None
    design: str | None = None
    relation: str | None = None
    day: date | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The same for the database."""
        c = article.c
        chosen = [
            c[name] == value
            for name, value in (("channel", self.channel), ("template", self.design))
            if value
        ]
        if self.relation:
            copied = c.duplicate_of_id.is_not(None)
            chosen.append(copied if self.relation == "copy" else ~copied)
        if self.day:
            chosen += within(c.published_at, self.day)
        return chosen


EVERYTHING = Narrowed()


def latest(
    connection: Connection, which: Narrowed = EVERYTHING, limit: int = 50, offset: int = 0
) -> Table:
    """Articles, the last published first; those without a date come last."""
    conditions = which.conditions()
    count = sa.select(sa.func.count()).select_from(article).where(*conditions)
    # The rows are read once it is known which: an offset passes over the index alone.
    chosen = sa.select(article.c.id).where(*conditions)
    chosen = chosen.order_by(article.c.published_at.desc().nulls_last(), article.c.id.desc())
    ids = list(connection.scalars(chosen.limit(limit).offset(offset)))
    by_id = _by_ids(connection, ids, _FIELDS)
    return table(COLUMNS, [by_id[number] for number in ids], connection.scalar(count) or 0)


def found(
    connection: Connection,
    query: str,
    which: Narrowed = EVERYTHING,
    limit: int = 25,
    offset: int = 0,
) -> Table:
    """What a search finds, latest published first, each with the place of the first word."""
    if conditions := which.conditions():
        hits = search.search(connection, query, search.MOST_HITS)
        asked = _those(connection, hits.articles, conditions)
        ids, total = asked[offset : offset + limit], len(asked)
    else:
        hits = search.search(connection, query, limit, offset)
        ids, total = list(hits.articles), hits.total
    words = [spelling for term in search.parse(query) for spelling in term]
    by_id = _by_ids(connection, ids, (*_FIELDS, article.c.paragraphs))
    rows = [_with_place(by_id[number], words) for number in ids if number in by_id]
    return table(f"{COLUMNS} before match after", rows, total, capped=hits.capped)


def whole(connection: Connection, article_id: int) -> WholeArticle | None:
    """One article with its original, copies and revisions; ``None`` if there is none."""
    stored = articles.get(connection, article_id)
    if stored is None:
        return None
    of = article.c.duplicate_of_id
    original_id = connection.scalar(sa.select(of).where(article.c.id == article_id))
    return WholeArticle(
        stored=stored,
        original=articles.get(connection, original_id) if original_id else None,
        copies=copies(connection, article_id),
        revisions=revisions.all_of(connection, article_id)[::-1],
    )


def copies(connection: Connection, article_id: int, limit: int = 50) -> Table:
    """The copies of an article, most alike first."""
    query = sa.select(*_FIELDS, article.c.similarity)
    query = query.where(article.c.duplicate_of_id == article_id)
    query = query.order_by(article.c.similarity.desc(), article.c.id).limit(limit)
    rows = rows_of(connection.execute(query).mappings())
    return table(f"{COLUMNS} similarity", rows)


def id_of(connection: Connection, url: str) -> int | None:
    """The row of the article with this canonical address."""
    return connection.scalar(sa.select(article.c.id).where(article.c.url == url))


def _those(
    connection: Connection, ids: Sequence[int], conditions: Sequence[sa.ColumnElement[bool]]
) -> list[int]:
    """Those of ``ids`` that fit, in their order."""
    fitting: set[int] = set()
    for start in range(0, len(ids), _BATCH):
        query = sa.select(article.c.id).where(article.c.id.in_(ids[start : start + _BATCH]))
        fitting.update(connection.scalars(query.where(*conditions)))
    return [number for number in ids if number in fitting]


def _by_ids(
    connection: Connection, ids: Sequence[int], fields: Sequence[sa.Column[Any]]
) -> dict[int, Row]:
    query = sa.select(*fields).where(article.c.id.in_(ids))
    return {row["id"]: row for row in rows_of(connection.execute(query).mappings())}


def _with_place(row: Row, words: Sequence[str]) -> Row:
    texts = [*row.pop("paragraphs"), row["title"]]
    return row | dict(zip(("before", "match", "after"), place(texts, words), strict=True))


def place(texts: Sequence[str], words: Sequence[str]) -> tuple[str, str, str]:
    """Where a word stands first: what is before it, itself as written there, what follows.

    ``words`` are as :func:`crawler.store.search.parse` gives them, without punctuation. Without
    any place, the beginning of the first text and two empty strings.

    >>> place(["昨日，会，议在青石召开。"], ["会议"])
    ('昨日，', '会，议', '在青石召开。')
    """
    for text in texts:
        letters = [(at, each) for at, each in enumerate(text) if each.isalnum()]
        plain = "".join(each.lower()[:1] for _, each in letters)
        for word in words:
            if (at := plain.find(word)) >= 0:
                start, end = letters[at][0], letters[at + len(word) - 1][0] + 1
                return _cut(text, start, end)
    return (texts[0][: 2 * AROUND] if texts else "", "", "")


def _cut(text: str, start: int, end: int) -> tuple[str, str, str]:
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    opening = "…" if start > AROUND else ""
    return opening + before, text[start:end], after + ("…" if end + AROUND < len(text) else "")


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
