"""Decide what an article is that came: new, a copy, another text of a known one, or the same.

Pure: an article and what is known around it in, one change out, with every text settled. A change
says all that has to be written; :mod:`crawler.crawl.record` writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from crawler.crawl.neighbours import Neighbours, candidate, copy
from crawler.dedup.corpus import Candidate, closest, compare, original_of
from crawler.dedup.decide import Relation
from crawler.dedup.sketch import Sketch
from crawler.items import Article, Doubt, Repair
from crawler.store.articles import Stored
from crawler.text.mirror.restore import VERIFIED, align
from crawler.text.mojibake.result import Repaired

Event: TypeAlias = Literal["new", "changed", "reread", "unchanged"]


@dataclass(frozen=True, slots=True)
class Adopted:
    """Another article that is now marked as a copy of the one that came.

    Attributes:
        id: Its row.
        relation: How its text relates.
        is_new: Whether it was no copy of anything before.
    """

    id: int
    relation: Relation
    is_new: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """A mirror's copy whose doubts the article that came settles: the same text, better known."""

    id: int
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """An article at an address that was not known, and nobody's copy.

    Attributes:
        article: As it is stored.
        sketch: Of its text.
        adopted: See :class:`Adopted`.
        settled: See :class:`Settled`.
    """

    article: Article
    sketch: Sketch
    adopted: tuple[Adopted, ...] = ()
    settled: tuple[Settled, ...] = ()
    event: Event = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An article at an address that was not known, whose text is another's.

    Attributes:
        article: As it is stored, with its marks.
        sketch: Of its text.
        original: The row of the original.
    """

    article: Article
    sketch: Sketch
    original: int
    event: Event = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Another text of a known article; the text before stays as a revision.

    Attributes:
        article: As it is stored, with its marks and its revision.
        sketch: Of its text.
        known: The article as it stood.
        extraction: 1 for a new revision; one more than before for a new reading of the old one.
        original: The row of the article that it copies; ``None`` if it is an original.
        adopted: See :class:`Adopted`.
        settled: See :class:`Settled`.
    """

    article: Article
    sketch: Sketch
    known: Stored
    extraction: int
    original: int | None = None
    adopted: tuple[Adopted, ...] = ()
    settled: tuple[Settled, ...] = ()

    @property
    def event(self) -> Event:
        """``changed`` by the site, or ``reread`` by newer code."""
        return "changed" if self.extraction == 1 else "reread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """A known article that reads as before.

    Attributes:
        article: As it came.
        known: As it is stored.
    """

    article: Article
    known: Stored
    event: Event = "unchanged"


Change: TypeAlias = New | Copy | Revision | Same


def decide(item: Article, around: Neighbours, earlier: Article | None = None) -> Change:
    """Decide what a crawled article is.

    Args:
        item: As it was extracted.
        around: What is known around it.
        earlier: What today's code reads in the bytes that the known text came from; ``None`` if
            they are not there, or the same.
    """
    known = around.known
    if known is None:
        return _first(item, around)
    item = against_original(
        item, known.article, around.originals.get(known.article.duplicate_of or "")
    )
    if _same_text(known.article, item):
        return Same(article=item, known=known)
    return _other_text(item, around, known, reread=_is_reading(known.article, item, earlier))


def decide_reading(item: Article, around: Neighbours) -> New | Copy | Revision:
    """Decide what another reading of archived bytes is: never a new revision.

    A page that failed before becomes an article.
    """
    known = around.known
    return _other_text(item, around, known, reread=True) if known else _first(item, around)


def against_original(item: Article, known: Article, original: Stored | None) -> Article:
    """A fresh reading of a known copy, held against its original as the stored one was."""
    if known.relation != "mirror" or original is None:
        return item
    return verified(item, original.article)


@dataclass(frozen=True, slots=True)
class _Judged:
    """An article with its marks and its doubts settled.

    Attributes:
        article: As it is stored.
        original: The row of the article that it copies; ``None`` if it is an original.
        former: The one that was the original until now, and is not any more.
    """

    article: Article
    original: int | None = None
    former: Article | None = None


def _first(item: Article, around: Neighbours) -> New | Copy:
    judged = _judge(item, around)
    if judged.original is not None:
        return Copy(article=judged.article, sketch=around.sketch, original=judged.original)
    adopted = _adopted(judged, around)
    return New(
        article=judged.article,
        sketch=around.sketch,
        adopted=adopted,
        settled=_settled(judged, around, adopted),
    )


def _other_text(item: Article, around: Neighbours, known: Stored, *, reread: bool) -> Revision:
    """Another text of the article that is known; ``reread`` if the site did not change it."""
    judged = _judge(replace(item, revision=known.article.revision + (not reread)), around)
    adopted = _adopted(judged, around)
    return Revision(
        article=judged.article,
        sketch=around.sketch,
        known=known,
        extraction=known.extraction + 1 if reread else 1,
        original=judged.original,
        adopted=adopted,
        settled=_settled(judged, around, adopted),
    )


def _judge(item: Article, around: Neighbours) -> _Judged:
    match = closest(_candidate(item, around), around.sketch, around)
    if match is None:
        return _Judged(_with_marks(item, None, None, None))
    if match.number == around.number and around.known:
        # The nearest is a copy of this very article, which stays what it was.
        was = around.known.article
        original = around.originals.get(was.duplicate_of or "")
        item = _with_marks(item, was.duplicate_of, was.relation, was.similarity)
        return _Judged(item, original.id if original else None)
    other = around.stored(match.number)
    own = copy(around.number, item, around.first_seen)
    if original_of(own, copy(other.id, other.article, other.first_seen_at)) is own:
        return _Judged(_with_marks(item, None, None, None), former=other.article)
    relation = match.relation
    item = _with_marks(item, other.article.url, relation.name, round(relation.similarity, 4))
    if relation.name == "mirror":
        item = verified(item, other.article)
    return _Judged(item, other.id)


def _with_marks(
    item: Article, original: str | None, relation: str | None, similarity: float | None
) -> Article:
    return replace(item, duplicate_of=original, relation=relation, similarity=similarity)


def _candidate(item: Article, around: Neighbours) -> Candidate:
    return candidate(around.number, item, around.sketch.exact.hex())


def _adopted(judged: _Judged, around: Neighbours) -> tuple[Adopted, ...]:
    """The article that this one outranks, with its copies.

    One that is itself marked as a copy of a third stays that.
    """
    former = judged.former
    if former is None or former.duplicate_of is not None:
        return ()
    own = _candidate(judged.article, around)
    return tuple(
        Adopted(each.id, relation, each.article.duplicate_of is None)
        for each in around.copies
        if each.id != around.number
        and former.url in (each.article.url, each.article.duplicate_of)
        and (relation := compare(candidate(each.id, each.article, each.text_hash), own))
    )


def _settled(
    judged: _Judged, around: Neighbours, adopted: tuple[Adopted, ...]
) -> tuple[Settled, ...]:
    """The mirrors' copies of a new original, where it says what was in doubt in them."""
    if judged.former is None:
        return ()
    mirrors = {each.id for each in adopted if each.relation.name == "mirror"}
    own = (judged.article.url, "mirror")
    fixed = [
        (each, verified(each.article, judged.article))
        for each in around.copies
        if each.id in mirrors or (each.article.duplicate_of, each.article.relation) == own
    ]
    return tuple(Settled(each.id, now) for each, now in fixed if now is not each.article)


