"""One pass over the box that holds an article: its lines and its images, in reading order.

The box is markup of twenty years: paragraphs in ``<p>``, or parted by ``<br>`` and indented with
full-width spaces; images alone, in ``<center>``, in tables, inside paragraphs; scripts and players
in between. This module says only *what stands there and how it is set*;
:mod:`crawler.extract.page_furniture` and :mod:`crawler.extract.captions` say what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from crawler.errors import ExtractionError
from crawler.extract.boilerplate import (
    BLOCKS,
    FURNITURE,
    HEADINGS,
    PLAYERS,
    SILENT,
    Box,
    box_of,
    holds_a_picture,
    holds_paragraphs,
    is_invisible,
    rows_of_data,
)
from crawler.extract.images import address_of, background_of, is_advert, is_banner, is_sign
from crawler.extract.limits import MOST_BLOCKS
from crawler.extract.setting import Setting, is_grey, style_of
from crawler.extract.tidy import tidy
from crawler.extract.tree import Document, Element, text_of

# The parser allows 2,047 levels; below this one, text is taken without looking at its setting.
MAX_DEPTH = 150

# Spaces that indent; of the no-break space, two.
_WIDE = re.compile("[\u3000\u2000-\u200a]|\xa0[^\xa0]{0,20}\xa0")
# Text that goes on behind an image: the sentence before it has not ended.
_ENDED = ("。", "！", "？", "”", "…", "：", "；", "）", ")", ".", "!", "?", ":", "】")
# A bullet before a link has no more characters.
_BULLET = 6


@dataclass(slots=True)
class Line:
    """One line of text.

    Attributes:
        text: Tidy, never empty.
        setting: Of its first character that is no space.
        linked: All of it is link text.
        bold: All of it is bold.
        indented: By style or by full-width spaces.
        href: Where its last link leads, as written; ``""`` without one.
        tail_linked: All but its first few characters is link text: a bullet and a link.
    """

    text: str
    setting: Setting
    linked: bool = False
    bold: bool = False
    indented: bool = False
    href: str = ""
    tail_linked: bool = False

    def as_caption(self) -> Line:
        """Return the line as if it stood in a box for captions."""
        return replace(self, setting=self.setting._replace(caption_box=True))


@dataclass(slots=True)
class Image:
    """One image of the article.

    Attributes:
        url: Absolute.
        setting: How it is set.
    """

    url: str
    setting: Setting


@dataclass(slots=True)
class Body:
    """What one pass over a box found.

    Attributes:
        blocks: Lines and images in reading order.
        editors: Text of the editors' boxes inside, as printed.
        ended: The editors' box was reached behind text: nothing of the article follows.
    """

    blocks: list[Line | Image] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    ended: bool = False


def read_body(page: Document, boxes: list[Element], furniture: frozenset[str] = FURNITURE) -> Body:
    """Read the lines and images of ``boxes``, one after the other.

    Args:
        page: The page that holds them.
        boxes: Elements in reading order, none inside another.
        furniture: Classes and ids of inner boxes that are no part of the article.
    """
    walk = Walk(page, furniture)
    for box in boxes:
        walk.read_inside(box)
    return walk.body


class Walk:
    """One pass over boxes of a page: the line being gathered, and what has been found in ``body``.

    Args:
        page: The page that holds the boxes.
        furniture: Classes and ids of inner boxes that are no part of the article.
        to_editors: Stop at the editors' box, if text stands before it.
    """

    def __init__(
        self, page: Document, furniture: frozenset[str] = FURNITURE, *, to_editors: bool = False
    ) -> None:
        self.page = page
        self.furniture = furniture
        self.to_editors = to_editors
        self.body = Body()
        self.pieces: list[str] = []
        self.first: Setting | None = None  # setting of the line's first visible text
        self.plain, self.light = (
            0,
            False,
        )  # characters outside links; is there text that is not bold
        self.href = ""
        self.inside: list[Image] = []  # images inside the line, which stand behind it
        self.tables = 0
        self.rows: set[Element] = set()  # rows of data of the tables around
        self.row = 0
        self.paragraphs = 0
        self.asked, self.told = 0, False  # blocks that were asked for a sentence; one of them is

    def read_inside(self, box: Element) -> None:
        """Read what a box holds."""
        if self.body.ended:
            return
        purpose = box_of(box.get("class"), box.get("id"), None, self.furniture)
        self.enter(box, Setting(caption_box=purpose is Box.CAPTION), 0)
        self.end_line()

    def read_elements(self, boxes: Iterable[Element]) -> None:
        """Read elements that stand side by side, without the text behind them."""
        for box in boxes:
            self.visit(box, Setting(), 0)
        self.end_line()

    def enter(self, element: Element, setting: Setting, depth: int) -> None:
        """Read the inside of ``element``; the text after it belongs to its parent."""
        if element.text:
            self.add(element.text, setting)
        if depth > MAX_DEPTH:
            for child in element:
                self.add(text_of(child), setting)
                self.add(child.tail or "", setting)
            return
        for child in element:
            self.visit(child, setting, depth)
            if self.body.ended:
                return
            if child.tail:
                self.add(child.tail, setting)

    def visit(self, element: Element, setting: Setting, depth: int) -> None:
        """Read one element below the box."""
        if len(self.body.blocks) > MOST_BLOCKS:
            raise ExtractionError(self.page.url, None, "page", "too many lines")
        tag = element.tag
        if tag == "br":
            self.end_line(setting)
        elif tag in {"img", "amp-img"}:
            self.add_image(element, setting)
        elif tag in SILENT:
            self.visit_silent(element, setting, depth)
        elif tag == "rt":
            self.add_reading(element, setting)
        elif own := dict(element.items()):  # taken at once: to ask for each costs thrice as much
            self.visit_box(element, own, setting, depth)
        else:
            self.open_box(element, own, setting, depth)

    def visit_silent(self, element: Element, setting: Setting, depth: int) -> None:
        """Read what an element without text of its own holds of the article all the same."""
        if element.tag == "noscript":
            # The image that a script would load, for readers without scripts.
            for image in element.iter("img"):
                self.add_image(image, setting)
        elif element.tag in PLAYERS and holds_paragraphs(element):
            self.enter(element, setting, depth + 1)

    def visit_box(
        self, element: Element, own: dict[str, str], setting: Setting, depth: int
    ) -> None:
        """Read an element that may say in its attributes what it is for."""
        purpose = box_of(own.get("class"), own.get("id"), own.get("style"), self.furniture)
        if purpose is Box.FURNITURE or is_invisible(element, own):
            return
        if purpose is Box.EDITORS:
            self.end_text(element)
        elif purpose is Box.CAPTION or (purpose is Box.PICTURE and holds_a_picture(element)):
            self.open_box(element, own, setting._replace(caption_box=True), depth)
        else:
            self.add_background(element, own, setting)
            self.open_box(element, own, setting, depth)

    def end_text(self, element: Element) -> None:
        """Read the editors' box: what stands behind it is not the article's."""
        text = text_of(element)
        if text:
            self.end_line()
            self.body.editors.append(text)
            self.body.ended = self.to_editors and self.has_sentence()

    def has_sentence(self) -> bool:
        """Whether a line ends like a sentence; no line is asked twice."""
        while self.asked < len(self.body.blocks) and not self.told:
            self.told = _is_sentence(self.body.blocks[self.asked])
            self.asked += 1
        return self.told

    def open_box(self, element: Element, own: dict[str, str], outer: Setting, depth: int) -> None:
        """Read an element that may hold text of the article."""
        tag = element.tag
        if tag == "figcaption" or (tag == "li" and holds_a_picture(element)):
            outer = outer._replace(caption_box=True)
        if tag in BLOCKS:
            if self.pieces:
                self.end_line(outer)
            inner = self.block_setting(element, own, outer)
            if len(element):
                self.enter(element, inner, depth + 1)
                self.end_line(outer)
            elif element.text:
                self.add_paragraph(element.text, inner, outer)
        else:
            self.enter(element, self.inline_setting(element.tag, own, outer), depth + 1)

    def add(self, text: str, setting: Setting) -> None:
        """Add a stretch of text to the line."""
        if setting.breaks and "\n" in text:
            *lines, text = text.split("\n")
            for line in lines:
                self.add(line, setting)
                self.end_line(setting)
        if setting.row:
            # An indent inside a cell parts nothing.
            text = text.replace("\u3000", " ")
        self.pieces.append(text)
        if text.isspace():
            return
        if self.first is None:
            self.first = setting
        if not setting.linked:
            self.plain += len(text)
        self.light = self.light or not setting.bold

    def add_paragraph(self, text: str, inner: Setting, outer: Setting) -> None:
        """Add all the text of a block; most paragraphs of the site are that plain."""
        if inner.row or inner.breaks or self.pieces:
            self.add(text, inner)
            self.end_line(outer)
            return
        trimmed = tidy(text)
        if trimmed:
            self.plain, self.light = 0 if inner.linked else len(text), not inner.bold
            if not inner.linked:
                self.href = ""
            self.body.blocks.append(self.line(text, trimmed, inner))
            self.plain, self.light = 0, False

    def add_reading(self, element: Element, setting: Setting) -> None:
        """Add how a word of ``<ruby>`` is read; in brackets, unless the page has its own."""
        text = text_of(element)
        own = next(element.getparent().iterchildren("rp"), None) is not None
        self.add(text if own or not text else f"（{text}）", setting)

    def add_image(self, element: Element, setting: Setting) -> None:
        """Add an image, if it is one of the article's.

        It ends the line before it, unless it stands inside a sentence.
        """
        if setting.linked and (is_advert(self.href) or is_banner(element)):
            return
        url = address_of(element, self.page, self.href if setting.linked else "")
        if url is None:
            return
        image = Image(url, setting)
        if self.first is not None and not tidy("".join(self.pieces)).endswith(_ENDED):
            if not is_sign(element):
                self.inside.append(image)
            return
        self.end_line()
        last = self.body.blocks[-1] if self.body.blocks else None
        if not isinstance(last, Image) or last.url != url:
            self.body.blocks.append(image)

    def add_background(self, element: Element, own: dict[str, str], setting: Setting) -> None:
        """Add the photo that an empty box shows as its background."""
        url = background_of(element, own.get("style"), self.page)
        if url is not None:
            self.end_line()
            self.body.blocks.append(Image(url, setting))

    def end_line(self, setting: Setting | None = None) -> None:
        """Close the line being gathered; an empty one leaves no trace.

        Args:
            setting: Of what ends it; in a row of data, cells and breaks are mere spaces.
        """
        if setting is not None and setting.row:
            self.pieces.append(" ")
            return
        if self.first is not None:
            raw = "".join(self.pieces)
            text = tidy(raw)
            if text:
                self.body.blocks.append(self.line(raw, text, self.first))
        if self.pieces:
            self.pieces = []
            self.first, self.href = None, ""
            self.plain, self.light = 0, False
        if self.inside:
            self.body.blocks += self.inside
            self.inside = []

    def line(self, raw: str, text: str, first: Setting) -> Line:
        """Describe the gathered line."""
        lead = raw[: len(raw) - len(raw.lstrip())]
        indented = first.indented or (lead != "" and _WIDE.search(lead[:40]) is not None)
        tail_linked = self.plain <= _BULLET + len(lead)
        return Line(text, first, not self.plain, not self.light, indented, self.href, tail_linked)

    def block_setting(self, element: Element, own: dict[str, str], outer: Setting) -> Setting:
        """Return the setting inside a block."""
        tag, table, row, paragraph = element.tag, outer.table, outer.row, outer.paragraph
        if tag == "table":
            self.tables += 1
            table = self.tables
            self.rows |= set(rows_of_data(element))
        elif tag == "tr":
            if element in self.rows:
                self.row += 1
                row = self.row
        elif tag == "p":
            self.paragraphs += 1
            paragraph = self.paragraphs
        style = style_of(own.get("align"), own.get("style"))
        return Setting(  # by position: this is made for every paragraph
            (outer.centred or tag == "center") if style.centred is None else style.centred,
            outer.indented if style.indented is None else style.indented,
            outer.caption_box,
            table,
            row,
            paragraph,
            outer.linked,
            (outer.bold or tag in HEADINGS) if style.bold is None else style.bold,
            outer.small if style.small is None else style.small,
            (outer.breaks or tag == "pre") if style.breaks is None else style.breaks,
        )

    def inline_setting(self, tag: str, own: dict[str, str], outer: Setting) -> Setting:
        """Return the setting inside an inline element; a cell is one."""
        if tag == "a" and own.get("href"):
            self.href = own["href"]
            outer = outer._replace(linked=True)
        elif tag in {"b", "strong"}:
            outer = outer._replace(bold=True)
        elif tag == "small" or (tag == "font" and is_grey(own.get("color"))):
            outer = outer._replace(small=True)
        elif tag in {"td", "th"}:
            self.pieces.append(" ")
            if own.get("align") == "center":
                outer = outer._replace(centred=True)
        written = own.get("style")
        if written:
            style = style_of(None, written)
            outer = outer._replace(
                bold=outer.bold if style.bold is None else style.bold,
                small=outer.small if style.small is None else style.small,
                breaks=outer.breaks if style.breaks is None else style.breaks,
            )
        return outer


def _is_sentence(block: Line | Image) -> bool:
    return isinstance(block, Line) and block.text.endswith(_ENDED)
