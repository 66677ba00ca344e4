"""The part of a page's source that holds the article: what a design needs, without the rest.

On most pages the article stands in a seventh of the source, and the parse costs more than all
else. So a design may name the box that holds it, and that box alone is cut out and parsed. Where a
box ends is counted in the source and then confirmed by the parser's own tree; whatever does not
fit (no editors' line in it, a box that the parser closes elsewhere, a beginning inside a comment)
means that the whole page is read instead. A part may hold more than the box, never less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

# A sentinel behind the part: where the parser puts it tells which elements it left open.
END_ID = "end-of-part"
END = f'<i id="{END_ID}"></i>'

_OPENING = re.compile(
    r"<(\w{1,10})\s[^<>]{0,400}?\b(?:class|id)\s?=\s?[\"']?[^\"'<>]{0,200}", re.IGNORECASE
)
_NAMED = re.compile(r"<(\w{1,10})[\s>]")
_LONGEST_TAG = 600
# So many tags of its name may stand in a box.
_MOST_TAGS = 5_000
# So often a name may stand in the source before it is a box's.
_MOST_TRIES = 40
# Where the text of a page is none: an article cannot begin inside. Looked for so far back.
_NO_TEXT = (
    ("<!--", "-->"),
    ("<script", "</script"),
    ("<style", "</style"),
    ("<textarea", "</textarea"),
)
_BACK = 10_000
_NEAR = 300
_EDITORS = re.compile(r"责编|責編|责任编辑|責任編輯|编辑\s?[:：]|編輯\s?[:：]")


# Elements that hold others; and how far before a headline the one around it is looked for.
_CONTAINER = re.compile(
    r"<(/?)(div|td|tr|tbody|table|center|section|article|main|header|dl|dd)\b", re.I
)
_FAR = 3_000
_MOST_AROUND = 6


@dataclass(frozen=True, slots=True)
class Part:
    """Where the part of a page lies that a design needs.

    Attributes:
        opens: Class or id of the element with which it begins; the first one of the page.
        closes: Class or id of the element with whose end it ends; ``""`` for the same one.
        headline: What the source of the headline before that element begins with, ``<h1``, where
            no name is known for the box around both: the part is then the smallest such box.
        before: True if there need be no such box: the part begins with the headline's own box.
        alone: Class or id that must not open an element behind the part.
    """

    opens: str
    closes: str = ""
    headline: str = ""
    before: bool = False
    alone: str = ""


def find_part(source: str, part: Part) -> tuple[int, int] | None:
    """Return where the part of a page begins and ends that a design needs.

    Args:
        source: The page, decoded, or its bytes as characters: only ASCII is looked at.
        part: What it is.

    Returns:
        ``None`` if there is no such box, or if its end is not to be found. Whether it is whole is
        told by :func:`names_editors`.
    """
    start = _opening(source, part.opens, 0)
    if start < 0 or _in_no_text(source, start):
        return None
    span = _around(source, start, part) if part.headline else _from_box(source, start, part.closes)
    if span and part.alone and _opening(source, part.alone, span[1]) >= 0:
        return None
    return span


def names_editors(part: str) -> bool:
    """Tell a part that reaches to the editors' line, which mostly is its end."""
    near = max(0, len(part) - _NEAR)
    return _EDITORS.search(part, near) is not None or _EDITORS.search(part, 0, near) is not None


def _from_box(html: str, start: int, closes: str) -> tuple[int, int] | None:
    """Return where the part begins and ends whose first box begins at ``start``."""
    last = _opening(html, closes, start) if closes else start
    end = _end_of(html, last) if last >= 0 else None
    return None if end is None else (start, end)


def _around(html: str, box: int, part: Part) -> tuple[int, int] | None:
    """Return the smallest element that holds both the box and a headline before or in it."""
    end = _end_of(html, box)
    headline = html.rfind(part.headline, 0, box)
    if end is None or (part.before and html.find(part.headline, box, end) >= 0):
        return None if end is None else (box, end)
    if headline < 0 or _in_no_text(html, headline):
        return None
    begins = headline
    for start in _holding(html, headline):
        around = _end_of(html, start)
        if around is None:
            return None
        if around > box:
            return (begins, end) if part.before else (start, around)
        begins = start
    return (begins, end) if part.before else None


def _holding(html: str, position: int) -> Iterator[int]:
    """Yield where the elements around a position begin, the innermost first."""
    closed: dict[str, int] = {}
    tags = list(_CONTAINER.finditer(html, max(0, position - _FAR), position))
    found = 0
    for tag in reversed(tags):
        name = tag[2].lower()
        depth = closed.get(name, 0)
        if tag[1]:
            closed[name] = depth + 1
        elif depth:
            closed[name] = depth - 1
        else:
            yield tag.start()
            found += 1
            if found == _MOST_AROUND:
                return


def _opening(html: str, name: str, position: int) -> int:
    """Return where the first element with a class or id begins; -1 without one."""
    at = html.find(name, position)
    for _ in range(_MOST_TRIES):
        if at < 0:
            return -1
        behind = html[at + len(name) : at + len(name) + 1]
        start = html.rfind("<", max(position, at - _LONGEST_TAG), at)
        if start >= 0 and not (behind.isalnum() or behind in "-_"):
            tag = html[start:at]
            if tag[-1:] in "\"' =\t\n" and _OPENING.fullmatch(tag):
                return start
        at = html.find(name, at + len(name))
    return -1


def _end_of(html: str, start: int) -> int | None:
    """Return the position behind the end tag of the element that begins at ``start``."""
    depth = 0
    name = _NAMED.match(html, start)
    if name is None:
        return None
    for count, tag in enumerate(_tags(name[1].lower()).finditer(html, start)):
        depth += -1 if tag[1] else 1
        if depth == 0:
            end = html.find(">", tag.end())
            return end + 1 if end >= 0 else None
        if count > _MOST_TAGS:
            break
    return None


@cache
def _tags(name: str) -> re.Pattern[str]:
    return re.compile(rf"<(/?){name}\b", re.IGNORECASE)


def _in_no_text(html: str, position: int) -> bool:
    """Tell a position inside a comment or inside an element without text."""
    first = max(0, position - _BACK)
    return any(
        html.rfind(begin, first, position) > html.rfind(end, first, position)
        for begin, end in _NO_TEXT
    )
