"""Lines inside the body box that are no part of the article, and are left out.

Each kind has been seen on pages of the site (docs/extraction.md names an example of each). A line
is only left out for what it *says it is* or for being nothing but a link to elsewhere; short or
odd lines stay.
"""

from __future__ import annotations

from collections.abc import Iterable

from crawler.extract.body import Image, Line
from crawler.extract.byline import is_editors_text
from crawler.extract.keywords import marks

# Lines that are furniture by their words alone.
_FURNITURE = marks(
    r"[(（【\[]?原标题\s?[:：]"  # 原标题：...: how another outlet headed it
    r"|(?:分享|转发)?让更多人看到|分享让更多人看到|分享到\s?[:：.…]*$|分享到?$"
    r"|(?:点击|戳|长按|扫码|扫描).{0,30}(?:>>|》》|＞＞|二维码|下载|进入专题)"
    r"|点击(?:进入|查看|下载|观看|阅读).{0,40}$(?<![。！？”])"
    r"|[【\[(（](?:详细|查看详细|更多|阅读全文|全文|进入专题)[】\])）]$"
    r"|(?:查看|更多).{0,20}(?:>>|》》|＞＞)"
    r"|人民日报客户端下载|客户端下载$|手机看新闻|手机读报，精彩随身"
    r"|(?:打印|网摘|纠错|字号|小字号|收藏|已收藏|订阅|已订阅|评论|推荐)(?:\s|$)"
    r"|(?:上一页|下一页|首页|尾页|末页)(?:\s|$)|(?:【\d{1,3}】\s?)+$"
    r"|本文来源\s?[:：]?\s?人民网$|人民网版权所有|.{0,20}未经书?面?授权(?:禁止|不得)(?:使用|转载)"
)

# 《 人民日报 》（ 2015年11月02日 07 版）: the printed page it stood on.
_PRINTED_PAGE = marks(
    r"[(（]?\s?《[^《》]{2,20}》\s?[(（]?\s?(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日"
    r"[\s,，]{0,3}第?\s?[\d\w]{1,5}\s?版[^。]{0,12}$"
)

# Headings of lists of other articles.
_LIST_HEADING = marks(
    r"[■●◆▲【\[\s]{0,3}(?:延伸阅读|相关新闻|相关阅读|相关链接|相关报道|相关专题|相关推荐|推荐阅读|新闻链接"
    r"|热点推荐|精彩推荐|往期回顾|更多新闻|更多阅读|热门推荐|猜你喜欢|专题链接|视频推荐)"
    r"[】\]\s]{0,3}[:：]?"
)

# A line that is nothing but a link is a pointer to another page if it also looks like one.
_POINTER = marks(
    r"^[・·•■●◆>\[【]|(?:>>|》》|＞＞|\[详细\]|【详细】)$|^(?:专题|视频|链接|更多)[:：]"
)
_ARTICLE_ADDRESS = marks(
    r"/c\d+-\d{5,9}(?:-\d+)?\.html|/GB/[\d/]*\d+(?:/index)?\.html?|/GB/[\d/]+/?$"
)
_SENTENCE = marks(r"[。！？!?；…](?:[”」』)）]|$)|，")


def without_noise(blocks: Iterable[Line | Image]) -> list[Line | Image]:
    """Leave out the lines that are no part of the article.

    A heading such as 延伸阅读 goes together with the links under it; without links under it, it
    is a heading of the article's own and stays, unless it ends the text.
    """
    kept: list[Line | Image] = []
    heading: Line | None = None  # a list heading whose fate depends on the next line
    in_list = False
    for block in blocks:
        if isinstance(block, Image):
            in_list = False
        elif _LIST_HEADING.fullmatch(block.text[:20]):
            heading, in_list = block, True
            continue
        elif is_noise(block) or (in_list and block.linked):
            heading = None
            continue
        if heading is not None:
            kept.append(heading)
            heading = None
        in_list = False
        kept.append(block)
    return kept


def is_noise(line: Line) -> bool:
    """Tell a line that is no part of the article."""
    start = line.text[:80]
    if _FURNITURE.match(start) or is_editors_text(start):
        return True
    if len(start) < 60 and _PRINTED_PAGE.match(start):
        return True
    if line.linked:
        return _is_pointer(line, start)
    # 延伸阅读：<a>...</a> on one line: the heading is not linked, what follows it is.
    return bool(line.href and _LIST_HEADING.match(start) and not _SENTENCE.search(start))


def _is_pointer(line: Line, start: str) -> bool:
    if _POINTER.search(line.text) or _LIST_HEADING.match(start):
        return True
    return not _SENTENCE.search(line.text) and _ARTICLE_ADDRESS.search(line.href) is not None
