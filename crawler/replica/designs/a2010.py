"""Design A, about 2010 to 2013: ``#p_content`` without ``<p>``, paragraphs parted by ``<br><br>``."""

from __future__ import annotations

from crawler.items import Photo
from crawler.replica.designs.head import editors, head, maybe, minute, source, title
from crawler.replica.habits import image
from crawler.replica.markup import Marks, Sheet, caption_line, flow, page_links


def render(sheet: Sheet) -> tuple[str, str, str]:
    """Print a page: up to the article, the article, the rest."""
    story = sheet.story
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    article = (
        f'<div id="p_navigator"><a href="http://www.people.com.cn/">人民网</a>&gt;&gt;<a href="/">{story.entry.channel.name}频道</a>&gt;&gt;{story.entry.column.label}</div>\n'
        f'<div class="text_c">\n{maybe("<h3>{}</h3>", sheet.article.kicker)}\n<h1 id="p_title">{title(sheet)}</h1>\n'
        f"{maybe('<h2>{}</h2>', sheet.article.subtitle)}\n"
        f'<p class="sou"><span id="p_publishtime">{minute(sheet)}</span>&nbsp;&nbsp;&nbsp;&nbsp;<span id="p_origin">{origin}</span>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;<a href="http://mms.people.com.cn/GB/" target="_blank">手机看新闻</a></p>\n'
        '<ul class="tools"><li><a href="javascript:doZoom(16)">大字号</a></li><li><a href="javascript:window.print()">打印</a></li><li>纠错</li></ul>\n'
        f'<div class="text_img"></div>\n<div class="show_text" id="zoom">\n<div id="p_content">\n{flow(sheet, MARKS)}\n</div>\n'
        f'<div class="zdfy">{page_links(sheet)}</div>\n'
        '<div class="box"><h2>推荐阅读</h2><ul><li><a href="/GB/1/index.html">本频道昨日要闻</a></li></ul></div>\n</div>\n'
        f'<div class="text_img"></div>\n<div class="edit" id="p_editor">{editors(sheet, "（责任编辑：{}）")}</div>\n</div>\n'
        f'<script type="text/javascript">var channelID="{sheet.article.node_id}";var contentID="{sheet.article.content_id}";</script>\n'
    )
    return head(sheet, old=True) + sheet.furniture.top, article, sheet.furniture.bottom


def text(html: str) -> str:
    """Print a paragraph: two full-width spaces before, two breaks after."""
    return f"　　{html}<br><br>"


def photo(shown: Photo, habit: int) -> str:
    """Print a photo in one of the three forms of the time."""
    line = caption_line(shown)
    if habit % 3 == 0:
        caption = f"<tr><td>{line}</td></tr>" if line else ""
        return f'<table align="center"><tbody><tr><td>{image(shown)}</td></tr>{caption}</tbody></table>'
    if habit % 3 == 1:
        caption = f'<p align="center" class="pictext">{line}</p>' if line else ""
        return f'<p align="center">{image(shown)}</p>{caption}'
    caption = f"<center><font>{line}</font></center><br>" if line else ""
    return f"<center>{image(shown)}</center><br>{caption}"


MARKS = Marks(text=text, poem=text, photo=photo)
