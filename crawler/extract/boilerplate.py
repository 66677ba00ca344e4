"""What the boxes inside an article's text are for, by their tag, class, id and style."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

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

# Elements without text of the article. A player's script stands inside <p> on newer pages.
SILENT = frozenset(
    {
        "script",
        "style",
        "noscript",
        "iframe",
        "object",
        "embed",
        "video",
        "audio",
        "source",
        "applet",
    }
    | {"input", "select", "textarea", "button", "svg", "template", "map", "link", "meta", "head"}
    | {"title", "marquee"}
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
    }
)


class Box(Enum):
    """What a box is for."""

    TEXT = 0
    CAPTION = 1
    EDITORS = 2
    FURNITURE = 3


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
    names = {*(classes or "").split(), identity}
    if names & EDITORS:
        return Box.EDITORS
    hidden = style is not None and "display:none" in style.replace(" ", "").lower()
    if hidden or names & furniture:
        return Box.FURNITURE
    return Box.CAPTION if names & CAPTIONS else Box.TEXT


@lru_cache(maxsize=4096)
def alignment(align: str | None, style: str | None) -> tuple[bool | None, bool | None]:
    """Tell whether a block is centred and indented; ``None`` where it does not say.

    >>> alignment(None, "text-indent: 2em; text-align: center;"), alignment("center", None)
    ((True, True), (True, None))
    """
    centred = align.lower() == "center" if align else None
    indented = None
    for rule in (style or "").lower().split(";"):
        name, _, value = rule.partition(":")
        if name.strip() == "text-align":
            centred = value.strip() == "center"
        elif name.strip() == "text-indent":
            indented = not value.strip().startswith("0")
    return centred, indented
