"""An article as it is read: photos between the paragraphs, doubtful places marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.items import Article, Doubt, Photo


@dataclass(frozen=True, slots=True)
class TextRun:
    """A run of characters; ``doubt`` says what is uncertain about it, if anything is."""

    text: str
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, or a photo with its caption.

    Attributes:
        runs: The text, or the caption; may be empty for a photo.
        photo: The photo; ``None`` for a paragraph.
    """

    runs: tuple[TextRun, ...]
    photo: Photo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """An article laid out.

    Attributes:
        kicker, title, subtitle: Runs of the three lines; empty where there is none.
        blocks: Paragraphs and photos in reading order.
    """

    kicker: tuple[TextRun, ...]
    title: tuple[TextRun, ...]
    subtitle: tuple[TextRun, ...]
    blocks: tuple[Block, ...]


def lay_out(article: Article) -> LaidOut:
    """Set the photos between the paragraphs and mark the doubts in the text."""
    doubts: defaultdict[tuple[str, int | None], list[Doubt]] = defaultdict(list)
    for doubt in article.doubts:
        doubts[doubt.field, doubt.paragraph].append(doubt)
    photos: defaultdict[int, list[Block]] = defaultdict(list)
    last = len(article.paragraphs)
    for index, photo in enumerate(article.photos):
        runs = marked(photo.caption or "", doubts["photos", index])
        photos[min(max(photo.before_paragraph, 0), last)].append(Block(runs=runs, photo=photo))
    blocks: list[Block] = []
    for index, paragraph in enumerate(article.paragraphs):
        blocks += photos[index]
        blocks.append(Block(runs=marked(paragraph, doubts["paragraphs", index])))
    return LaidOut(
        kicker=marked(article.kicker or "", doubts["kicker", None]),
        title=marked(article.title, doubts["title", None]),
        subtitle=marked(article.subtitle or "", doubts["subtitle", None]),
        blocks=(*blocks, *photos[last]),
    )


def marked(text: str, doubts: Iterable[Doubt]) -> tuple[TextRun, ...]:
    """Cut ``text`` at the doubts; those that do not lie in it, or overlap, are left out.

    >>> marked("会议召开", [Doubt(start=2, end=3, text="召")])[1].text
    '召'
    """
    runs: list[TextRun] = []
    at = 0
    for doubt in sorted(doubts, key=lambda one: one.start):
        if at <= doubt.start < doubt.end <= len(text):
            runs.append(TextRun(text[at : doubt.start]))
            runs.append(TextRun(text[doubt.start : doubt.end], doubt))
            at = doubt.end
    return tuple(run for run in (*runs, TextRun(text[at:])) if run.text)


def parts(article: Article) -> tuple[list[str], ...]:
    """The texts of an article part by part, so that each is set against its own kind."""
    captions = [photo.caption for photo in article.photos]
    lines: Sequence[Sequence[str | None]] = (
        [article.kicker],
        [article.title],
        [article.subtitle],
        article.paragraphs,
        captions,
    )
    return tuple([text for text in part if text] for part in lines)
