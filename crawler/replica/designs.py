"""The page designs of the site: each gives head, article and rest of a page.

They follow the designs by their marks (ids and classes); every word and style rule is made up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from html import escape

from crawler.items import Photo
from crawler.replica import markup
from crawler.replica.markup import (
    Marks,
    Sheet,
    behind_editors,
    caption_line,
    flow,
    image,
    page_links,
    photo_table,
)

# What all designs share: the <head> with the site's own meta fields.

# The site cuts it off there, whatever stands there.
_DESCRIPTION = 100


def head(sheet: Sheet, *, old: bool = False) -> str:
    """Print everything up to ``</head>``.

    Args:
        sheet: The page.
        old: True for the designs before 2016, whose ``source`` has no 来源：.
    """
    article, story = sheet.article, sheet.story
    day = f"{article.published_at:%Y-%m-%d}"
    source = article.source or ""
    named = source if old or not source else f"来源：{source}"
    elsewhere = (
        '<link rel="canonical" href="http://www.people.com.cn/" />\n'
        if "canonical-link" in story.traits
        else ""
    )
    description = "　　".join(("", *sheet.article.paragraphs))[:_DESCRIPTION]
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n'
        f'<meta http-equiv="content-type" content="text/html;charset={sheet.label}"/>\n'
        f"<title>{_titled(sheet)}--{story.entry.channel.name}频道--人民网</title>\n"
        f'<meta name="keywords" content="{escape(story.topic)} {escape(story.entry.column.label)}" />\n'
        f'<meta name="description" content="{escape(description)}" />\n'
        '<meta name="copyright" content="人民网版权所有" />\n<meta name="filetype" content="0">\n'
        '<meta name="publishedtype" content="1">\n<meta name="pagetype" content="1">\n'
        f'<meta name="catalogs" content="L_{article.node_id}">\n<meta name="contentid" content="L_{article.content_id}">\n'
        f'<meta name="publishdate" content="{day}">\n<meta name="author" content="L_1{int(article.content_id or 0) % 9973:05}">\n'
        f'<meta name="editor" content="">\n<meta name="source" content="{escape(named)}">\n<meta name="sourcetype" content="">\n'
        f"{elsewhere}{sheet.furniture.head}</head>\n"
    )


def _titled(sheet: Sheet) -> str:
    page = f" 【{sheet.number}】" if sheet.number > 1 else ""
    return escape(sheet.article.title, quote=False) + page


def title(sheet: Sheet) -> str:
    """Print the headline."""
    named = escape(sheet.article.title, quote=False)
    if "site-in-title" in sheet.story.traits:
        named += f"--{sheet.story.entry.channel.name}频道--人民网"
    return named


def editors(sheet: Sheet, usual: str) -> str:
    """Print the editors' line; ``usual`` is the design's own form, with ``{}`` for the names."""
    story = sheet.story
    return markup.editors(story.editors, usual, story.entry.number, story.traits)


def maybe(template: str, text: str | None) -> str:
    """Print ``text`` into the ``{}`` of a template; nothing if there is none."""
    return template.format(escape(text, quote=False)) if text else ""


def source(sheet: Sheet) -> str:
    """Print the source as a link; empty if the article names none."""
    link = '<a rel="nofollow" href="http://www.people.com.cn/" target="_blank">{}</a>'
    return maybe(link, sheet.article.source)


def minute(sheet: Sheet) -> str:
    """Print the time of publication: ``2026年02月12日08:30``, now and then behind that of a change."""
    at = sheet.article.published_at
    printed = f"{at:%Y年%m月%d日%H:%M}"
    if at is None or "two-times" not in sheet.story.traits:
        return printed
    return f"更新时间：{at + timedelta(hours=26):%Y年%m月%d日%H:%M} 发布时间：{printed}"


Rendered = tuple[str, str, str]


def _a2007(sheet: Sheet) -> tuple[str, str, str]:
    """The design of about 2007 to 2010: ``font#zoom.show_c`` inside ``div.left_c_c``, all in tables."""
    story = sheet.story
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    article = (
        f'<div class="content"><div class="daohang"><a href="/">{story.entry.channel.name}频道</a>&gt;&gt;{story.entry.column.label}</div>\n'
        '<div class="left_content"><div class="left_c_c">\n<p class="p1"></p>\n'
        f'<p class="p1">&nbsp;{maybe("{}", sheet.article.kicker)}&nbsp;</p>\n<h1><DIV id="p_title">{title(sheet)}</div></h1>\n'
        f"<h2>&nbsp;{maybe('{}', sheet.article.subtitle)}&nbsp;</h2>\n"
        '<p class="p1"></p><table cellpadding="0" border="0"><tr><td width="562"><div align="center"><em></em></div></td></tr></table>\n'
        f'<p class="p1"><span id="p_publishtime">{minute(sheet)}</span>&nbsp;&nbsp;<span id="p_origin">{origin}</span></p>\n'
        '<table class="title"><tr><td width="110">【字号 <a href="#" onclick="return doZoom(18)">大</a> <a href="#">中</a> <a href="#">小</a>】</td><td><a href="#">打印</a></td><td><a href="#">手机点评</a></td></tr></table><br>\n'
        '<table class="show_p"><tr><td align="center"><span id="content_first_pic"></span></td></tr></table>\n'
        '<font class="show_c" id="zoom"><div id="p_content">\n<SCRIPT language=JavaScript>var url = document.location.href;</SCRIPT>\n'
        f'{flow(sheet, _A2007)}\n</div></font>\n<div align="left"><p>{page_links(sheet)}</p></div>\n'
        f'<table class="bianji" width="100%"><tr><td align="right"><DIV id="p_editor">{editors(sheet, "（责任编辑：{}）")}</div></td></tr></table>\n'
        "</div></div></div>\n"
    )
    return head(sheet, old=True) + sheet.furniture.top, article, sheet.furniture.bottom


