"""The design of about 2007 to 2010: ``font#zoom.show_c`` inside ``div.left_c_c``, all in tables."""

from __future__ import annotations

from crawler.items import Photo
from crawler.replica.designs.head import editors, head, maybe, minute, source, title
from crawler.replica.habits import photo_table
from crawler.replica.markup import Marks, Sheet, caption_line, flow, page_links


def render(sheet: Sheet) -> tuple[str, str, str]:
    """Print a page: up to the article, the article, the rest."""
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
        f'{flow(sheet, MARKS)}\n</div></font>\n<div align="left"><p>{page_links(sheet)}</p></div>\n'
        f'<table class="bianji" width="100%"><tr><td align="right"><DIV id="p_editor">{editors(sheet, "（责任编辑：{}）")}</div></td></tr></table>\n'
        "</div></div></div>\n"
    )
    return head(sheet, old=True) + sheet.furniture.top, article, sheet.furniture.bottom


def photo(shown: Photo, _: int) -> str:
    """Print a photo as the site's system does."""
    return photo_table(shown, caption_line(shown))


MARKS = Marks(
    text=lambda html: f"<P>　　{html}</P>",
    poem=lambda html: f"<P>　　{html}</P>",
    photo=photo,
)
