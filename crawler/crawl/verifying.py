"""Hold a mirror's restored copy against the clean original, where the store has both.

The original settles doubts of the copy and nothing else; what then agrees throughout is verified,
and the article says so (``mirror-verified`` among its repairs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from crawler.items import Article, Doubt, Repair
from crawler.store import articles
from crawler.text.mirror.align import VERIFIED, align
from crawler.text.mojibake.result import Repaired


def settled(connection: Connection, item: Article, known: Article) -> Article:
    """A fresh reading of a known copy, held against its original as the stored one was."""
    if known.relation != "mirror":
        return item
    marked = replace(item, duplicate_of=known.duplicate_of, relation=known.relation)
    fixed = _against_original(connection, marked)
    return replace(fixed, duplicate_of=item.duplicate_of, relation=item.relation)


def verify(connection: Connection, article_id: int, item: Article) -> Article:
    """Hold an article that was stored just now against its original, if it is a mirror's copy.

    Args:
        connection: The transaction that stored it.
        article_id: Its row.
        item: As it stands, with its marks.

    Returns:
        The article as it stands now.
    """
    fixed = _against_original(connection, item)
    if fixed is not item:
        articles.amend(connection, article_id, fixed)
    return fixed


def verify_copies(connection: Connection, original_id: int, original: Article) -> None:
    """Hold the mirror's copies of an original that came after them against it."""
    for each in articles.copies_of(connection, original_id, "mirror"):
        if stored := articles.get(connection, each):
            fixed = verified(stored.article, original)
            if fixed is not stored.article:
                articles.amend(connection, each, fixed)


def verified(copy: Article, original: Article) -> Article:
    """A restored copy with the doubts settled that its original settles.

    Returns:
        The same object if the original says nothing.
    """
    if not copy.damage or original.damage:
        return copy
    paragraphs: list[str] = []
    doubts = [doubt for doubt in copy.doubts if doubt.field != "paragraphs"]
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


def _against_original(connection: Connection, item: Article) -> Article:
    if item.relation != "mirror" or item.duplicate_of is None:
        return item
    original = articles.find(connection, item.duplicate_of)
    return verified(item, original.article) if original else item


def _aligned(
    text: str, doubts: Sequence[Doubt], damage: tuple[str, ...], others: Sequence[str]
) -> Repaired:
    """One paragraph beside the paragraph of the original that shares most pairs of characters."""
    pairs = _pairs(text)
    other = max(others, key=lambda each: len(pairs & _pairs(each)), default="")
    return align(Repaired(text, doubts=tuple(doubts), damage=damage), other)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
