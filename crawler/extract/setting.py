"""How a stretch of text is set: what its attributes and its style say about it.

Only what helps to tell a caption, a heading and hidden text from a paragraph is read. Both
functions are asked for every element with attributes, and a page has a few dozen combinations: so
they are remembered.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Setting(NamedTuple):
    """How a stretch of text is set.

    Attributes:
        centred: By attribute, style or ``<center>``.
        indented: By ``text-indent``; an indent of spaces is seen in the text.
        caption_box: It stands in a box for captions.
        table: Number of the innermost table around it; 0 outside tables.
        row: Number of the row of data around it; 0 outside such rows.
        paragraph: Number of the innermost paragraph around it; 0 outside paragraphs.
        linked: It stands in a link.
        bold: It stands in ``<b>``, ``<strong>`` or a heading, or is bold by style.
        small: It is set in small or grey letters.
        breaks: Line breaks of the source are line breaks of the text, as in ``<pre>``.
    """

    centred: bool = False
    indented: bool = False
    caption_box: bool = False
    table: int = 0
    row: int = 0
    paragraph: int = 0
    linked: bool = False
    bold: bool = False
    small: bool = False
    breaks: bool = False


class Style(NamedTuple):
    """What ``align`` and ``style`` say; ``None`` where they do not."""

    centred: bool | None = None
    indented: bool | None = None
    bold: bool | None = None
    small: bool | None = None
    breaks: bool | None = None


_SMALL_SIZE = re.compile(
    r"(?:[1-9]|1[0-3])(?:\.\d{1,4})?px|(?:[1-9]|10)(?:\.\d)?pt|(?:x{1,9}-)?small(?:er)?"
    r"|0?\.[5-9]\d{0,3}r?em|[5-9]\d(?:\.\d{1,2})?%"
)
_GREY = re.compile(
    r"#(?P<a>[5-9ab])(?P=a)(?P=a)|#(?P<b>[5-9ab][0-9a-f])(?P=b)(?P=b)|(?:dim|dark)?gr[ae]y"
    r"|rgba?\((?P<c>[89]\d|1[0-8]\d),\s?(?P=c),\s?(?P=c)[^()]{0,12}\)"
)
_WHITE = re.compile(r"#fff(?:fff)?|white|rgba?\(255,\s?255,\s?255[^()]{0,12}\)")
_SHRUNK = re.compile(r"scale[xy]?\(0(?:,\s?0)?\)")
_CLIPPED = re.compile(r"rect\((?:0|1px)\D|inset\((?:50|100)%")
_NOTHING = re.compile(r"[-+]?0*(?:\.0*)?[a-z%]{0,4}")
_FAR_AWAY = re.compile(r"-\d{4,6}(?:px|em|pt)?")
_LONGEST_STYLE = 2_000


@lru_cache(maxsize=4096)
def style_of(align: str | None, style: str | None) -> Style:
    """Tell how an element sets its text.

    >>> style_of(None, "text-indent: 2em; text-align: center;")[:2], style_of("center", None)[:2]
    ((True, True), (True, None))
    >>> style_of(None, "font-size:12px;color:#999").small
    True
    """
    rules = _rules(style)
    centred = align.strip().lower() == "center" if align else None
    if "text-align" in rules:
        centred = rules["text-align"] == "center"
    indent = rules.get("text-indent")
    weight = rules.get("font-weight")
    space = rules.get("white-space")
    return Style(
        centred,
        None if indent is None else not indent.startswith("0"),
        None if weight is None else weight.startswith(("bold", "6", "7", "8", "9")),
        _is_small(rules),
        None if space is None else space.startswith(("pre", "break-spaces")),
    )


@lru_cache(maxsize=4096)
def hides(style: str) -> bool:
    """Tell a style that keeps its text from the eye: the copy protection of many sites.

    >>> hides("display:none !important"), hides("font-size:0;line-height:0"), hides("font-size:0.9em")
    (True, True, False)
    """
    rules = _rules(style)
    return (
        rules.get("display") == "none"
        or rules.get("visibility") in ("hidden", "collapse")
        or rules.get("color") == "transparent"
        or rules.get("font-size") == "1px"
        or any(_NOTHING.fullmatch(rules.get(name, "1")) for name in ("font-size", "opacity"))
        or _SHRUNK.match(rules.get("transform", "")) is not None
        or any(_CLIPPED.match(rules.get(name, "")) for name in ("clip", "clip-path"))
        or any(_FAR_AWAY.fullmatch(rules.get(name, "")) for name in ("text-indent", "left", "top"))
        or (rules.get("overflow") == "hidden" and _has_no_room(rules))
    )


def _has_no_room(rules: dict[str, str]) -> bool:
    sides = [rules.get(name, "1") for name in ("width", "height", "max-width", "max-height")]
    return any(map(_NOTHING.fullmatch, sides))


@lru_cache(maxsize=256)
def is_grey(colour: str | None) -> bool:
    """Tell the colour of side remarks.

    >>> is_grey("#999999"), is_grey("#000")
    (True, False)
    """
    return colour is not None and _GREY.fullmatch(colour.strip().lower()) is not None


@lru_cache(maxsize=256)
def is_white(style: str | None, colour: str | None = None) -> bool:
    """Tell text that is as white as the page, unless the style itself gives it another ground.

    >>> is_white("color:#FFF"), is_white("color:#fff;background:#c00"), is_white(None, "#ffffff")
    (True, False, True)
    """
    rules = _rules(style)
    if has_ground(style):
        return False
    return _WHITE.fullmatch(rules.get("color", (colour or "").strip().lower())) is not None


def has_ground(style: str | None) -> bool:
    """Tell a style that paints what lies behind its text."""
    return style is not None and "background" in style.lower()


def _is_small(rules: dict[str, str]) -> bool | None:
    size, colour = rules.get("font-size"), rules.get("color")
    if size is None and colour is None:
        return None
    return bool((size and _SMALL_SIZE.fullmatch(size)) or (colour and _GREY.fullmatch(colour)))


@lru_cache(maxsize=4096)
def _rules(style: str | None) -> dict[str, str]:
    """Return the rules of a style, lower case, the last of each; ``!important`` is left out."""
    found = {}
    for rule in (style or "")[:_LONGEST_STYLE].lower().split(";"):
        name, colon, value = rule.partition(":")
        if colon:
            found[name.strip()] = value.partition("!")[0].strip()
    return found