def _is_reading(known: Article, item: Article, earlier: Article | None) -> bool:
    """Whether the site's text is the old one, read otherwise by newer code.

    The stored text may have been extracted by an older renmin; its bytes were read again with
    today's code, and only what then differs from the new page was changed by the site.
    """
    if known.body_sha256 is None or known.body_sha256 == item.body_sha256:
        return True
    if earlier is None or earlier.body_sha256 != known.body_sha256:
        return False
    return _same_text(earlier, item)


def _same_text(one: Article, other: Article) -> bool:
    return _printed(one) == _printed(other)


def _printed(item: Article) -> tuple[object, ...]:
    return item.title, item.paragraphs, [photo.caption for photo in item.photos]


# A mirror's restored copy, held against the clean original. The original settles doubts of the
# copy and nothing else; what then agrees throughout is verified, and the article says so
# (``mirror-verified`` among its repairs).


def verified(copy: Article, original: Article) -> Article:
    """A restored copy with the doubts settled that its original settles.

    Returns:
        The same object if the original says nothing.
    """
    if not copy.damage or original.damage:
        return copy
    paragraphs: list[str] = []
    doubts = [
        doubt
        for doubt in copy.doubts
        if doubt.field != "paragraphs" or doubt.reason != "characters"
    ]
    agreeing = 0
    for index, text in enumerate(copy.paragraphs):
        mine = [
            each for each in copy.doubts if (each.field, each.paragraph) == ("paragraphs", index)
        ]
        result = _aligned(text, mine, copy.damage, original.paragraphs)
        paragraphs.append(result.text)
        doubts += (replace(each, field="paragraphs", paragraph=index) for each in result.doubts)
        agreeing += sum(repair.count for repair in result.repairs if repair.rule == VERIFIED)
    repairs = [repair for repair in copy.repairs if repair.rule != VERIFIED]
    if agreeing:
        repairs.append(Repair(rule=VERIFIED, count=agreeing, lossless=True))
    fixed = replace(
        copy, paragraphs=tuple(paragraphs), doubts=tuple(doubts), repairs=tuple(repairs)
    )
    return copy if fixed == copy else fixed


def _aligned(
    text: str, doubts: Sequence[Doubt], damage: tuple[str, ...], others: Sequence[str]
) -> Repaired:
    """One paragraph beside the paragraph of the original that shares most pairs of characters."""
    pairs = _pairs(text)
    other = max(others, key=lambda each: len(pairs & _pairs(each)), default="")
    return align(Repaired(text, doubts=tuple(doubts), damage=damage), other)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
