"""What belongs to an article outside its text box: the first photo, and what a stray tag cut off.

An end tag too many closes the text box in the middle of the text. The rest then stands behind the
box, and the editors' line behind the rest: so what a box without its editors' line is followed by,
up to that line, is the article's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from crawler.extract.boilerplate import CAPTIONS, EDITORS
from crawler.extract.tree import Element

# How many boxes a text can have been cut out of; each stray tag closes one.
_MOST_CLOSED = 4
# So many elements may stand between a text box and the editors; more are another part of the page.
_MOST_BETWEEN = 400
# What stands before a text box and ends the search for its first photo.
_HEADLINES = frozenset({"h1", "h2", "h3", "h4", "h5", "ul", "script", "style"})
# The rest of a text is in these, and says nothing about itself.
_LONGEST_NAMES = 200


def photos_above(box: Element) -> list[Element]:
    """Return the elements with an image between the headline and the text box, in reading order."""
    found: list[Element] = []
    for element in box.itersiblings(preceding=True):
        names = _names(element)
        if element.tag in _HEADLINES or (names and not names & CAPTIONS):
            break
        if element.tag == "img" or next(element.iter("img"), None) is not None:
            found.append(element)
    return found[::-1]


def cut_off(box: Element, known: Collection[Element] = ()) -> tuple[list[Element], Element | None]:
    """Return what follows a text box up to the editors' line, and the element with that line.

    Args:
        box: A text box that has no editors' line of its own.
        known: Elements that the design reads by itself, and that are passed over.

    Returns:
        Elements in reading order, each with the text behind it (the first is the box itself, for
        that text alone), and the editors' element; nothing and ``None`` if no editors follow.
    """
    found: list[Element] = [box]
    for element in _following(box):
        editors = _editors_in(element)
        if editors is not None:
            return found, editors
        if element not in known and _is_plain(element):
            found.append(element)
    return [], None


def _following(box: Element) -> Iterator[Element]:
    """Yield the siblings behind a box, then those behind the boxes around it."""
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


def _editors_in(element: Element) -> Element | None:
    """Return the editors' box that an element is or holds."""
    if _names(element) & EDITORS:
        return element
    inner = element.iter("div", "p", "span", "i")
    return next((e for e in inner if _names(e) & EDITORS), None)


def _is_plain(element: Element) -> bool:
    names = _names(element)
    return not names or bool(names & CAPTIONS)


def _begins_rest(element: Element) -> bool:
    """Tell the first element that cannot be the article's: another headline."""
    return element.tag in ("h1", "footer", "aside")


def _names(element: Element) -> set[str]:
    return {
        *(element.get("class") or "")[:_LONGEST_NAMES].split(),
        *(element.get("id") or "")[:_LONGEST_NAMES].split(),
    }
