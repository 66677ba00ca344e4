"""Signs that a page was misread: a doubt on the field, for the reader of the record and for the run.

Three of them show on one page alone: a text much shorter than a page of its design has, a text that
goes on behind its box, because an end tag too many had closed it, and a headline of which
``<title>`` does not say a word. A page of a design that is known shows none of them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from itertools import pairwise

from crawler.extract.body import Image, Line
from crawler.extract.header import without_site
from crawler.extract.tidy import tidy
from crawler.extract.tree import Document
from crawler.items import Doubt, DoubtReason

# The shortest reports of the site have some eighty characters; one that ends in no sentence is cut.
_SHORTEST = 50
_SHORT = 100
_ENDS = tuple("。！？…”’）)】》!?")
_MOST_UNREAD = 5  # sentences that stand in the box and not in the text
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<>]{1,400})</title", re.IGNORECASE)
_HEAD = 20_000
# A document's title that names the site or one of its columns says nothing of the article.
_NAMES_SITE = re.compile(r"(?:频道|頻道|人民网|人民網|新闻网|新聞網|首页|首頁|网站|網站)$")
_LETTERS = 4  # a title of fewer may be anything
_ALIKE = 0.3  # share of the headline's letters that the title has by chance


def is_short(paragraphs: Iterable[str], unread: int) -> bool:
    """Tell a text that is too short for an article.

    Args:
        paragraphs: The text.
        unread: How many sentences more stand in its box.

    >>> is_short(["点击查看"], 0), is_short(["村里的新桥今天通车，早上六点，第一辆班车从桥上开过。"] * 4, 0)
    (True, False)
    """
    lines = list(paragraphs)
    length = sum(map(len, lines))
    if length < _SHORTEST or (length < _SHORT and not lines[-1].endswith(_ENDS)):
        return True
    return unread > max(_MOST_UNREAD, sum(line.count("。") for line in lines))


def is_sentence(block: Line | Image) -> bool:
    """Tell a line of text from what else stands behind a text box: a page bar, a photo."""
    return isinstance(block, Line) and block.text.endswith(_ENDS) and "。" in block.text


def unlike_title(headline: str, page: Document) -> str | None:
    """Return what ``<title>`` says instead of the headline; ``None`` if they share anything."""
    title = document_title(page)
    if headline in title:  # as on almost every page
        return None
    title = without_site(title)
    if len(title) < _LETTERS or len(headline) < _LETTERS or _NAMES_SITE.search(title):
        return None
    said, letters = set(title), set(headline)
    pairs = set(pairwise(headline))
    if not pairs.isdisjoint(pairwise(title)):
        return None
    return title if len(letters & said) < _ALIKE * min(len(letters), len(said)) else None


def doubt(field: str, reason: DoubtReason, text: str = "", other: str | None = None) -> Doubt:
    """Mark a whole field."""
    return Doubt(
        field=field,
        start=0,
        end=len(text),
        text=text,
        candidates=(other,) if other else (),
        reason=reason,
    )


def document_title(page: Document) -> str:
    """Return what ``<title>`` says, with the names of the site; no tree is built for that."""
    found = _TITLE.search(page.source, 0, _HEAD)
    said = page.stretch(*found.span()) if found else None
    written = _TITLE.match(said + "</title") if said else None
    return tidy(html.unescape(written[1])) if written else ""
