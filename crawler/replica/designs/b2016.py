"""Design B, about 2016 to 2020: ``#rwb_zw`` with indented paragraphs."""

from __future__ import annotations

from crawler.items import Photo
from crawler.replica.designs.head import editors, head, maybe, minute, source, title
from crawler.replica.habits import behind_editors, image, photo_table
from crawler.replica.markup import Marks, Sheet, caption_line, flow, page_links


def render(sheet: Sheet) -> tuple[str, str, str]:
    """Print a page: up to the article, the article, the rest."""
    story = sheet.story
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    article = (
        f'<div class="path"><span id="rwb_navpath"><a href="http://www.people.com.cn/" class="clink">人民网</a>&gt;&gt;<a href="/" class="clink">{story.entry.channel.name}频道</a></span></div>\n'
        f'<!--text_title-->\n<div class="clearfix w1000_320 text_title">\n<h3 class="pre">{maybe("{}", sheet.article.kicker)}</h3>\n'
        f'<h1>{title(sheet)}</h1>\n<h4 class="sub">{maybe("{}", sheet.article.subtitle)}</h4>\n<p class="author"></p>\n'
        f'<div class="box01">\n<div class="fl">{minute(sheet)}&nbsp;&nbsp;{origin}</div>\n'
        '<div class="fr"><div class="message" id="rwb_bbstop"><a href="http://bbs1.people.com.cn/"><img src="/img/b2016/icon.jpg" /></a>&nbsp;</div></div>\n</div>\n</div>\n<!--text_title end-->\n'
        '<div class="clearfix w1000_320 text_con">\n<div class="fl text_con_left">\n<div class="box_con" id="rwb_zw">\n<div class="box_pic"></div>\n'
        f'{flow(sheet, MARKS)}\n{turner(sheet)}<div class="box_pic"></div>\n<div class="edit clearfix">{editors(sheet, "(责编：{})")}</div>\n{behind_editors(story.entry.channel.name, story.traits)}</div>\n'
        '<div id="rwb_tjyd"><h2>推荐阅读</h2></div>\n<div id="rwb_xgxw"><h2>相关新闻</h2></div>\n</div>\n</div>\n<!--text_con end-->\n'
    )
    return head(sheet) + sheet.furniture.top, article, sheet.furniture.bottom


def turner(sheet: Sheet) -> str:
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


def photo(shown: Photo, habit: int) -> str:
    """Print a photo, its caption centred below it or in the same paragraph."""
    line = caption_line(shown)
    if habit % 3 == 2:
        return photo_table(shown, line)
    if habit % 2:
        caption = f'\n<p style="text-align: center;">{line}</p>' if line else ""
        return f'<p style="text-align: center;">{image(shown)}</p>{caption}'
    return f'<p style="text-align: center;">{image(shown)}<br />{line}</p>'


MARKS = Marks(
    text=lambda html: f'<p style="text-indent: 2em;">\n\t{html}</p>',
    poem=lambda html: f'<p style="text-indent: 2em; text-align: center;">\n\t{html}</p>',
    photo=photo,
)