def _a2007_photo(shown: Photo, _: int) -> str:
    """Print a _a2007_photo as the site's system does."""
    return photo_table(shown, caption_line(shown))


_A2007 = Marks(
    text=lambda html: f"<P>　　{html}</P>",
    poem=lambda html: f"<P>　　{html}</P>",
    photo=_a2007_photo,
)


def _a2010(sheet: Sheet) -> tuple[str, str, str]:
    """Design A, about 2010 to 2013: ``#p_content`` without ``<p>``, paragraphs parted by ``<br><br>``."""
    story = sheet.story
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    article = (
        f'<div id="p_navigator"><a href="http://www.people.com.cn/">人民网</a>&gt;&gt;<a href="/">{story.entry.channel.name}频道</a>&gt;&gt;{story.entry.column.label}</div>\n'
        f'<div class="text_c">\n{maybe("<h3>{}</h3>", sheet.article.kicker)}\n<h1 id="p_title">{title(sheet)}</h1>\n'
        f"{maybe('<h2>{}</h2>', sheet.article.subtitle)}\n"
        f'<p class="sou"><span id="p_publishtime">{minute(sheet)}</span>&nbsp;&nbsp;&nbsp;&nbsp;<span id="p_origin">{origin}</span>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;<a href="http://mms.people.com.cn/GB/" target="_blank">手机看新闻</a></p>\n'
        '<ul class="tools"><li><a href="javascript:doZoom(16)">大字号</a></li><li><a href="javascript:window.print()">打印</a></li><li>纠错</li></ul>\n'
        f'<div class="text_img"></div>\n<div class="show_text" id="zoom">\n<div id="p_content">\n{flow(sheet, _A2010)}\n</div>\n'
        f'<div class="zdfy">{page_links(sheet)}</div>\n'
        '<div class="box"><h2>推荐阅读</h2><ul><li><a href="/GB/1/index.html">本频道昨日要闻</a></li></ul></div>\n</div>\n'
        f'<div class="text_img"></div>\n<div class="edit" id="p_editor">{editors(sheet, "（责任编辑：{}）")}</div>\n</div>\n'
        f'<script type="text/javascript">var channelID="{sheet.article.node_id}";var contentID="{sheet.article.content_id}";</script>\n'
    )
    return head(sheet, old=True) + sheet.furniture.top, article, sheet.furniture.bottom


def _a2010_text(html: str) -> str:
    """Print a paragraph: two full-width spaces before, two breaks after."""
    return f"　　{html}<br><br>"


def _a2010_photo(shown: Photo, habit: int) -> str:
    """Print a _a2010_photo in one of the three forms of the time."""
    line = caption_line(shown)
    if habit % 3 == 0:
        caption = f"<tr><td>{line}</td></tr>" if line else ""
        return f'<table align="center"><tbody><tr><td>{image(shown)}</td></tr>{caption}</tbody></table>'
    if habit % 3 == 1:
        caption = f'<p align="center" class="pictext">{line}</p>' if line else ""
        return f'<p align="center">{image(shown)}</p>{caption}'
    caption = f"<center><font>{line}</font></center><br>" if line else ""
    return f"<center>{image(shown)}</center><br>{caption}"


