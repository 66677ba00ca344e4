"""Pages that no design fits: a general reader finds the text, our own passes read it.

readability-lxml chooses the box; lines, captions, dateline, byline and credits are then read as on
any page. docs/extraction.md compares it with other readers.
"""

from __future__ import annotations

import logging

from lxml import etree

from crawler.extract.body import Image, Line, read_body
from crawler.extract.byline import is_editors_text, read_editors
from crawler.extract.captions import Told, tell_apart
from crawler.extract.dates import read_time
from crawler.extract.fields import Reading, first_source, without_headline
from crawler.extract.header import (
    fallback_source,
    fallback_time,
    fallback_title,
    first_time,
    is_stamp,
    read_source,
)
from crawler.extract.lines import lines_of
from crawler.extract.page_furniture import without_noise
from crawler.extract.tree import Document, parse

NAME = "generic"

# readability is quadratic on hostile pages; no article is near this.
_LARGEST = 1_500_000
_DEEPEST = 200
# A text has sentences; a list of links has none.
_ENDS = ("。", "！", "？", "”", "；", "…", ".", "!", "?", "）", ")")
_FEWEST_CHARACTERS = 30


def read(page: Document) -> Reading:
    """Read a page of unknown design.

    Returns:
        The reading; without paragraphs if nothing on the page reads like an article.
    """
    title = fallback_title(page)
    around = [block for block in lines_of(page) if isinstance(block, Line)]
    short = [line.text for line in around if len(line.text) < 120]
    told = _told(page, title)
    editors = [line.text for line in around if is_editors_text(line.text)]
    return Reading(
        template=NAME,
        title=title,
        source=fallback_source(page) or first_source(short),
        published=first_time(_near_source(short)) or fallback_time(page) or first_time(short[:40]),
        editors=read_editors(editors),
        paragraphs=told.paragraphs,
        photos=told.photos,
    )


def _near_source(lines: list[str]) -> list[str]:
    """Return the lines that name a source and a time: the stamp, on most sites."""
    return [line for line in lines if read_source(line) and read_time(line)]


def _told(page: Document, title: str) -> Told:
    """Read the box that the general reader chose; if that is no text, the sentences of the page."""
    for blocks in (_main_blocks(page), _sentences(page)):
        text = without_headline(without_noise(blocks), (title,))
        while text and isinstance(text[0], Line) and is_stamp(text[0].text):
            text = text[1:]
        told = tell_apart(text)
        if _reads_like_text(told.paragraphs):
            return told
    return Told((), ())


def _sentences(page: Document) -> list[Line | Image]:
    blocks = lines_of(page)
    return [b for b in blocks if isinstance(b, Line) and b.text.endswith(_ENDS) and not b.linked]


def _main_blocks(page: Document) -> list[Line | Image]:
    if len(page.html) > _LARGEST or _depth_exceeds(page, _DEEPEST):
        return lines_of(page)
    from readability import Document  # noqa: PLC0415 (0.1 s for the few pages without a design)

    # It logs every page that it finds hard; that is no news here.
    logging.getLogger("readability.readability").setLevel(logging.CRITICAL)
    try:
        summary = Document(page.html, url=None).summary(html_partial=False)
        main = parse(summary, page.url)
    except Exception:
        return lines_of(page)
    return read_body(main, main.root.xpath("/html/body") or [main.root]).blocks


def _reads_like_text(paragraphs: tuple[str, ...]) -> bool:
    sentences = [text for text in paragraphs if text.endswith(_ENDS)]
    return sum(map(len, sentences)) >= _FEWEST_CHARACTERS


def _depth_exceeds(page: Document, limit: int) -> bool:
    deeper = etree.XPath("boolean(" + "/".join(["/*"] + ["*"] * limit) + ")")
    return bool(deeper(page.root))
