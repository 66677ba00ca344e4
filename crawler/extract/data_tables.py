"""Rows of data, told from tables that only set text and images in columns.

The site's editors have used tables for both for twenty years. A row of data is one line of the
article, whatever its cells hold; a cell of a layout table holds paragraphs, each its own line.
"""

from __future__ import annotations

from crawler.extract.tree import Element, text_of

# What one cell of data says at most; and from how many characters on several lines are a text.
_LONGEST_CELL = 400
_TEXT = 120
_PARTS = frozenset({"tbody", "thead", "tfoot"})
_LINES = frozenset({"p", "div", "br", "li"})


def rows_of_data(table: Element) -> list[Element]:
    """Return the rows of a table that are data: two cells with text or more, no image, no text.

    A row under a row of images describes them and is none.
    """
    # A table that holds others sets the page: none of its rows is asked, so no row is asked twice.
    if next(table.iterdescendants("table"), None) is not None:
        return []
    found = []
    above = 0  # images in the row above
    for row in _rows(table):
        images = sum(1 for _ in row.iter("img"))
        if not images and above < 2 and _is_data(row):
            found.append(row)
        above = images
    return found


def _rows(table: Element) -> list[Element]:
    rows = []
    for part in table:
        if part.tag == "tr":
            rows.append(part)
        elif part.tag in _PARTS:
            rows += part.iterchildren("tr")
    return rows


def _is_data(row: Element) -> bool:
    cells = list(row.iterchildren("td", "th"))
    if len(cells) < 2:
        return False
    texts = list(map(text_of, cells))
    if any(map(_is_text, cells, texts)):
        return False
    return len(texts) - texts.count("") > 1


def _is_text(cell: Element, text: str) -> bool:
    """Tell a cell that holds paragraphs."""
    if len(text) <= _TEXT:
        return False
    return len(text) > _LONGEST_CELL or sum(1 for _ in cell.iter(*_LINES)) > 1
