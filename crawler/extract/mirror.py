"""A copy of an article on another site, between that site's own lists and advertising.

Such a site's markup says nothing, so the page is read as the lines that a reader sees. Garbling
mirrors (see :mod:`crawler.text.mirror`) are restored first, all lines of the page together, since
the words that tell an article from an advertisement are garbled too. Then: the headline, the
lines that name source and time, the text up to the first list of other things. What was done to the
lines is kept as evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from crawler.clock import midnight
from crawler.errors import UnknownChannelError
from crawler.extract.body import Image, Line
from crawler.extract.byline import editors_texts, read_dateline, read_editors
from crawler.extract.captions import Told, tell_apart
from crawler.extract.credits import split_credit
from crawler.extract.dates import Moment
from crawler.extract.fields import Reading, first_source, without_headline
from crawler.extract.generic import lines_of, lines_of_text
from crawler.extract.header import fallback_time, fallback_title, first_time, is_stamp, read_source
from crawler.extract.keywords import marks
from crawler.extract.page_furniture import without_noise
from crawler.extract.tree import Document
from crawler.items import Doubt, Repair, added_up
from crawler.site.channels import find
from crawler.site.urls import classify
from crawler.text.chinese.script import to_simplified
from crawler.text.mirror import looks_garbled, restore
from crawler.text.mojibake.result import Repaired

NAME = "mirror"

# Headings of what such sites put under an article. Everything from the first of them on is theirs.
_JUNK = marks(
    r"[\s■●◆▲【\[>-]{0,4}(?:随便看看|相关(?:推荐|文章|阅读|资讯|新闻|内容|标签|评论)|网友评论|最新评论|我要评论|发表评论|评论列表"
    r"|猜你喜欢|热门(?:推荐|文章|资讯|标签|关注|排行)|推荐(?:阅读|文章|资讯|内容)|最新(?:文章|资讯|发布|内容)|精彩推荐|大家都在看"
    r"|上一篇|下一篇|友情链接|免责声明|版权声明|版权所有|本文标签|本站(?:声明|所有)|点击排行|阅读排行|图文推荐|热点(?:资讯|推荐)|为您推荐"
    r"|还没有评论|暂无评论|分享到|扫一扫|关于我们|联系我们|网站地图)[】\]]?(?:[:：\s<>〈《]|$|.{0,60}$)"
    r"|[^。]{0,30}(?:Copyright|ICP备|ICP证|公网安备)|推荐使用.{0,20}评论插件",
    re.IGNORECASE,
)
_ITEM = marks(r"^(?:[-•·・*]\s|\d{1,2}[.、]\s?\[|\[[^\[\]]{1,6}\])")
_HANZI = re.compile("[\u4e00-\u9fff]")
_SITE = marks(r"人民网|人民日报")
_ENDS = ("。", "！", "？", "”", "；", "…", "：", "）", ")", "?", "!", "」", "』")
_LONGEST_STAMP = 120


@dataclass(frozen=True, slots=True)
class _Found:
    """The parts of the page: headline, lines between it and the text, the text."""

    title: str
    stamps: list[str]
    text: list[Line | Image]


def read(page: Document) -> Reading | None:
    """Read a copy on another site.

    Returns:
        ``None`` if the page is one of the site's own, or shows no sign of being a copy.
    """
    if classify(page.url).skip not in ("offsite", "scheme", "malformed"):
        return None
    blocks = lines_of(page)
    title = fallback_title(page)
    restored = restore_lines([*(b.text for b in blocks if isinstance(b, Line)), title])
    blocks = _with_texts(blocks, restored)
    title = restored.texts[-1]
    if not (restored.changed or _is_copy(blocks)):
        return None
    reading = _reading(blocks, restored, page.url, title)
    return replace(reading, published=reading.published or fallback_time(page))


def read_lines(lines: Sequence[str], url: str) -> Reading:
    """Read a copy that was saved as plain text: headline, stamp, text, rubbish, a line each."""
    blocks = lines_of_text(list(lines))
    restored = restore_lines([block.text for block in blocks if isinstance(block, Line)])
    return _reading(_with_texts(blocks, restored), restored, url, "")


def _with_texts(blocks: Sequence[Line | Image], restored: Restored) -> list[Line | Image]:
    texts = iter(restored.texts)
    return [
        replace(block, text=next(texts)) if isinstance(block, Line) else block for block in blocks
    ]


def _is_copy(blocks: Sequence[Line | Image]) -> bool:
    """Tell a copy of one of the site's articles: it names the site, or the lists around it do."""
    lines = [block.text for block in blocks if isinstance(block, Line)]
    for line in lines:
        dateline = read_dateline(line)
        named = read_source(line) if len(line) < _LONGEST_STAMP else None
        if (dateline and _SITE.search(dateline[0].text)) or (named and _SITE.search(named)):
            return True
    # Copyright and the like stand below the pages of the whole world.
    return (
        sum(_JUNK.match(line) is not None and _HANZI.search(line) is not None for line in lines) > 1
    )


