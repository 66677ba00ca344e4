"""Lines inside the body box that are no part of the article, and are left out.

Each kind has been seen on pages of the site (docs/extraction.md names an example of each) or of
its neighbours. A line is only left out for what it *says it is*: words of the page are few and end
in no full stop, so that a sentence which begins like them stays.

Links to other articles that stand inside a text are pointers, or headlines of a digest. A line that
is nothing but a link is judged with its neighbours. Several in a row point elsewhere, also where
one of them reads like a sentence; so does one that ends the text. One line, linked and followed by
a text of its own, and then another such pair: that is a digest, and its headlines stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from crawler.extract.body import Image, Line
from crawler.extract.byline import is_editors_text, read_dateline, without_editors_behind
from crawler.extract.images import is_advert
from crawler.extract.keywords import in_both_scripts, marks

# Longest line that can be words of the page; and longest of those that may end like a sentence.
_LONGEST = 60

# The words of tool bars; a line of them alone, parted by spaces, strokes and counts, is one.
_TOOLS = marks(
    r"(?:[\s|｜/／·、,，:：()（）\[\]【】\d+]|打印|网摘|纠错|我要纠错|字号|字体|小字号|大字号|正文字号|特大|大|中|小|默认|收藏|已收藏|取消收藏|订阅|取消订阅"
    r"|已订阅|评论|推荐|分享|转发|点赞|赞|踩|顶|关闭|关闭窗口|返回|微博|新浪微博|微信|朋友圈|QQ空间|QQ好友|豆瓣|复制链接|举报|保存|浏览|阅读"
    r"|手机看新闻|首页|尾页|末页|上一页|下一页|返回列表|返回首页|加入收藏|设为首页|本文|本页|此页|我要|A[-+]"
    r"|取消|确定|刷新|投诉|高清|标清|超清|流畅|倍速|全屏|English|首页){1,60}"
)
# Whole lines, whatever brackets and marks stand around them; quotation marks are the author's.
_WORDS = marks(
    r"[^\w“”\"‘’《》]{0,4}(?:"
    # to share
    r"(?:扫一扫|一键)?(?:分享|转发|推荐)(?:本文|此文|文章)?(?:到|至|给|:|：)?(?:微信|微博|朋友圈|朋友|好友|QQ|QQ空间|qq|手机|更多|和|或|、|/){0,6}"
    r"|(?:用|使用|打开|请用|请使用|手机)?(?:微信)?(?:扫一扫.{0,16}|(?:温馨提示[:：])?扫码(?:关注|阅读|下载|观看|分享|收听|查看|看|听|进|加).{0,10}|扫描.{0,8}(?:二维码|关注|下载|观看|阅读).{0,12})|(?:长按|识别).{0,8}(?:二维码.{0,16}|保存.{0,6})|本文二维码|用手机看.{0,6}"
    r"|(?:请|欢迎)?(?:\+|已|加)?(?:关注|加入)(?:我们|本站|本报)?的?(?:.{0,16}(?:公众号|微信号?|微博|视频号|抖音号?|客户端|我们))?"
    r"|请?点击(?:上方|下方|上面|下面|右上角|左上角|左下角|右下角|文末).{0,10}(?:关注|订阅|分享|收藏|转发|阅读|查看).{0,6}"
    r"|更多.{0,8}(?:尽在|请关注|敬请关注|请看|请点击|请扫码|请登录).{0,16}"
    r"|.{0,8}(?:微信)?公众号|.{0,8}官方微[信博]"
    r"|(?:欢迎)?关注.{0,12}(?:频道|客户端|人民网)|(?:生成|保存|分享)(?:海报|长图|图片)|海报生成中|链接已复制|订阅成功|不感兴趣"
    # to open, to load, to play
    r"|(?:点击|点此|点这里)?(?:展开|收起|(?:展开|收起|阅读|查看|浏览|显示)(?:全文|剩余|更多|原文|余下|全部|完整|原图|大图|下一张|高清).{0,8})|剩余\d{1,3}%"
    r"|点击(?:图片)?(?:进入|查看|看|观看|下载|阅读|播放|放大|收听|浏览|切换|加载).{0,24}|(?:视频|图片|正文|音频|页面)?(?:正在)?加载(?:中|更多|失败)?|(?:没有|已无)更多(?:内容|评论)?了?|已加载全部|附件下载|下载附件"
    r"|(?:下载|打开|安装|登录)(?:人民日报|我们的?|本站|“?人民网\+?”?)?(?:APP|App|app|客户端|手机客户端)[，,、 ]?.{0,12}|(?:立即|马上)(?:下载|打开|安装|查看)"
    r"|(?:APP|App|app|(?:人民日报|人民网|新闻|手机|iPhone|安卓|苹果){0,2}(?:客户端|版))(?:内打开|打开|下载)?"
    r"|(?:对不起[，,]?|抱歉[，,]?)?(?:您|你|当前)的?浏览器.{0,6}(?:不支持|版本过低|未安装|禁用).{0,30}|请.{0,8}(?:升级|更换|启用|安装).{0,10}(?:浏览器|播放器|Flash|flash).{0,10}"
    r"|(?:语音|AI|智能)?(?:播报|朗读|播放)(?:全文|音频|视频|语音|文章)?|(?:全屏|暂停|收听|重新|循环|倍速)(?:播放|音频|视频|语音|全文)?|正在播放[:：].{0,30}|听(?:新闻|全文|文章)|重播|静音|倍速|00:00.{0,12}|(?:此|该)?视频.{0,6}无法播放"
    # to go elsewhere, to see otherwise
    r"|返回(?:搜狐|网易|腾讯|新浪|凤凰|百度)网?[，,]?.{0,6}|(?:点击)?进入[【\[]?.{0,8}专题[】\]]?|图集|图库"
    r"|(?:返回|回到|回)(?:顶部|页首|首页|目录|列表|上一页|频道首页)|(?:上|下)一(?:篇|条|则|图集|组图)(?:[:： ].{0,50})?|(?:关闭|打印)(?:本页|本文|窗口|页面)?|置顶|TOP|Top|top"
    r"|更多(?:>{1,9}|精彩|内容|新闻|资讯|详情)?(?:内容|推荐|新闻|图片|>{1,9}|请.{0,20})?|切换(?:到|至)?(?:语言|版本|字体|繁体|简体)|(?:阅读|夜间|日间|护眼)模式|繁体(?:版|中文)?|简体(?:版|中文)?|无障碍(?:浏览|阅读)?|(?:进入)?适老(?:版|模式|化)?"
    # to comment
    r"|说两句|(?:我要|我来|发表|查看|网友|最新|热门|精彩|全部|参与)(?:评论|说两句|留言|跟帖|讨论|爆料|投稿|分享|纠错)(?:\(\d{0,6}\)|（\d{0,6}）)?"
    r"|参与\s?\d{0,6}\s?条?评论|(?:已有)?[\d.]{0,7}万?(?:人|条|次)?(?:参与|评论|跟帖|阅读|点赞|浏览)\s?[\d.]{0,7}万?|登录后(?:才能|可以|即可)?.{0,8}评论|文明上网.{0,16}|网友评论仅.{0,20}"
    r"|(?:阅读|浏览|点击|播放|访问|评论|点赞)(?:量|数|次数|人数)?\s?[:：]?\s?[\d.]{1,9}\s?(?:次|人|万)?"
    # advertising, rights, ends
    r"|(?:广告|推广|赞助|商业推广|推广内容|广告位|广告位招租|赞助商广告|品牌推广|特约推广|AD|[Aa]dvertisements?|ADVERTISEMENT)|免责声明|版权声明|版权作品.{0,12}|版权所有.{0,24}|(?:未经|禁止).{0,12}(?:授权|许可|转载).{0,12}"
    r"|(?:本文|文章)?(?:来自|转自|转载自)\s?[:：]\s?.{2,20}|(?:本文|文章)(?:来自|转自|转载自)\s?.{2,14}"
    r"|本文来源\s?[:：]?\s?人民网|(?:全文|正文|文章)(?:完|结束)|END|end|相关搜索|热搜榜?|热门标签|标签[:：].{0,30}|(?:猜你喜欢|猜你想看|小编推荐|编辑推荐|视频推荐|热门推荐|精彩图集|精选图集|今日热点|大家都在看)"
    r"|违法和?不?良?信息举报.{0,30}|(?:我要)?(?:报错|挑错)|文章纠错|(?:新闻热线|报料热线|爆料热线|投稿邮箱|联系电话|举报电话)[:：]?[\s\w@.\-—、]{0,30}"
    r")[^\w“”\"‘’《》]{0,4}"
)
# A browser's or a player's excuses may end in a full stop.
_EXCUSES = marks(
    r"(?:对不起[，,]?|抱歉[，,]?)?(?:您|你|当前)的?浏览器.{0,6}(?:不支持|版本过低|未安装|禁用)"
)
_EXCUSES_OPEN = frozenset("对對抱您你当當")
# Lines that are furniture by how they begin; those behind the stroke only without a full stop.
_OPENINGS = marks(r"(?:分享|转发)?让更多人看到|手机看新闻|手机读报，精彩随身|人民网版权所有")
_WORDS_OPEN = frozenset(in_both_scripts("分转让手人"))
_RESERVED = marks("未经书?面?授权(?:禁止|不得)(?:使用|转载)")
_CLOSED = marks(
    r"(?:点击|戳|长按|扫码|扫描).{0,30}(?:>>|》》|＞＞|二维码|下载|进入专题)|(?:查看|更多|详细|详情|全文).{0,20}(?:>>|》》|＞＞)"
    r"|点击(?:进入|查看|下载|观看|阅读).{0,40}$|分享到"
    r"|[【\[(（](?:详细|查看详细|更多|阅读全文|全文|进入专题|打印|关闭|纠错)[】\])）]"
    r"|(?:【\d{1,3}】\s?){1,50}$|广告[:：]|扫一扫[，,]|(?:上|下)一(?:篇|条|则|图集)[:：]"
)
# What only sentences hold.
_FULL_STOP = marks(r"[。！？!?]|”$")

# （原标题：……）: how another outlet headed it; the text may follow in the same paragraph.
_ORIGINAL = marks(
    r"[(（【\[〔]\s?(?:本文)?原(?:标题|题)为?\s?(?:[:：\s|｜]|(?=《))[^()（）【】\[\]〔〕]{0,100}"
    r"(?:[(（【\[][^()（）【】\[\]]{0,30}[)）】\]][^()（）【】\[\]]{0,60})?[)）】\]〕]"
)
_ORIGINAL_OPEN = marks(
    r"(?:本文)?原文?(?:标题|题)为?\s?[:：|｜]|[【\[]原文?(?:标题|题)[】\]]\s?[:：]?"
    r"|(?:本文)?原(?:标题|题)为?\s?(?=《[^《》]{1,60}》(?:$|[\s\u3000]))"
)
_APART = marks(r"[\s\u3000]{1,8}")
_LONGEST_TITLE = 80
# The beginning of a text is no title from so many characters on, if sentences end in it.
_TEXT = 40

# （责编：甲、乙）据了解……: the editors' bracket before the text.
_EDITORS_BRACKET = marks(r"[(（【\[][^()（）【】\[\]]{4,60}[)）】\]]")

# 《 人民日报 》（ 2015年11月02日 07 版）: the printed page it stood on.
_PRINTED_PAGE = marks(
    r"[(（]?\s?《[^《》]{2,20}》\s?[(（]?\s?(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日"
    r"[\s,，]{0,3}第?\s?[\d\w]{1,5}\s?版[^。]{0,12}$"
)
# 来源：人民网-湖北频道 2017年04月13日08:09, in this order or the other.
_STAMP_SOURCE = marks(r"(?:来源|稿源)\s?[:：]")
_STAMP_TIME = marks(r"(?:19|20)\d\d(?:年|-|/)\d{1,2}(?:月|-|/)\d{1,2}日?")
_PHOTO_NUMBER = marks(r"[(（]?\d{1,3}\s?/\s?\d{1,3}[)）]?")


def without_noise(blocks: Iterable[Line | Image]) -> list[Line | Image]:
    """Leave out the lines that are no part of the article.

    A heading such as 延伸阅读 goes together with the links under it; without links under it, it
    is a heading of the article's own and stays, unless it ends the text. Headlines of a digest,
    each linked and followed by its text, stay; a run of links is pointers to other articles.
    """
    return _to_editors_line(without_runs(without_lists(_cleaned(blocks))))


def is_noise(line: Line) -> bool:
    """Tell a line that is no part of the article."""
    text = line.text
    if _opens_as_words(text[:40]):
        return True
    # Hardly any words of the page are that long, or end like a sentence.
    if len(text) <= _LONGEST and (text[-1] != "。" or text[0] in _EXCUSES_OPEN):
        return _is_words(text) or _is_foreign(line)
    return line.href != "" and _is_foreign(line)


def _is_words(text: str) -> bool:
    """Tell words of the page, whole lines of them."""
    if _PRINTED_PAGE.match(text) or _PHOTO_NUMBER.fullmatch(text) or _EXCUSES.match(text):
        return True
    if _STAMP_SOURCE.search(text) and _STAMP_TIME.search(text) and not text.endswith("。"):
        return True
    if _FULL_STOP.search(text):
        return False
    return bool(_CLOSED.match(text) or _WORDS.fullmatch(text) or _is_tools(text))


def _is_foreign(line: Line) -> bool:
    """Tell a line that leads elsewhere: to another article, to advertising."""
    return is_pointer(line) or bool(line.href and line.linked and is_advert(line.href))


def _opens_as_words(start: str) -> bool:
    if start[0] in _WORDS_OPEN and _OPENINGS.match(start):
        return True
    return "未" in start and _RESERVED.search(start) is not None


def _cleaned(blocks: Iterable[Line | Image]) -> Iterable[Line | Image]:
    """Yield the blocks without noise, and without what stands before the text of a line."""
    for block in blocks:
        if isinstance(block, Line):
            text = _without_editors(without_original_title(block.text))
            if not text:
                continue
            if text is not block.text:
                block = replace(block, text=text)
            if is_noise(block):
                continue
        yield block


def without_original_title(text: str) -> str:
    """Take ``（原标题：……）`` off the beginning of a line; ``""`` if nothing else stands there.

    >>> without_original_title("（原标题：看花（图））春天来了。"), without_original_title("原标题：看花")
    ('春天来了。', '')
    """
    if "原" not in text[:6]:
        return text
    bracket = _ORIGINAL.match(text)
    if bracket:
        return text[bracket.end() :].lstrip(" \u3000")
    opened = _ORIGINAL_OPEN.match(text)
    if not opened:
        return text
    gaps = list(_APART.finditer(text, opened.end() + 1, opened.end() + _LONGEST_TITLE))
    behind = [(text[gap.end() :], gap[0]) for gap in gaps]
    filed = next((rest for rest, _ in behind if read_dateline(rest)), None)
    found = filed or next((rest for rest, gap in behind if _begins_text(rest, gap)), None)
    if found is None and len(text) > _LONGEST_TITLE + opened.end():
        return text[opened.end() :].lstrip(" \u3000")
    return found or ""


def _begins_text(rest: str, gap: str) -> bool:
    return len(rest) > _TEXT and ("\u3000" in gap or "。" in rest)


def _without_editors(text: str) -> str:
    """Take the editors' bracket off a line of text: off its end, or off its beginning."""
    text = without_editors_behind(text)[0]
    if text[:1] not in "(（【[" or not is_editors_text(text):
        return text
    bracket = _EDITORS_BRACKET.match(text)
    rest = text[bracket.end() :].lstrip(" \u3000") if bracket else ""
    return rest if rest.endswith("。") else text


def _is_tools(text: str) -> bool:
    return len(text) > 1 and _TOOLS.fullmatch(text) is not None and not text.isdecimal()


def _to_editors_line(blocks: list[Line | Image]) -> list[Line | Image]:
    """Cut a text off at its editors' line, if no more stands behind it than the odd line.

    The line itself is never part of the text.
    """
    told = {i for i, b in enumerate(blocks) if isinstance(b, Line) and is_editors_text(b.text)}
    if not told:
        return blocks
    lengths = [len(block.text) if isinstance(block, Line) else 0 for block in blocks]
    whole, before = sum(lengths), 0
    for i, length in enumerate(lengths):
        if i in told and before > 2 * (whole - before - length):
            return blocks[:i]
        before += length
    return [block for i, block in enumerate(blocks) if i not in told]


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
