"""What a page design is: the places where it keeps the parts of an article.

A design is data. :mod:`crawler.extract.templates` has one file a design, each with one constant
``DESIGN``; :mod:`crawler.extract.choose` lists them; the reading is the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.extract.boilerplate import FURNITURE
from crawler.extract.tree import Query


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


def has_class(name: str) -> str:
    """Return the XPath condition that an element is of class ``name``.

    >>> has_class("rm_txt")
    "contains(concat(' ', @class, ' '), ' rm_txt ')"
    """
    return f"contains(concat(' ', @class, ' '), ' {name} ')"
