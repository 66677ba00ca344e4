"""Links to other articles that stand inside a text: pointers, told from headlines of a digest.

A line that is nothing but a link is judged with its neighbours. Several in a row point elsewhere,
also where one of them reads like a sentence; so does one that ends the text. One line, linked and
followed by a text of its own, and then another such pair: that is a digest, and its headlines stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from crawler.extract.body import Image, Line
from crawler.extract.keywords import marks

# Headings of lists of other articles.
_LIST_HEADING = marks(
    r"[■●◆▲【\[\s]{0,3}(?:延伸阅读|相关新闻|相关阅读|相关链接|相关报道|相关专题|相关推荐|推荐阅读|新闻链接"
    r"|热点推荐|精彩推荐|往期回顾|更多新闻|更多阅读|热门推荐|猜你喜欢|专题链接|视频推荐|要闻精编|编辑推荐|小编推荐|相关文章|相关稿件|今日推荐|今日热点"
    r"|更多报道|更多相关|热点新闻|热门新闻|热点聚焦|精彩图集|精选图集|新闻推荐|图片推荐|猜你想看|大家都在看)"
    r"[】\]\s]{0,3}[:：]?"
)
# What a line that is nothing but a link looks like if it points elsewhere.
_POINTER = marks(
    r"(?:>>|》》|＞＞|\[详细\]|【详细】|\[更多\])$|^(?:专题|视频|链接|更多|详见)[:：]|^[【\[](?:详细|更多|链接|视频|专题)[】\]]$|^>"
)
_BULLET = marks(r"[\s·・•■●◆▲▼►▶※★☆○◇>＞—【\[《-]{1,6}|\d{1,2}[.、．]\s?|[①-⑳]")
_ARTICLE_ADDRESS = marks(
    r"/c\d{1,12}-\d{5,9}(?:-\d{1,4})?\.html|/GB/[\d/]{0,60}\d(?:/index)?\.html?|/GB/[\d/]{1,60}/?$"
)
_SENTENCE = marks(r"[。！？!?；…](?:[”」』)）]|$)|，")
_DATED = re.compile(
    r"[^\d\s。，][\s(（\[]{1,3}(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s\d{1,2}:\d\d)?[)）\]]?$"
)
_LONGEST_DATE = 30
_LONGEST_ADDRESS = 500
_LONGEST_HEADING = 20


def is_pointer(line: Line) -> bool:
    """Tell a pointer to elsewhere by the line alone."""
    start = line.text[:80]
    if line.linked or (line.href and line.tail_linked):
        return (
            _POINTER.search(line.text[-40:]) is not None or _LIST_HEADING.match(start) is not None
        )
    # 延伸阅读：<a>...</a> on one line: the heading is not linked, what follows it is.
    return bool(line.href and _LIST_HEADING.match(start) and not _SENTENCE.search(start))


def without_lists(blocks: Iterable[Line | Image]) -> list[Line | Image]:
    """Leave out the headings of lists of other articles, with the links under them."""
    kept: list[Line | Image] = []
    heading: Line | None = None  # a list heading whose fate depends on the next line
    in_list = False
    for block in blocks:
        if isinstance(block, Image):
            in_list = False
        elif len(block.text) <= _LONGEST_HEADING and _LIST_HEADING.fullmatch(block.text):
            heading, in_list = block, True
            continue
        elif in_list and _is_linked(block):
            heading = None
            continue
        if heading is not None:
            kept.append(heading)
            heading = None
        in_list = False
        kept.append(block)
    return kept


def without_runs(blocks: Iterable[Line | Image]) -> list[Line | Image]:
    """Leave out the linked lines that point elsewhere, judged in runs; a digest's headlines stay.

    If nothing but linked lines would be there, they are the text.
    """
    listed = list(blocks)
    if not any(isinstance(block, Line) and block.href for block in listed):
        return listed
    runs = [(linked, list(run)) for linked, run in groupby(listed, _is_linked)]
    headlines = sum(
        linked and len(run) == 1 and _goes_on(runs, i) for i, (linked, run) in enumerate(runs)
    )
    kept: list[Line | Image] = []
    for i, (linked, run) in enumerate(runs):
        digest = headlines > 1 and len(run) == 1 and _goes_on(runs, i)
        if not linked or digest or not _points(run, last=i + 1 == len(runs)):
            kept += run
    return kept if any(isinstance(block, Line) for block in kept) else listed


def _is_linked(block: Line | Image) -> bool:
    """Tell a line that is a link, bullets before it apart."""
    if isinstance(block, Image) or not block.href:
        return False
    if block.linked or (block.tail_linked and _BULLET.match(block.text)):
        return True
    # <a>...</a> 2024-02-11: of a list.
    return _DATED.search(block.text[-_LONGEST_DATE:]) is not None


def _goes_on(runs: list[tuple[bool, list[Line | Image]]], i: int) -> bool:
    """Tell whether a run of linked lines is followed by text."""
    following = runs[i + 1][1] if i + 1 < len(runs) else []
    return any(isinstance(block, Line) for block in following)


def _points(run: list[Line | Image], *, last: bool) -> bool:
    lines = [block for block in run if isinstance(block, Line)]
    articles = sum(
        _ARTICLE_ADDRESS.search(line.href[:_LONGEST_ADDRESS]) is not None for line in lines
    )
    if len(lines) == 1:
        return articles == 1 and not _SENTENCE.search(lines[0].text)
    return articles > 0 and (last or 2 * articles >= len(lines))
