"""Pages that no design fits: a general reader finds the text, our own passes read it.

trafilatura (Apache 2.0) chooses which lines of the page are the article's; lines, captions,
dateline, byline and credits are then read as on any page, with the images where they stand.
docs/extraction.md compares it with other readers.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

from lxml import etree

from crawler.extract.body import Image, Line, read_body
from crawler.extract.byline import editors_texts, is_editors_text, read_editors
from crawler.extract.captions import Told, tell_apart
from crawler.extract.credits import split_credit
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
from crawler.extract.keywords import marks
from crawler.extract.page_furniture import without_noise
from crawler.extract.setting import Setting
from crawler.extract.tidy import tidy
from crawler.extract.tree import Document

NAME = "generic"

# Larger, deeper or longer pages are read without it; no article is near this.
_LARGEST = 1_500_000
_DEEPEST = 200
_MOST_LINES = 5_000
# trafilatura takes a text below this many characters for none; a Chinese one says more in fewer.
_FEWEST_IN_CHINESE = 50
_IS_CHINESE = 300  # so many hanzi in the source of a page
_HANZI = re.compile("[\u4e00-\u9fff]")
# Lines below this many letters are the article's only if they are a whole line of it.
_SHORT = 12
# A line that our pass cut otherwise than trafilatura: so long, in such pieces, so many of them.
_LONG, _PIECE, _MOST = 40, 20, 0.8
# Less of the text than this on the page itself, and the page does not show it.
_FOUND = 0.5
_MARKS = re.compile(r"[\W_]+")
# What sites print below everything, whether letters are spread out or not.
_FOOTER = marks("版权所有|未经(?:书面)?授权|违法和不良信息|举报电话|ICP[备证]|公网安备")
# A long line is text, however it ends.
_LONG_LINE = 100

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
    editors = editors_texts(line.text for line in around)
    return Reading(
        template=NAME,
        title=title,
        source=fallback_source(page) or first_source(short),
        published=first_time(_near_source(short)) or fallback_time(page) or first_time(short[:40]),
        editors=read_editors(editors),
        paragraphs=told.paragraphs,
        photos=told.photos,
        text_is_captions=told.is_captions,
    )


def _near_source(lines: list[str]) -> list[str]:
    """Return the lines that name a source and a time: the stamp, on most sites."""
    return [line for line in lines if read_source(line) and read_time(line)]


def _told(page: Document, title: str) -> Told:
    """Read the lines that the general reader chose; if that is no text, the page's sentences."""
    for blocks in (_main_blocks(page), _sentences(page)):
        text = without_headline(without_noise(_between(blocks, title)), (title,))
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
    """Return the blocks of the page that are the article's, as trafilatura tells."""
    blocks = lines_of(page)
    if len(page.html) > _LARGEST or len(blocks) > _MOST_LINES or _depth_exceeds(page, _DEEPEST):
        return blocks
    text = _text_of(page.html)
    chosen = _Chosen(text)
    kept = [isinstance(block, Line) and chosen.holds(block.text) for block in blocks]
    found = sum(len(b.text) for b, k in zip(blocks, kept, strict=True) if k and isinstance(b, Line))
    if found < _FOUND * len(text):
        # It stands in a script, for search engines, and nowhere on the page.
        return lines_of_text(text.splitlines())
    if True not in kept:
        return blocks
    first, last = kept.index(True), len(kept) - kept[::-1].index(True)
    return list(_article_of(blocks[first:last], kept[first:last]))


def _article_of(blocks: list[Line | Image], kept: list[bool]) -> Iterator[Line | Image]:
    """Yield the chosen lines, each once, with the images among them and their captions."""
    said: set[str] = set()
    behind_image = False
    for block, is_kept in zip(blocks, kept, strict=True):
        if isinstance(block, Image):
            yield block
        elif is_kept:
            if block.text not in said or len(block.text) < _PIECE:
                yield block
            said.add(block.text)
        elif behind_image and block.setting.caption_box:
            yield block
        behind_image = isinstance(block, Image)


