"""Read an article off a page whose design is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crawler.extract.body import Body, Image, Line, read_body
from crawler.extract.byline import is_editors_text, read_editors
from crawler.extract.captions import tell_apart
from crawler.extract.dates import Moment
from crawler.extract.designs import Design
from crawler.extract.header import (
    fallback_source,
    fallback_time,
    fallback_title,
    first_time,
    read_source,
    without_site,
)
from crawler.extract.names import names_in
from crawler.extract.page_furniture import without_noise
from crawler.extract.tree import Document, Element, Query, text_of
from crawler.items import Doubt, Photo, Repair


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reading of a page found; the fields are those of :class:`crawler.items.Article`.

    Attributes:
        node_id: The original's column, where a copy's own address tells it.
        content_id: The original's number, likewise.
        signed: Names in the byline box; those in the text are read from the paragraphs later.
        damage: With ``repairs`` and ``doubts``: what had to be undone before the page could be
            read; only pages of garbling mirrors need it.
        copy_of: Canonical address of the original, where a copy's own address tells it.
    """

    template: str
    title: str = ""
    kicker: str | None = None
    subtitle: str | None = None
    source: str | None = None
    node_id: str | None = None
    content_id: str | None = None
    published: Moment | None = None
    signed: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    photos: tuple[Photo, ...] = ()
    damage: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    copy_of: str | None = None


def read(page: Document, design: Design, head: Element, boxes: list[Element]) -> Reading:
    """Read all fields of a page of a known design.

    Args:
        page: The page.
        design: Its design.
        head: Its first head box.
        boxes: Its text boxes; may be empty for a gallery.

    Returns:
        The reading; ``paragraphs`` and ``photos`` are empty if the boxes hold nothing.
    """
    title = _first(design.title, head)
    kicker = _first(design.kicker, head)
    subtitle = _first(design.subtitle, head)
    body = _whole_body(page, design, head, boxes)
    blocks = without_headline(without_noise(body.blocks), (title, kicker, subtitle))
    told = tell_apart(_as_captions(blocks) if design.captioned else blocks)
    stamps = [text_of(element) for element in _all(design.stamp, head)]
    return Reading(
        template=design.name,
        title=without_site(title) or fallback_title(page),
        kicker=kicker or None,
        subtitle=subtitle or None,
        source=first_source(stamps) or fallback_source(page),
        published=first_time(stamps) or fallback_time(page),
        signed=names_in(_first(design.author, head), trusted=True),
        editors=_editors(design, head, body),
        paragraphs=told.paragraphs,
        photos=told.photos,
    )


def without_headline(blocks: list[Line | Image], headlines: Iterable[str]) -> list[Line | Image]:
    """Drop lines at the start of a text that only say the headline again."""
    said = {headline for headline in headlines if headline}
    while blocks and isinstance(blocks[0], Line) and blocks[0].text in said:
        blocks = blocks[1:]
    return blocks


def first_source(lines: Iterable[str]) -> str | None:
    """Return the first source that a line names."""
    return next(filter(None, map(read_source, lines)), None)


def _all(query: Query | None, element: Element) -> list[Element]:
    return query(element) if query is not None else []


def _first(query: Query | None, element: Element) -> str:
    """Return the first text that is not empty."""
    return next(filter(None, map(text_of, _all(query, element))), "")


def _whole_body(page: Document, design: Design, head: Element, boxes: list[Element]) -> Body:
    """Read the text boxes, with the photo boxes before and behind them."""
    body = read_body(page, boxes, design.furniture, to_editors=True)
    before = _all(design.photos_before, head)
    after = _all(design.photos_after, head)
    if before:
        body.blocks[:0] = read_body(page, before, design.furniture).blocks
    if after:
        body.blocks += read_body(page, after, design.furniture).blocks
    return body


def _as_captions(blocks: list[Line | Image]) -> list[Line | Image]:
    """Mark the lines of a gallery as what they are, captions, and keep each image once.

    Its photo box may stand inside its text box, and is then read with both.
    """
    marked: list[Line | Image] = []
    seen: set[str] = set()
    for block in blocks:
        if isinstance(block, Line):
            marked.append(block.as_caption())
        elif block.url not in seen:
            seen.add(block.url)
            marked.append(block)
    return marked


def _editors(design: Design, head: Element, body: Body) -> tuple[str, ...]:
    """Read the editors: from their box, else from a line of the text that says 责编."""
    boxes = body.editors + [text_of(element) for element in _all(design.editors, head)]
    lines = (b.text for b in body.blocks[-6:] if isinstance(b, Line) and is_editors_text(b.text))
    return read_editors(boxes) or read_editors(lines)
