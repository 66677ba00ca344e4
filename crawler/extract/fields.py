"""What a page design is, which designs a page fits, and an article read off a page by its design."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.extract import doubts
from crawler.extract.body import Body, Image, Line, Walk
from crawler.extract.boilerplate import FURNITURE, cut_off, photos_above
from crawler.extract.byline import editors_texts, read_editors
from crawler.extract.captions import Told, tell_apart
from crawler.extract.dates import Moment
from crawler.extract.header import (
    fallback_source,
    fallback_time,
    fallback_title,
    first_time,
    read_source,
    shares_words,
    without_site,
)
from crawler.extract.names import names_in
from crawler.extract.page_furniture import without_noise
from crawler.extract.parts import Part
from crawler.extract.setting import Setting
from crawler.extract.tree import Document, Element, Query, text_of
from crawler.items import Doubt, Photo, Repair

# No page has more boxes of one kind, and each is read as a whole.
_MOST_BOXES = 40
# A text of so many characters is none too short.
_LONG = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Where one page design keeps the parts of an article.

    ``mark`` is asked of the page, ``head`` and ``body`` of the element that it gives, everything
    else of the first element that ``head`` gives: so most queries walk a few elements only. A part
    that a design does not have is ``None``.

    Attributes:
        name: The record's ``template``.
        clues: Strings that all stand in the source of every page of this design: a test that
            costs microseconds, before the queries that cost a hundred times as much.
        part: Where an article lies in the source: what is parsed first. ``None``: the whole page.
        mark: The element that only this design has; usually the box of the text.
        head: The box around title, source and time.
        body: The boxes that hold the text, in reading order, none inside another.
        title: Headline; the first that is not empty counts.
        kicker: Line above it.
        subtitle: Line below it.
        author: Byline box.
        stamp: Lines that name the time and the source, in order of trust.
        editors: Editors' line outside the body; those inside are found without.
        photos_before: Boxes of photos and captions that stand before the text.
        photos_after: The same, behind it.
        captioned: The text *is* the caption: photos first, then lines that describe them.
        furniture: Classes and ids of boxes inside the body that are no part of the article.
    """

    name: str
    clues: tuple[str, ...]
    part: Part | None = None
    mark: Query
    head: Query
    body: Query
    title: Query
    kicker: Query | None = None
    subtitle: Query | None = None
    author: Query | None = None
    stamp: Query | None = None
    editors: Query | None = None
    photos_before: Query | None = None
    photos_after: Query | None = None
    captioned: bool = False
    furniture: frozenset[str] = FURNITURE


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
    text_is_captions: bool = False
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
    title = _title(page, design, head)
    kicker = _first(design.kicker, head)
    subtitle = _first(design.subtitle, head)
    body = _whole_body(page, design, head, boxes)
    stamps = [text_of(element) for element in _all(design.stamp, head)]
    text = body.text(design, frozenset(filter(None, stamps)))
    told = tell_apart(without_headline(text, (title, kicker, subtitle)))
    headline = without_site(title) or fallback_title(page)
    return Reading(
        template=design.name,
        title=headline,
        kicker=kicker or None,
        subtitle=subtitle or None,
        source=first_source(stamps) or fallback_source(page),
        published=first_time(stamps) or fallback_time(page),
        signed=names_in(_first(design.author, head), trusted=True),
        editors=_editors(design, head, body.body),
        paragraphs=told.paragraphs,
        photos=told.photos,
        text_is_captions=told.is_captions,
        doubts=tuple(_doubts(page, headline, told, boxes, is_cut=body.is_cut)),
    )


def _title(page: Document, design: Design, head: Element) -> str:
    """Return the headline: the first that is not empty; of several, one that ``<title>`` says too."""
    titles = list(filter(None, map(text_of, _all(design.title, head))))
    if len(titles) < 2:
        return "".join(titles)
    said = without_site(doubts.document_title(page))
    return next((title for title in titles if shares_words(title, said)), titles[0])


def _doubts(
    page: Document, headline: str, told: Told, boxes: list[Element], *, is_cut: bool
) -> Iterator[Doubt]:
    """Say what looks misread."""
    if told.paragraphs and not told.is_captions and _is_short(told.paragraphs, boxes):
        yield doubts.doubt("paragraphs", "text_short")
    if is_cut:
        yield doubts.doubt("paragraphs", "text_cut")
    other = doubts.unlike_title(headline, page)
    if other is not None:
        yield doubts.doubt("title", "title_unlike", headline, other)


def _is_short(paragraphs: tuple[str, ...], boxes: list[Element]) -> bool:
    """Tell a text that is too short, by itself or beside what stands in its boxes."""
    length = sum(map(len, paragraphs))
    if length > _LONG:
        return False
    said = sum(text_of(box).count("。") for box in boxes)
    return doubts.is_short(paragraphs, said - sum(line.count("。") for line in paragraphs))