class _Chosen:
    """The text that trafilatura gives, to be asked for lines of the page."""

    def __init__(self, text: str) -> None:
        self._lines = set(map(_tight, text.split("\n")))
        self._all = _tight(text)

    def holds(self, line: str) -> bool:
        """Tell whether a line of the page is in the text, whatever marks stand around it."""
        letters = _tight(line)
        if len(letters) < _SHORT:
            return letters != "" and letters in self._lines
        if letters in self._all:
            return True
        starts = range(0, len(letters) - _PIECE + 1, _PIECE)
        found = sum(letters[i : i + _PIECE] in self._all for i in starts)
        return len(letters) >= _LONG and found >= _MOST * len(starts)


def _text_of(html: str) -> str:
    """Ask trafilatura for the text of a page; empty if it finds none."""
    from trafilatura import extract  # noqa: PLC0415 (0.4 s for the few pages without a design)

    # It logs every page that it finds hard; that is no news here.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    chinese = sum(1 for _ in islice(_HANZI.finditer(html), _IS_CHINESE)) == _IS_CHINESE
    options = {"config": _settings()} if chinese else {}
    try:
        return extract(html, fast=True, include_comments=False, **options) or ""
    except Exception:  # a page that it cannot read is one of which it finds nothing
        return ""


@cache
def _settings() -> Any:
    from trafilatura.settings import use_config  # noqa: PLC0415 (likewise)

    settings = use_config()
    settings["DEFAULT"]["MIN_EXTRACTED_SIZE"] = str(_FEWEST_IN_CHINESE)
    return settings


def _between(blocks: list[Line | Image], title: str) -> list[Line | Image]:
    """Cut off what stands above the headline, behind the editors' line, and the page's footer."""
    said = _tight(title)
    for i, block in enumerate(blocks[:60]):
        if said and isinstance(block, Line) and _tight(block.text) == said:
            blocks = blocks[i + 1 :]
            break
    for i, block in enumerate(blocks):
        if not isinstance(block, Line):
            continue
        if is_editors_text(block.text) or _FOOTER.search(_tight(block.text[:80])):
            # A text may begin with its editors; what is above a footer is kept in any case.
            blocks = blocks[:i] if i else blocks[1:]
            break
    return _to_last_sentence(blocks)


def _to_last_sentence(blocks: list[Line | Image]) -> list[Line | Image]:
    """Cut off the short Chinese lines behind the last sentence: headings of lists, their items."""
    end = len(blocks)
    for i in range(len(blocks) - 1, -1, -1):
        block = blocks[i]
        if isinstance(block, Image):
            continue
        if _belongs(block):
            return blocks[:end]
        end = i
    return blocks


def _belongs(line: Line) -> bool:
    """Tell a line that a text may end with from a heading or an item of a list."""
    text = line.text
    short = len(text) < _PIECE and _HANZI.search(text) is not None
    return not short or text.endswith(_ENDS) or split_credit(text)[1] is not None


def _reads_like_text(paragraphs: tuple[str, ...]) -> bool:
    sentences = [t for t in paragraphs if t.endswith(_ENDS) or "。" in t or len(t) >= _LONG_LINE]
    return sum(map(len, sentences)) >= _FEWEST_CHARACTERS


def _tight(text: str) -> str:
    """The letters and digits of a text, without spaces and marks."""
    return _MARKS.sub("", text)


def _depth_exceeds(page: Document, limit: int) -> bool:
    deeper = etree.XPath("boolean(" + "/".join(["/*"] + ["*"] * limit) + ")")
    return bool(deeper(page.root))


# A page as the lines that a reader sees, for pages whose markup says nothing about their parts.


def lines_of(page: Document) -> list[Line | Image]:
    """Return the lines and images of a whole page, in reading order."""
    return read_body(page, page.root.xpath("/html/body") or [page.root]).blocks


def lines_of_text(lines: list[str]) -> list[Line | Image]:
    """Return lines of plain text as lines of a page; empty ones are left out."""
    tidied = map(tidy, lines)
    return [Line(text, Setting()) for text in tidied if text]
