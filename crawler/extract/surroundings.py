"""What belongs to an article outside its text box: the first photo, and what a stray tag cut off.

An end tag too many closes the text box in the middle of the text. The rest then stands behind the
box, and the editors' line behind the rest: so what a box without its editors' line is followed by,
up to that line, is the article's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

from crawler.extract.boilerplate import CAPTIONS, EDITORS
from crawler.extract.tree import Element

# How many boxes a text can have been cut out of; each stray tag closes one.
_MOST_CLOSED = 4
# So many elements may stand between a text box and the editors; more are another part of the page.
_MOST_BETWEEN = 400
# What stands before a text box and ends the search for its first photo.
_HEADLINES = frozenset({"h1", "h2", "h3", "h4", "h5", "ul", "script", "style"})
_PICTURE = re.compile(r"pic|img|image|photo", re.IGNORECASE)
_LONGEST_NAMES = 200


def photos_above(box: Element) -> list[Element]:
    """Return the photos between the headline and the text box, with what is said under them.

    Elements in reading order; the first one holds an image.
    """
    found: list[Element] = []
    photos = 0
    for element in islice(box.itersiblings(preceding=True), _MOST_BETWEEN):
        if element.tag in _HEADLINES or not (_is_plain(element) or _is_picture(element)):
            break
        found.append(element)
        if element.tag == "img" or next(element.iter("img"), None) is not None:
            photos = len(found)
    return found[:photos][::-1]


def cut_off(box: Element, known: Collection[Element] = ()) -> tuple[list[Element], Element | None]:
    """Return what follows a text box up to the editors' line, and the element with that line.

    Args:
        box: A text box that has no editors' line of its own.
        known: Elements that the design reads by itself, and that are passed over.

    Returns:
        Elements in reading order, of which the first, and those that hold it, count for the text
        behind them only; and the editors' element. Nothing and ``None`` if no editors follow.
    """
    found: list[Element] = [box]
    around = set(box.iterancestors())
    for element in _following(box):
        if element in around:
            found.append(element)
            continue
        editors = _editors_in(element)
        if editors is not None:
            return found, editors
        if element not in known and _is_plain(element):
            found.append(element)
    return [], None


def _following(box: Element) -> Iterator[Element]:
    """Yield the siblings behind a box, then the box around it and its siblings, and so on."""
    seen = 0
    for _ in range(_MOST_CLOSED):
        for element in box.itersiblings():
            seen += 1
            if seen > _MOST_BETWEEN or _begins_rest(element):
                return
            yield element
        box = box.getparent()
        if box is None or box.tag in ("body", "html"):
            return
        yield box


def _editors_in(element: Element) -> Element | None:
    """Return the editors' box that an element is or holds."""
    if _names(element) & EDITORS:
        return element
    inner = element.iter("div", "p", "span", "i")
    return next((e for e in inner if _names(e) & EDITORS), None)


def _is_plain(element: Element) -> bool:
    names = _names(element)
    return not names or bool(names & CAPTIONS)


def _is_picture(element: Element) -> bool:
    """Tell a box that is called after the picture in it."""
    return any(_PICTURE.search(name) for name in _names(element))


def _begins_rest(element: Element) -> bool:
    """Tell the first element that cannot be the article's: another headline."""
    return element.tag in ("h1", "footer", "aside")


def _names(element: Element) -> set[str]:
    return {
        *(element.get("class") or "")[:_LONGEST_NAMES].split(),
        *(element.get("id") or "")[:_LONGEST_NAMES].split(),
    }
