"""Headline, source and time of a page, and what stands in for them where a design has none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.clock import midnight
from crawler.extract.dates import Moment, best_of, read_moment, read_time, without_time
from crawler.extract.keywords import marks
from crawler.extract.tidy import tidy
from crawler.extract.tree import Document, text_of, xpath
from crawler.site.urls import classify

# 标题--山东频道--人民网 · 标题--理论-中国共产党新闻网. The headline may hold dashes of its own.
_SITE_ENDING = marks(
    r"\s?(?:(?:--|[-_|｜])[^\s_|｜-]{0,14})?(?:--|[-_|｜])\s?人民网[^\s_|｜-]{0,8}$|\s?——人民网$"
    r"|\s?(?:--|-)(?:[^\s-]{1,14}-)?[^\s-]{2,8}新闻网$"
)
_PAGE_NUMBER = marks(r"\s?(?:【\d{1,3}】|\((?:\d{1,3})/\d{1,3}\)|（\d{1,3}/\d{1,3}）)$")

_SOURCE = marks(r"(?:来源|稿源|出处)\s?[:：]\s*")
# What may stand behind the source on its line.
_AFTER_SOURCE = marks(
    r"\s{0,9}(?:\||｜|\s{2}|手机看新闻|原创稿|小字号|字号|打印|网摘|纠错|收藏|分享|转发|扫一扫|发表评论|订阅|责任编辑|责编|编辑\s?[:：]"
    r"|作者\s?[:：]|记者\s?[:：]|【|\[|第\s?\d{1,3}\s?版|http|我要(?:评论|纠错|收藏|分享)|查看(?:评论|原文|更多)"
    # A house may be named 上海发布 or 中国评论新闻网: these words end a source as labels only.
    r"|(?:发布|发表|更新|修改)?(?:时间|日期)\s?[:：]|(?:发布|更新|修改)(?:于|\s?[:：])"
    r"|(?:评论|推荐|点击|浏览|阅读)(?:次?数|量)?(?:$|[\s\d(（:：|]))"
)
_LONGEST_SOURCE = 60
_LONGEST_STAMP = 120

_H1 = xpath("/html//h1")
# What may hold the headline where no h1 does; #newstit is the site's own name for it.
_HEADINGS = xpath("/html//*[@id='newstit'] | /html//h2 | /html//h3")
# Foreign sites put their names behind one of these. A dash inside a headline is written —.
_SEPARATED = re.compile(r"\s?(?:--|[_|｜]|\s-\s|-(?=[^-]{2,12}(?:-[^-]{2,12})?$))\s?")
_DOCUMENT_TITLE = xpath("/html/head/title | /html//title")


def without_site(title: str) -> str:
    """Take the names of channel and site off a document title.

    >>> without_site("春到泉城——千佛山花开--山东频道--人民网 ")
    '春到泉城——千佛山花开'
    >>> without_site("老区新貌--理论-中国共产党新闻网")
    '老区新貌'
    """
    return tidy(_SITE_ENDING.sub("", tidy(title)))


def without_page_number(title: str) -> str:
    """Take the page number off a headline of a later page: ``泉城花开【4】``."""
    return _PAGE_NUMBER.sub("", title).rstrip()


def shares_words(headline: str, title: str) -> bool:
    """Tell a headline that the document's title says too, from the name of a site or a column.

    >>> shares_words("莫言：小时候的年", "莫言：小时候的年--专题--作家网"), shares_words("作家协会主管", "春天")
    (True, False)
    """
    said, pairs = _pairs(title), _pairs(headline)
    return bool(pairs) and 2 * len(pairs & said) > min(len(pairs), len(said))


def document_title(page: Document) -> str:
    """Return ``<title>`` as printed, without the names of channel and site; ``""`` without one."""
    return next((without_site(text_of(e)) for e in _DOCUMENT_TITLE(page.root)), "")


def fallback_title(page: Document) -> str:
    """Read the headline where no design says where it is.

    The first ``h1`` that says what ``<title>`` says: the one of a logo does not. Else another
    heading that does, else ``<title>`` itself without the names that its separators part.
    """
    title = page.meta.get("og:title") or document_title(page)
    headings = [text for text in map(text_of, _H1(page.root)[:5]) if text]
    if not title:
        return without_site(headings[0]) if headings else ""
    # Sites write their names before or behind the headline: it is the longest part.
    said = max(_SEPARATED.split(title[:400]), key=len)
    told = next((text for text in headings if shares_words(text, said)), None)
    if told is None:
        others = map(text_of, _HEADINGS(page.root)[:30])
        told = next((text for text in others if len(text) > 4 and said.startswith(text)), None)
    return without_site(told or said)


def _pairs(text: str) -> set[str]:
    """The pairs of neighbouring letters of a headline; the letter itself where it is one."""
    letters = "".join(filter(str.isalnum, text.lower()))
    return {letters[i : i + 2] for i in range(max(1, len(letters) - 1))} if letters else set()


def read_source(line: str) -> str | None:
    """Read the source off a line; ``None`` if the line names none.

    >>> read_source("2019年06月15日08:18  来源：人民网-山东频道")
    '人民网-山东频道'
    >>> read_source("来源:人民网-图片频道  2021年03月26日08:41")
    '人民网-图片频道'
    """
    match = _SOURCE.search(line)
    if match is None:
        return None
    rest = without_time(line[match.end() : match.end() + 200]).lstrip(" \u3000")
    end = _AFTER_SOURCE.search(rest)
    source = tidy(rest[: end.start()] if end else rest).strip("|｜ ")
    return source[:_LONGEST_SOURCE] or None


def is_stamp(line: str) -> bool:
    """Tell a line that only names source or time, from a sentence that does.

    >>> is_stamp("2026-02-12 09:05 来源：山东日报"), is_stamp("2026年2月12日，镇上来了新客人。")
    (True, False)
    """
    if len(line) > _LONGEST_STAMP or line.endswith("。"):
        return False
    return read_source(line) is not None or read_time(line) is not None


def fallback_source(page: Document) -> str | None:
    """Read the source off ``<meta name="source">``, with or without its ``来源：``."""
    named = page.meta.get("source", "")
    return read_source(f"来源：{_SOURCE.sub('', named, count=1)}") if named else None


def first_time(lines: Iterable[str]) -> Moment | None:
    """Return the time of publication that the lines tell.

    The first line that names a time is believed, unless it says that it is the time of a change
    and another line names one that is not, or it names but the day and another its minute.
    """
    moments = [moment for moment in map(read_moment, lines) if moment is not None]
    if not moments:
        return None
    first = next((moment for moment in moments if moment.kind != "changed"), moments[0])
    return best_of([first, *(m for m in moments if m.at.date() == first.at.date())])


def fallback_time(page: Document) -> Moment | None:
    """Read the time off ``<meta>``, else the day off the address; ``None`` if neither says."""
    for name in (
        "article:published_time",
        "publishtime",
        "pubdate",
        "publishdate",
        "publish-date",
        "datepublished",
        "_pubtime",
        "weibo: article:create_at",
        "og:release_date",
    ):
        moment = read_moment(page.meta.get(name, ""))
        if moment is not None:
            return moment.told("meta")
    day = classify(page.url).published
    return Moment(midnight(day), "day", "address") if day else None