def _reading(blocks: Sequence[Line | Image], restored: Restored, url: str, title: str) -> Reading:
    found = _parts(blocks, title)
    told = tell_apart(without_headline(without_noise(found.text), (found.title,)))
    source = first_source(found.stamps)
    editors = editors_texts(block.text for block in blocks if isinstance(block, Line))
    origin: Original = origin_of(url, source)
    proof = evidence(restored, found.title, source, told)
    return Reading(
        template=NAME,
        title=found.title,
        source=source,
        node_id=origin.node_id,
        content_id=origin.content_id,
        published=first_time(found.stamps) or origin.published,
        editors=read_editors(editors),
        paragraphs=told.paragraphs,
        photos=told.photos,
        damage=proof.damage,
        repairs=proof.repairs,
        doubts=proof.doubts,
        copy_of=origin.address,
    )


def _parts(blocks: Sequence[Line | Image], title: str) -> _Found:
    """Cut the page into headline, stamp, text and the rest."""
    start, headline = _headline(blocks, title)
    end = _end_of_text(blocks, start)
    stamps: list[str] = []
    text: list[Line | Image] = []
    for block in blocks[start:end]:
        if isinstance(block, Image):
            text.append(block)
        elif not text and is_stamp(block.text):
            stamps.append(block.text)
        elif not _is_theirs(block) and (text or _begins_text(block)):
            text.append(block)
    while text and isinstance(text[-1], Line) and not _belongs(text[-1]):
        text.pop()
    return _Found(headline, stamps, text)


def _headline(blocks: Sequence[Line | Image], title: str) -> tuple[int, str]:
    """Return where the text may begin, and the headline: the last line above it that says it."""
    lines = [(i, block) for i, block in enumerate(blocks) if isinstance(block, Line)]
    if not title:
        return (lines[0][0] + 1, lines[0][1].text) if lines else (0, "")
    for i, line in lines:
        # <title> goes on with the name of the site: the line is the beginning of it.
        if len(line.text) > 5 and title.startswith(line.text) and not line.linked:
            return i + 1, line.text
    return 0, title


def _end_of_text(blocks: Sequence[Line | Image], start: int) -> int:
    """Return the position of the first heading of other things behind the text's beginning."""
    begun = False
    for i in range(start, len(blocks)):
        block = blocks[i]
        if isinstance(block, Image):
            continue
        begun = begun or _begins_text(block)
        if begun and _JUNK.match(block.text[:120]):
            return i
    return len(blocks)


def _begins_text(line: Line) -> bool:
    """Tell the first line of a text: a sentence, a dateline, a caption."""
    if _is_theirs(line) or is_stamp(line.text):
        return False
    if read_dateline(line.text) or split_credit(line.text)[1]:
        return True
    return len(line.text) > 25 and "。" in line.text


def _is_theirs(line: Line) -> bool:
    """Tell an item of a list, or a link to elsewhere."""
    return line.linked or _ITEM.match(line.text) is not None


def _belongs(line: Line) -> bool:
    """Tell whether a text may end with this line."""
    return line.text.endswith(_ENDS) or split_credit(line.text)[1] is not None


# Where the original of a copy stands, as far as the copy's own address tells.
#
# Mirrors keep the path of the original (/n2/2023/0325/c123-456.html) and change the host. The path
# names column, article and day; the host is told by the source line, if it names a channel.

_CHANNEL = marks(r"人民网\s?[-－—·]{1,2}\s?(\w{2,4})频道")


@dataclass(frozen=True, slots=True)
class Original:
    """What is known of an original.

    Attributes:
        node_id: Its column.
        content_id: Its number.
        published: Its day, 00:00.
        address: Its canonical address; ``None`` unless path *and* host are known.
    """

    node_id: str | None = None
    content_id: str | None = None
    published: Moment | None = None
    address: str | None = None


