"""The page designs of the site, one module each: ``render(sheet)`` gives head, article and rest.

They follow the designs by their marks (ids and classes); every word and style rule is made up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from crawler.replica.designs import a2007, a2010, a2013, b2016, c2020, d2026, gallery, unknown
from crawler.replica.markup import Sheet

Rendered = tuple[str, str, str]

DESIGNS: dict[str, Callable[[Sheet], Rendered]] = {
    "a2007": a2007.render,
    "a2010": a2010.render,
    "a2013": a2013.render,
    "b2016": b2016.render,
    "c2020": c2020.render,
    "d2026": d2026.render,
    "gallery": gallery.render,
    "unknown": unknown.render,
}

# Channels change their design when they like: these take turns in the pages of the last days.
_RECENT = ("c2020", "d2026", "c2020", "b2016", "d2026", "a2013", "c2020", "a2010")


def design_of(day: date, today: date, place: int) -> str:
    """Choose the design of an article: by its year, or its channel's habit if it is recent.

    Args:
        day: When it was published.
        today: Day 0 of the site.
        place: Number of its channel.
    """
    if (today - day).days <= 40:
        return _RECENT[place % len(_RECENT)]
    eras = ((2010, "a2007"), (2012, "a2010"), (2015, "a2013"), (2020, "b2016"), (2025, "c2020"))
    return next((name for year, name in eras if day.year <= year), "d2026")