_A2010 = Marks(text=_a2010_text, poem=_a2010_text, photo=_a2010_photo)


def _a2013(sheet: Sheet) -> tuple[str, str, str]:
    """Design A as it was from 2013 to 2015: the time in ``<i>``, ``<p>`` in the body, a page number of the paper."""
    story, day = sheet.story, sheet.article.published_at
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    from_paper = "《人民日报》" in (sheet.article.source or "")
    paper = f"《 人民日报 》（ {day:%Y年%m月%d日} 14 版）" if from_paper else ""
    article = (
        f'<div class="path" id="p_navigator"><a href="http://www.people.com.cn/">人民网</a>&gt;&gt;<a href="/">{story.entry.channel.name}频道</a></div>\n'
        f'<div class="text_c">\n{maybe("<h3>{}</h3>", sheet.article.kicker)}\n<h1 id="p_title">{title(sheet)}</h1>\n'
        f"{maybe('<h2>{}</h2>', sheet.article.subtitle)}\n"
        f'<h5><i id="p_publishtime">{minute(sheet)}</i>&nbsp;&nbsp;&nbsp;&nbsp;<i id="p_origin">{origin}</i></h5>\n'
        f'<div class="text_img"></div>\n<div class="show_text" id="zoom">\n<div id="p_content">\n{flow(sheet, _A2013)}\n'
        f'<span id="paper_num">{paper}</span>\n</div>\n<div class="zdfy clearfix">{page_links(sheet)}</div>\n</div>\n'
        f'<div class="edit" id="p_editor">{editors(sheet, "(责编：{})")}</div>\n</div>\n'
    )
    return head(sheet, old=True) + sheet.furniture.top, article, sheet.furniture.bottom


def _a2013_photo(shown: Photo, habit: int) -> str:
    """Print a _a2013_photo, its caption in a paragraph of its own or in the same one."""
    line = caption_line(shown)
    if habit % 2:
        caption = f'<p align="center" class="pictext">{line}</p>' if line else ""
        return f'<p align="center">{image(shown)}</p>{caption}'
    return f'<p style="text-align: center;">{image(shown)}<br />{line}</p>'


_A2013 = Marks(
    text=lambda html: f"<p>　　{html}</p>",
    poem=lambda html: f'<p style="text-align: center; text-indent: 2em;">{html}</p>',
    photo=_a2013_photo,
)


def _b2016(sheet: Sheet) -> tuple[str, str, str]:
    """Design B, about 2016 to 2020: ``#rwb_zw`` with indented paragraphs."""
    story = sheet.story
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    article = (
        f'<div class="path"><span id="rwb_navpath"><a href="http://www.people.com.cn/" class="clink">人民网</a>&gt;&gt;<a href="/" class="clink">{story.entry.channel.name}频道</a></span></div>\n'
        f'<!--text_title-->\n<div class="clearfix w1000_320 text_title">\n<h3 class="pre">{maybe("{}", sheet.article.kicker)}</h3>\n'
        f'<h1>{title(sheet)}</h1>\n<h4 class="sub">{maybe("{}", sheet.article.subtitle)}</h4>\n<p class="author"></p>\n'
        f'<div class="box01">\n<div class="fl">{minute(sheet)}&nbsp;&nbsp;{origin}</div>\n'
        '<div class="fr"><div class="message" id="rwb_bbstop"><a href="http://bbs1.people.com.cn/"><img src="/img/b2016/icon.jpg" /></a>&nbsp;</div></div>\n</div>\n</div>\n<!--text_title end-->\n'
        '<div class="clearfix w1000_320 text_con">\n<div class="fl text_con_left">\n<div class="box_con" id="rwb_zw">\n<div class="box_pic"></div>\n'
        f'{flow(sheet, _B2016)}\n{_page_turner(sheet)}<div class="box_pic"></div>\n<div class="edit clearfix">{editors(sheet, "(责编：{})")}</div>\n{behind_editors(story.entry.channel.name, story.traits)}</div>\n'
        '<div id="rwb_tjyd"><h2>推荐阅读</h2></div>\n<div id="rwb_xgxw"><h2>相关新闻</h2></div>\n</div>\n</div>\n<!--text_con end-->\n'
    )
    return head(sheet) + sheet.furniture.top, article, sheet.furniture.bottom


