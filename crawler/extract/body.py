"""One pass over the box that holds an article: its lines and its images, in reading order.

The box is markup of twenty years: paragraphs in ``<p>``, or parted by ``<br>`` and indented with
full-width spaces; images alone, in ``<center>``, in tables, inside paragraphs; scripts, players,
share buttons and lists of other articles in between. This module says only *what stands there
and how it is set*; :mod:`crawler.extract.page_furniture` and :mod:`crawler.extract.captions` say what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from crawler.extract.boilerplate import BLOCKS, FURNITURE, HEADINGS, SILENT, Box, alignment, box_of
from crawler.extract.images import address_of
from crawler.extract.tidy import tidy
from crawler.extract.tree import Document, Element, text_of

# The parser allows 2,047 levels; below this one, text is taken without looking at its setting.
MAX_DEPTH = 150


class Setting(NamedTuple):
    """How a stretch of text is set.

    Attributes:
        centred: By attribute, style or ``<center>``.
        indented: By ``text-indent``; an indent of full-width spaces is seen in the text.
        caption_box: It stands in a box for captions.
        table: Number of the innermost table around it; 0 outside tables.
        paragraph: Number of the innermost paragraph around it; 0 outside paragraphs.
        linked: It stands in a link.
        bold: It stands in ``<b>``, ``<strong>`` or a heading.
    """

    centred: bool = False
    indented: bool = False
    caption_box: bool = False
    table: int = 0
    paragraph: int = 0
    linked: bool = False
    bold: bool = False


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
    """

    text: str
    setting: Setting
    linked: bool = False
    bold: bool = False
    indented: bool = False
    href: str = ""

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
    """

    blocks: list[Line | Image] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)


def read_body(page: Document, boxes: list[Element], furniture: frozenset[str] = FURNITURE) -> Body:
    """Read the lines and images of ``boxes``, one after the other.

    Args:
        page: The page that holds them.
        boxes: Elements in reading order, none inside another.
        furniture: Classes and ids of inner boxes that are no part of the article.
    """
    walk = _Walk(page, furniture)
    for box in boxes:
        purpose = box_of(box.get("class"), box.get("id"), None, furniture)
        walk.enter(box, Setting(caption_box=purpose is Box.CAPTION), 0)
        walk.end_line()
    return walk.body


class _Walk:
    """The pass itself: the line being gathered, and what has been found."""

    def __init__(self, page: Document, furniture: frozenset[str]) -> None:
        self.page = page
        self.furniture = furniture
        self.body = Body()
        self.pieces: list[str] = []
        self.first: Setting | None = None  # setting of the line's first visible text
        self.plain = False  # the line holds text outside links
        self.light = False  # the line holds text that is not bold
        self.href = ""
        self.tables = 0
        self.paragraphs = 0

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
            if child.tail:
                self.add(child.tail, setting)

    def visit(self, element: Element, setting: Setting, depth: int) -> None:
        """Read one element below the box."""
        tag = element.tag
        if tag == "br":
            self.end_line()
        elif tag == "img":
            self.add_image(element, setting)
        elif tag not in SILENT:
            purpose = self.purpose_of(element)
            if purpose is Box.EDITORS:
                self.body.editors.append(text_of(element))
            elif purpose is not Box.FURNITURE:
                self.open_box(element, setting, depth, purpose is Box.CAPTION)

    def purpose_of(self, element: Element) -> Box:
        """Tell what an element is for."""
        # Most elements of a text have no attributes: not to ask them saves a third of the pass.
        if not element.keys():
            return Box.TEXT
        get = element.get
        return box_of(get("class"), get("id"), get("style"), self.furniture)

    def open_box(self, element: Element, outer: Setting, depth: int, caption: bool) -> None:
        """Read an element that may hold text of the article."""
        if caption or element.tag == "figcaption":
            outer = outer._replace(caption_box=True)
        if element.tag in BLOCKS:
            self.end_line()
            inner = self.block_setting(element, outer)
            if len(element):
                self.enter(element, inner, depth + 1)
            elif element.text:
                self.add(element.text, inner)
            self.end_line()
        else:
            self.enter(element, self.inline_setting(element, outer), depth + 1)

    def add(self, text: str, setting: Setting) -> None:
        """Add a stretch of text to the line."""
        self.pieces.append(text)
        if text.isspace():
            return
        if self.first is None:
            self.first = setting
        self.plain = self.plain or not setting.linked
        self.light = self.light or not setting.bold

    def add_image(self, element: Element, setting: Setting) -> None:
        """Add an image, if it is one of the article's; it ends the line before it."""
        url = address_of(element, self.page)
        if url:
            self.end_line()
            self.body.blocks.append(Image(url, setting))

    def end_line(self) -> None:
        """Close the line being gathered; an empty one leaves no trace."""
        if self.first is not None:
            raw = "".join(self.pieces)
            text = tidy(raw)
            if text:
                self.body.blocks.append(self.line(raw, text, self.first))
        if self.pieces:
            self.pieces = []
            self.first = None
            self.plain = self.light = False
            self.href = ""

    def line(self, raw: str, text: str, first: Setting) -> Line:
        """Describe the gathered line."""
        indented = first.indented or raw.lstrip(" \t\r\n\xa0").startswith("\u3000")
        return Line(text, first, not self.plain, not self.light, indented, self.href)

    def block_setting(self, element: Element, outer: Setting) -> Setting:
        """Return the setting inside a block."""
        tag = element.tag
        table, paragraph = outer.table, outer.paragraph
        if tag == "table":
            self.tables += 1
            table = self.tables
        elif tag == "p":
            self.paragraphs += 1
            paragraph = self.paragraphs
        centred, indented = alignment(element.get("align"), element.get("style"))
        return Setting(
            (outer.centred or tag == "center") if centred is None else centred,
            outer.indented if indented is None else indented,
            outer.caption_box,
            table,
            paragraph,
            outer.linked,
            outer.bold or tag in HEADINGS,
        )

    def inline_setting(self, element: Element, outer: Setting) -> Setting:
        """Return the setting inside an inline element; a cell is one."""
        tag = element.tag
        if tag == "a" and element.get("href"):
            self.href = element.get("href")
            return outer._replace(linked=True)
        if tag in {"b", "strong"}:
            return outer._replace(bold=True)
        if tag in {"td", "th"}:
            self.pieces.append(" ")
            if element.get("align") == "center":
                return outer._replace(centred=True)
        return outer