def without_headline(blocks: list[Line | Image], headlines: Iterable[str]) -> list[Line | Image]:
    """Drop lines at the start of a text that only say the headline again."""
    said = {headline for headline in headlines if headline}
    for i, block in enumerate(blocks):
        if isinstance(block, Image) or block.text not in said:
            return blocks[i:]
    return []


def first_source(lines: Iterable[str]) -> str | None:
    """Return the first source that a line names."""
    return next(filter(None, map(read_source, lines)), None)


def _all(query: Query | None, element: Element) -> list[Element]:
    """Return what a query finds: the first few, since boxes may stand inside each other."""
    found: list[Element] = query(element) if query is not None else []
    return found[:_MOST_BOXES]


def _first(query: Query | None, element: Element) -> str:
    """Return the first text that is not empty."""
    return next(filter(None, map(text_of, _all(query, element))), "")


@dataclass(frozen=True, slots=True)
class _Whole:
    """The text boxes of a page with what belongs to them.

    Attributes:
        body: All lines and images.
        above: How many of its blocks stand in boxes before the text.
        is_cut: Text goes on behind its box, which an end tag too many has closed.
    """

    body: Body
    above: int
    is_cut: bool

    def text(self, design: Design, stamps: frozenset[str]) -> list[Line | Image]:
        """Return the blocks of the article; a gallery's lines marked as what they are, captions.

        Lines of ``stamps`` are left out: regional galleries print them among the photos.
        """
        blocks = self.body.blocks
        if not design.captioned:
            return without_noise(blocks)
        above, below = (
            without_noise([b for b in part if isinstance(b, Image) or b.text not in stamps])
            for part in (blocks[: self.above], blocks[self.above :])
        )
        own = {block.text for block in above if isinstance(block, Line)}
        article = [
            b
            for b in below
            if isinstance(b, Line) and b.text not in own and not b.setting.caption_box
        ]
        if own and article:
            # The photo has a description of its own: the lines below are the article's text.
            return _captions_first(above + [b for b in below if b not in article]) + article
        return _captions_first(above + below)


def _whole_body(page: Document, design: Design, head: Element, boxes: list[Element]) -> _Whole:
    """Read the text boxes, with the photos before and behind them and what a stray tag cut off."""
    walk = Walk(page, design.furniture, to_editors=True)
    before = _all(design.photos_before, head)
    after = _all(design.photos_after, head)
    for box in before:
        walk.read_inside(box)
    if boxes and not design.captioned:
        walk.read_elements(e for e in photos_above(boxes[0]) if e not in before)
    above = len(walk.body.blocks)
    for box in boxes:
        walk.read_inside(box)
    inside = len(walk.body.blocks)
    if boxes and not design.captioned and not walk.body.editors:
        _read_cut_off(walk, boxes[-1], after)
    is_cut = any(map(doubts.is_sentence, walk.body.blocks[inside:]))
    for box in after:
        walk.read_inside(box)
    return _Whole(walk.body, above, is_cut)


def _read_cut_off(walk: Walk, box: Element, after: list[Element]) -> None:
    rest, editors = cut_off(box, after)
    if editors is None:
        return
    around = {box, *box.iterancestors()}
    for element in rest:
        if element not in around:
            walk.visit(element, Setting(), 0)
        if element.tail:
            walk.add(element.tail, Setting())
    walk.end_line()
    walk.body.editors.append(text_of(editors))


def _captions_first(blocks: list[Line | Image]) -> list[Line | Image]:
    """Mark the lines of a gallery as captions, and keep each image once.

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
    boxes = dict.fromkeys(body.editors + list(map(text_of, _all(design.editors, head))))
    lines = (block.text for block in body.blocks[-6:] if isinstance(block, Line))
    return read_editors(boxes) or read_editors(editors_texts(lines))


def fitting(
    page: Document, designs: Iterable[Design]
) -> Iterator[tuple[Design, Element, list[Element]]]:
    """Yield the designs that fit the page, in their order, with its head box and its text boxes.

    Several may: a page can carry the ids of one design in the boxes of another. The one that shows
    around the headline is asked before the whole source is searched for the clues of each.
    """
    designs = tuple(designs)
    shown = next((design for design in designs if all(map(page.shows, design.clues))), None)
    if shown is not None:
        yield from _fits_part(page, shown)
    for design in designs:
        if all(map(page.holds, design.clues)):
            yield from _fits_part(page, design)
            yield from _fits(page.root, design)


def _fits(root: Element, design: Design) -> Iterator[tuple[Design, Element, list[Element]]]:
    for mark in design.mark(root):
        heads = design.head(mark)
        if heads:
            yield design, heads[0], design.body(mark)


def _fits_part(page: Document, design: Design) -> Iterator[tuple[Design, Element, list[Element]]]:
    """Yield the same of the part that holds the article, if its text boxes end in it."""
    part = page.part(design.part) if design.part else None
    if part is not None:
        root, unfinished = part
        for fit in _fits(root, design):
            if unfinished.isdisjoint(fit[2]):
                yield fit