def _page_turner(sheet: Sheet) -> str:
    """Print the links to the other pages, by number and by picture; nothing for a single page."""
    if sheet.story.pages == 1:
        return ""
    links = f'<div class="zdfy clearfix">{page_links(sheet)}</div>\n'
    if sheet.is_last:
        return links
    after = sheet.addresses[sheet.number]
    return (
        f'{links}<center><table border="0" align="center" width="40%"><tr><td width="50%" align="center">'
        f'<a href="{after}"><img src="/img/next_page.jpg" border="0"></a></td></tr></table></center>\n'
    )


def _b2016_photo(shown: Photo, habit: int) -> str:
    """Print a _b2016_photo, its caption centred below it or in the same paragraph."""
    line = caption_line(shown)
    if habit % 3 == 2:
        return photo_table(shown, line)
    if habit % 2:
        caption = f'\n<p style="text-align: center;">{line}</p>' if line else ""
        return f'<p style="text-align: center;">{image(shown)}</p>{caption}'
    return f'<p style="text-align: center;">{image(shown)}<br />{line}</p>'


_B2016 = Marks(
    text=lambda html: f'<p style="text-indent: 2em;">\n\t{html}</p>',
    poem=lambda html: f'<p style="text-indent: 2em; text-align: center;">\n\t{html}</p>',
    photo=_b2016_photo,
)


def _c2020(sheet: Sheet) -> tuple[str, str, str]:
    """Design C, from the end of 2020: ``.rm_txt`` with full-width spaces in its paragraphs."""
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    when = f"{minute(sheet)} | {origin}"
    return _c2020_frame(sheet, when, flow(sheet, _C2020))


def _c2020_frame(sheet: Sheet, when: str, body: str) -> tuple[str, str, str]:
    """Print a page around its line of time and source and its body."""
    story = sheet.story
    article = (
        f'<div class="layout route cf" id="rwb_navpath"><a href="http://www.people.com.cn/" class="clink">人民网</a>&gt;&gt;<a href="/" class="clink">{story.entry.channel.name}频道</a></div>\n'
        f'<div class="layout rm_txt cf">\n<div class="col col-1">\n<h3 class="pre">{maybe("{}", sheet.article.kicker)}</h3>\n<h1>{title(sheet)}</h1>\n'
        f'<h4 class="sub">{maybe("{}", sheet.article.subtitle)}</h4>\n<div class="author cf"></div>\n'
        f'<div class="channel cf">\n<div class="col-1-1">{when}</div>\n<div class="col-1-2 fr"><span class="rm_type">小字号</span></div>\n</div>\n'
        '<div class="rm_txt_con cf">\n<div class="bza"><span></span><div class="bza"><p></p></div></div>\n<div class="box_pic"></div>\n'
        f'{body}\n{_page_turner(sheet)}<div class="box_pic"></div>\n<div class="edit cf">{editors(sheet, "(责编：{})")}</div>\n{behind_editors(story.entry.channel.name, story.traits)}'
        '<p class="paper_num"><em class="section-common-share-wrap">分享让更多人看到 <i class="btn_share_common"><img src="/img/2020wbc/imgs/share.png" alt=""></i></em></p>\n</div>\n'
        '<div class="rm_relevant rm_download cf"><p>人民日报客户端下载</p></div>\n</div>\n<div class="col col-2 fr"><h2>热门排行</h2></div>\n</div>\n'
    )
    return head(sheet) + sheet.furniture.top, article, sheet.furniture.bottom


_C2020 = Marks(
    text=lambda html: f"<p>　　{html}</p>",
    poem=lambda html: f'<p style="text-indent: 2em; text-align: center;">{html}</p>',
    photo=_b2016_photo,
)


def _d2026(sheet: Sheet) -> tuple[str, str, str]:
    """Design D, 2026: design C with ``#newstime`` and ``#rm_txt_zw``."""
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    buttons = '<span class="btn_sub">订阅</span><span class="btn_sub on">已订阅</span><span class="btn_col">收藏</span>'
    when = f'<b id="newstime">{minute(sheet)}</b> | {origin} {buttons}'
    return _c2020_frame(sheet, when, f'<div id="rm_txt_zw">\n{flow(sheet, _C2020)}\n</div>')


