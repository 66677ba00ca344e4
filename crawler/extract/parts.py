"""The part of a page's source that holds the article: what a design needs, without the rest.

On most pages the article stands in a seventh of the source, and the parse costs more than all
else. So a design may name the box that holds it, and that box alone is cut out and parsed. Where a
box ends is counted in the source and then confirmed by the parser's own tree; whatever does not
fit (no editors' line in it, a box that the parser closes elsewhere, a beginning inside a comment)
means that the whole page is read instead. A part may hold more than the box, never less.
"""

from __future__ import annotations

import re
from functools import cache

# A sentinel behind the part: where the parser puts it tells which elements it left open.
END_ID = "end-of-part"
END = f'<i id="{END_ID}"></i>'

_OPENING = re.compile(
    r"<(\w{1,10})\s[^<>]{0,400}?\b(?:class|id)\s?=\s?[\"']?[^\"'<>]{0,200}", re.IGNORECASE
)
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
_EDITORS = re.compile(r"责编|責編|责任编辑|責任編輯|编辑\s?[:：]|編輯\s?[:：]")


def cut(html: str, opens: str, closes: str) -> str | None:
    """Return the part of a page that begins with one box and ends with the end of another.

    Args:
        html: The decoded page.
        opens: Class or id of the element with which it begins; the first one of the page.
        closes: Class or id of the element with whose end it ends; ``""`` for the same one.

    Returns:
        The part, with :data:`END` behind it; ``None`` if there is no such box, if its end is not
        to be found, or if no editors are named in it.
    """
    start = _opening(html, opens, 0)
    last = _opening(html, closes, start) if closes and start >= 0 else start
    if last < 0 or _in_no_text(html, start):
        return None
    end = _end_of(html, last)
    if end is None or _EDITORS.search(html, start, end) is None:
        return None
    return html[start:end] + END


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
    name = _OPENING.match(html, start)
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