def origin_of(url: str, source: str | None) -> Original:
    """Read the original off a copy's address and source line.

    >>> origin_of("http://m.example/n2/2023/0325/c364532-40350001.html", "人民网-山东频道").address
    'http://sd.people.com.cn/n2/2023/0325/c364532-40350001.html'
    >>> origin_of("http://m.example/zuxun/4751.html", "人民网-山东频道")
    Original(node_id=None, content_id=None, published=None, address=None)
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return Original()
    host = _host_of(source)
    address = classify(f"http://{host or 'www.people.com.cn'}{path}")
    if address.kind != "article":
        return Original()
    day = address.published
    return Original(
        node_id=address.node_id,
        content_id=address.content_id,
        published=Moment(midnight(day), "day", "address") if day else None,
        address=address.canonical if host else None,
    )


def _host_of(source: str | None) -> str | None:
    named = _CHANNEL.search(source or "")
    if named is None:
        return None
    # Imported late: few pages are copies, and the tables of scripts are slow to load.

    try:
        return find(to_simplified(named[1])).host
    except UnknownChannelError:
        return None


_LONGEST = 6_000  # characters of a line
_MOST = 3_000  # lines of a page


@dataclass(frozen=True, slots=True)
class Restored:
    """Lines after restoration.

    Attributes:
        texts: All lines, in order; those given if nothing was wrong with them.
        done: What was done to a line, by its restored text; only changed or damaged lines.
    """

    texts: tuple[str, ...]
    done: dict[str, Repaired]

    @property
    def changed(self) -> bool:
        """Whether the page was garbled at all."""
        return bool(self.done)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was done to the lines that became the article; as in :class:`crawler.items.Article`."""

    damage: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def restore_lines(lines: Sequence[str]) -> Restored:
    """Undo a mirror's garbling of all lines of a page together; clean lines come back as given."""
    # Imported late: the language model is slow to load, and few pages are garbled.

    # No line of an article is longer, and what is not an article need not be restored.
    readable = [line if len(line) <= _LONGEST else "" for line in lines[:_MOST]]
    if not looks_garbled(readable):
        return Restored(tuple(lines), {})
    results = restore(readable)
    done = {
        result.text: result
        for result in results
        if result.repairs or result.doubts or result.damage
    }
    texts = [result.text or line for result, line in zip(results, lines, strict=False)]
    return Restored((*texts, *lines[_MOST:]), done)


def evidence(restored: Restored, title: str, source: str | None, told: Told) -> Evidence:
    """Gather what was done to the lines that are part of the article, with their places in it."""
    if not restored.changed:
        return Evidence()
    damage: dict[str, None] = {}
    repairs: list[Repair] = []
    doubts: list[Doubt] = []
    for field, index, text in _fields(title, source, told):
        result, offset = _result_of(restored, text)
        if result is None:
            continue
        damage |= dict.fromkeys(result.damage)
        if offset == 0:
            repairs += result.repairs
        doubts += _placed(result.doubts, field, index, offset, len(text))
    return Evidence(tuple(damage), added_up(repairs), tuple(doubts))


def _fields(title: str, source: str | None, told: Told) -> Iterator[tuple[str, int | None, str]]:
    yield "title", None, title
    if source:
        yield "source", None, source
    for i, paragraph in enumerate(told.paragraphs):
        yield "paragraphs", i, paragraph
    for i, photo in enumerate(told.photos):
        if photo.caption:
            yield "photos", i, photo.caption
        if photo.credit:
            yield "credits", i, photo.credit


def _result_of(restored: Restored, text: str) -> tuple[Repaired | None, int]:
    """Find the line that ``text`` is, or is a part of, and where it begins there."""
    if text in restored.done:
        return restored.done[text], 0
    for line, result in restored.done.items():
        offset = line.find(text)
        if offset >= 0:
            return result, offset
    return None, 0


def _placed(
    doubts: Iterable[Doubt], field: str, index: int | None, offset: int, length: int
) -> Iterator[Doubt]:
    for doubt in doubts:
        start, end = doubt.start - offset, doubt.end - offset
        if start >= 0 and end <= length:
            yield replace(doubt, field=field, paragraph=index, start=start, end=end)