def _gallery(sheet: Sheet) -> tuple[str, str, str]:
    """Design E: a gallery, one photo a page; the source stands before the date."""
    shown = "\n".join(image(photo) for photo in sheet.photos)
    text = "\n".join(f"<p>　　{maybe('{}', paragraph)}</p>" for paragraph in sheet.paragraphs)
    mark = f"【{sheet.number}】" if sheet.number > 1 else ""
    origin = maybe("来源:{}", sheet.article.source)
    article = (
        f'<div class="path"><a href="http://www.people.com.cn/">人民网</a>&gt;&gt;<a href="/">{sheet.story.entry.channel.name}频道</a></div>\n'
        f'<div class="pic_content clearfix">\n<h1>{title(sheet)}{mark}</h1>\n'
        f"{_gallery_photo_box(sheet, shown, f'{origin}&nbsp;&nbsp;{minute(sheet)}')}\n{_gallery_turner(sheet)}"
        f'<div class="content clear clearfix">\n{text}\n</div>\n<i id="p_editor">{editors(sheet, "(责编：{})")}</i>\n</div>\n'
    )
    return head(sheet) + sheet.furniture.top, article, sheet.furniture.bottom


def _gallery_photo_box(sheet: Sheet, shown: str, stamp: str) -> str:
    """Print photo and stamp: the stamp above the photo, or inside its box as some hosts do."""
    if sheet.story.entry.number % 2:
        return (
            f'<div class="page_c"><div class="fr">{stamp}</div></div>\n'
            f'<div class="pic" id="picG"><div class="pic_c clearfix">{shown}</div></div>'
        )
    return (
        '<div class="page_c"><a href="/">上一图集</a></div>\n'
        f'<div class="pic_c clearfix"><div class="pic" id="picG">{shown}<em class="fr">{stamp}</em></div></div>'
    )


def _gallery_turner(sheet: Sheet) -> str:
    """Print the page bar: this page and the four behind it; the last one's next is no address."""
    here = sheet.number - 1
    window = enumerate(sheet.addresses[here : here + 5], sheet.number)
    pages = "&nbsp;".join(f'<a href="{path}">{n}</a>' for n, path in window)
    before = f'<a id="prev" href="{sheet.addresses[here - 1]}">上一页</a>' if here else ""
    after = (
        "javascript:showAd('img','next','first','name','http://wow.people.com.cn/')"
        if sheet.is_last
        else sheet.addresses[here + 1]
    )
    return f'<div class="page_n clearfix">{before}{pages}<a id="next" href="{after}">下一页</a></div>\n'


def _unknown(sheet: Sheet) -> tuple[str, str, str]:
    """A design that the site never had: what a crawler meets on the morning after a relaunch."""
    origin = maybe('<span class="x-origin">{}</span>', sheet.article.source)
    article = (
        f'<main class="x-story"><header><p class="x-headline">{title(sheet)}</p>'
        f'<p class="x-meta"><time>{minute(sheet)}</time>{origin}</p></header>\n'
        f'<section class="x-lines">\n{flow(sheet, _UNKNOWN)}\n</section>\n'
        f'<footer class="x-credit">{sheet.story.editors}</footer></main>\n'
    )
    return head(sheet) + sheet.furniture.top, article, sheet.furniture.bottom


_UNKNOWN = Marks(
    text=lambda html: f'<div class="x-line">{html}</div>',
    poem=lambda html: f'<div class="x-verse">{html}</div>',
    photo=lambda shown, _: (
        f"<figure>{image(shown)}<figcaption>{caption_line(shown)}</figcaption></figure>"
    ),
)


DESIGNS: dict[str, Callable[[Sheet], Rendered]] = {
    "a2007": _a2007,
    "a2010": _a2010,
    "a2013": _a2013,
    "b2016": _b2016,
    "c2020": _c2020,
    "d2026": _d2026,
    "gallery": _gallery,
    "unknown": _unknown,
}

# Channels change their design when they like: these take turns in the pages of the last days.
_RECENT = ("c2020", "d2026", "c2020", "b2016", "d2026", "a2013", "c2020", "a2010")


def design_of(day: date, today: date, place: int) -> str:
    """Choose the design of an article: by its year, or its channel's habit if it is recent.

    Args:
        day: When it was published.
        today: Day 0 of the site.
        place: Number of its channel.
    """
    if (today - day).days <= 40:
        return _RECENT[place % len(_RECENT)]
    eras = ((2010, "a2007"), (2012, "a2010"), (2015, "a2013"), (2020, "b2016"), (2025, "c2020"))
    return next((name for year, name in eras if day.year <= year), "d2026")
