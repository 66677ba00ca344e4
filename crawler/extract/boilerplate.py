"""What boxes are for, inside an article's text and around it, by their tag, class, id and style.

Tables hold data, or only set text and images in columns; the site's editors have used them for both
for twenty years. A row of data is one line of the
article, whatever its cells hold; a cell of a layout table holds paragraphs, each its own line.

Outside its text box an article may have its first photo, and what a stray tag cut off. An end tag
too many closes the text box in the middle of the text. The rest then stands behind the box, and the
editors' line behind the rest: so what a box without its editors' line is followed by, up to that
line, is the article's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum
from functools import lru_cache
from itertools import islice

from crawler.extract.setting import has_ground, hides, is_white
from crawler.extract.tree import Element, says_more, text_of

# Elements that end the line before them and the line that they hold.
BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "center",
        "table",
        "tbody",
        "thead",
        "tr",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
    }
    | {
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "section",
        "article",
        "figure",
    }
    | {"figcaption", "address", "fieldset", "caption", "form", "main", "header", "footer", "aside"}
    | {"nav", "body"}
)

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

# Players: what they hold is said to readers whose browser cannot play it. Only where an end tag is
# missing do they hold the paragraphs that follow.
PLAYERS = frozenset({"object", "video", "audio", "applet", "embed", "source", "track", "param"})

# Elements without text of the article. A player's script stands inside <p> on newer pages.
SILENT = PLAYERS | frozenset(
    {"script", "style", "noscript", "iframe"}
    | {"input", "select", "textarea", "button", "svg", "template", "map", "link", "meta", "head"}
    | {"title", "marquee", "dialog"}
)

# Boxes that belong to the page and not to the article, by class or id: advertising, page bars,
# share buttons, reporters' portraits, lists of other articles, downloads of the site's own apps.
FURNITURE = frozenset(
    {
        "bza",
        "zdfy",
        "page_n",
        "page_c",
        "tools",
        "news_reporter",
        "section-common-share-wrap",
        "rm_relevant",
    }
    | {"rm_download", "otitle", "box_read", "rwb_tjyd", "rwb_xgxw", "hide", "fx", "ops_share"}
    | {"share", "bdsharebuttonbox", "box_down", "paper_num", "rm_type", "hdNews", "ej_ad"}
    # A digest of other articles, a code to scan, the neighbours, who owns a photo.
    | {"jingbian2012", "tjewm", "lianjie", "pic_copy", "hidden", "sr-only", "visually-hidden"}
    | {"d-none", "display-none", "displaynone", "invisible", "visuallyhidden"}
)

# Advertising names itself: ad, ads, ad_hh, ad-box, ad3, advert; but not add, admin, address.
_ADVERTISING = re.compile(
    r"(?:(?i:[a-z]{1,12}[-_])?(?i:ads?|adv|advert\w{0,12}|guanggao|ggw|tuiguang|promo(?:tion)?|sponsor(?:ed)?|adsbygoogle))"
    r"(?:[-_]?\d{1,3}|[-_][\w-]{0,30}|(?<=ad)[A-Z]\w{0,30})?"
)

EDITORS = frozenset({"edit", "editor", "editer", "p_editor"})

# Boxes that hold an image and its caption, nothing else.
CAPTIONS = frozenset(
    {
        "pictext",
        "pic_text",
        "picText",
        "desc",
        "box_pic",
        "text_img",
        "tujie",
        "img_desc",
        "imgtext",
        "content_first_pic",
    }
)
# And whatever other sites call them: img-desc, photo_txt, pic-caption.
_DESCRIPTION = re.compile(
    r"(?:img|imgs|image|pic|picture|photo|tu)[-_]?(?:desc?|descr|description|info|intro|note|txt|text|caption|explain|remark|title|tit|tip|name)s?"
    r"|(?:[a-z]{1,10}[-_])?caption(?:[-_]text)?|(?:img|pic|photo|fig)caption|tu(?:pian)?[-_]?(?:zhu|shuo(?:ming)?)",
    re.I,
)
# Boxes around an image, and what is said under it: pic, img-box, photo_wrap.
_PICTURE = re.compile(
    r"(?:img|image|pic|picture|photo)s?(?:[-_]?(?:box|wrap|wrapper|con|cont|container|area|left|right|center|c|show))?",
    re.I,
)
# Of the descriptions of a gallery's photos.
DESCRIPTIONS = frozenset({"text_show_img", "pic_info_con", "group_show"})


# So many characters of text in a player are paragraphs whose player was never closed.
_PARAGRAPH = 40
# So many boxes around white letters are asked for their ground.
_MOST_AROUND = 6
# So much may be said under an image, in so many paragraphs.
_LONGEST_SAID = 200
_MOST_SAID = 3
# No list of classes is longer.
_LONGEST = 500


class Box(Enum):
    """What a box is for."""

    TEXT = 0
    CAPTION = 1
    EDITORS = 2
    FURNITURE = 3
    PICTURE = 4


# A site has a few dozen combinations; asking costs a dictionary look-up.
@lru_cache(maxsize=4096)
def box_of(
    classes: str | None, identity: str | None, style: str | None, furniture: frozenset[str]
) -> Box:
    """Tell what a box is for.

    Args:
        classes: Its ``class``, as written.
        identity: Its ``id``.
        style: Its ``style``; a hidden box is furniture.
        furniture: Classes and ids of boxes that are no part of the article.
    """
    names = {*(classes or "")[:_LONGEST].split(), (identity or "")[:_LONGEST]}
    if names & EDITORS:
        return Box.EDITORS
    if names & furniture or any(map(_ADVERTISING.fullmatch, names)):
        return Box.FURNITURE
    if style is not None and hides(style):
        return Box.FURNITURE
    if names & CAPTIONS or names & DESCRIPTIONS or any(map(_DESCRIPTION.fullmatch, names)):
        return Box.CAPTION
    return Box.PICTURE if any(map(_PICTURE.fullmatch, names)) else Box.TEXT


def is_invisible(element: Element, own: dict[str, str]) -> bool:
    """Tell an element that says in its ``own`` attributes that it is hidden, or as white as the page."""
    style, colour = own.get("style"), own.get("color")
    if "hidden" in own:
        return True
    if (style is None and colour is None) or not is_white(style, colour):
        return False
    # White letters are read in a box that is painted.
    return not any(
        around.get("bgcolor") or around.get("background") or has_ground(around.get("style"))
        for around in islice(element.iterancestors(), _MOST_AROUND)
    )


def holds_a_picture(element: Element) -> bool:
    """Tell a box with an image in which no more is said than under one."""
    if next(element.iter("img"), None) is None:
        return False
    if next(islice(element.iter("p", "br"), _MOST_SAID, None), None) is not None:
        return False
    return not says_more(element, _LONGEST_SAID)


def holds_paragraphs(element: Element) -> bool:
    """Tell a player whose end tag is missing: the paragraphs that follow stand inside it."""
    return next(element.iter("p", "br"), None) is not None and says_more(element, _PARAGRAPH)


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


# How many boxes a text can have been cut out of; each stray tag closes one.
_MOST_CLOSED = 4
# So many elements may stand between a text box and the editors; more are another part of the page.
_MOST_BETWEEN = 400
# What stands before a text box and ends the search for its first photo.
_HEADLINES = frozenset({"h1", "h2", "h3", "h4", "h5", "ul", "script", "style"})
_OF_PICTURES = re.compile(r"pic|img|image|photo", re.IGNORECASE)
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
    return any(_OF_PICTURES.search(name) for name in _names(element))


def _begins_rest(element: Element) -> bool:
    """Tell the first element that cannot be the article's: another headline."""
    return element.tag in ("h1", "footer", "aside")


def _names(element: Element) -> set[str]:
    return {
        *(element.get("class") or "")[:_LONGEST_NAMES].split(),
        *(element.get("id") or "")[:_LONGEST_NAMES].split(),
    }
