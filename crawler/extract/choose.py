"""Which page design a page is of: the first of the list that fits what stands on the page.

Neither the date nor the host decides: one host has served pages of several designs on one day.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.extract.design import Design
from crawler.extract.templates import (
    capital,
    cpc2019,
    cpc_table,
    gallery,
    gallery2010,
    health,
    theory2026,
    wb2010,
    wb2013,
    wb2016,
    wbc2020,
    zw2026,
)
from crawler.extract.tree import Element, Page

# Tried top to bottom. A design that adds something to another stands before it.
DESIGNS: tuple[Design, ...] = (
    theory2026.DESIGN,
    zw2026.DESIGN,
    wbc2020.DESIGN,
    wb2016.DESIGN,
    wb2010.DESIGN,
    wb2013.DESIGN,
    gallery.DESIGN,
    gallery2010.DESIGN,
    health.DESIGN,
    capital.DESIGN,
    cpc2019.DESIGN,
    cpc_table.DESIGN,
)


def fitting(page: Page) -> Iterator[tuple[Design, Element, list[Element]]]:
    """Yield the designs that fit the page, with its head box and its text boxes.

    More than one may: a page can carry the ids of one design in the boxes of another. Whoever
    reads takes the first that gives an article.
    """
    for design in DESIGNS:
        if not all(map(page.holds, design.clues)):
            continue
        for mark in design.mark(page.root):
            heads = design.head(mark)
            if heads:
                yield design, heads[0], design.body(mark)
