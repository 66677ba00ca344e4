"""Hold a mirror's restored copy against the clean original.

The original settles doubts of the copy and nothing else; what then agrees throughout is verified,
and the article says so (``mirror-verified`` among its repairs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.items import Article, Doubt, Repair
from crawler.text.mirror.align import VERIFIED, align
from crawler.text.mojibake.result import Repaired


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


def _aligned(
    text: str, doubts: Sequence[Doubt], damage: tuple[str, ...], others: Sequence[str]
) -> Repaired:
    """One paragraph beside the paragraph of the original that shares most pairs of characters."""
    pairs = _pairs(text)
    other = max(others, key=lambda each: len(pairs & _pairs(each)), default="")
    return align(Repaired(text, doubts=tuple(doubts), damage=damage), other)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
