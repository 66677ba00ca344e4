"""Design A as it was from 2013 to 2015: the time in ``<i>``, ``<p>`` in the body, a page number of the paper."""

from __future__ import annotations

from crawler.items import Photo
from crawler.replica.designs.head import editors, head, maybe, minute, source, title
from crawler.replica.habits import image
from crawler.replica.markup import Marks, Sheet, caption_line, flow, page_links


def render(sheet: Sheet) -> tuple[str, str, str]:
    """Print a page: up to the article, the article, the rest."""
    story, day = sheet.story, sheet.article.published_at
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    from_paper = "《人民日报》" in (sheet.article.source or "")
    paper = f"《 人民日报 》（ {day:%Y年%m月%d日} 14 版）" if from_paper else ""
    article = (
        f'<div class="path" id="p_navigator"><a href="http://www.people.com.cn/">人民网</a>&gt;&gt;<a href="/">{story.entry.channel.name}频道</a></div>\n'
        f'<div class="text_c">\n{maybe("<h3>{}</h3>", sheet.article.kicker)}\n<h1 id="p_title">{title(sheet)}</h1>\n'
        f"{maybe('<h2>{}</h2>', sheet.article.subtitle)}\n"
        f'<h5><i id="p_publishtime">{minute(sheet)}</i>&nbsp;&nbsp;&nbsp;&nbsp;<i id="p_origin">{origin}</i></h5>\n'
        f'<div class="text_img"></div>\n<div class="show_text" id="zoom">\n<div id="p_content">\n{flow(sheet, MARKS)}\n'
        f'<span id="paper_num">{paper}</span>\n</div>\n<div class="zdfy clearfix">{page_links(sheet)}</div>\n</div>\n'
        f'<div class="edit" id="p_editor">{editors(sheet, "(责编：{})")}</div>\n</div>\n'
    )
    return head(sheet, old=True) + sheet.furniture.top, article, sheet.furniture.bottom


def photo(shown: Photo, habit: int) -> str:
    """Print a photo, its caption in a paragraph of its own or in the same one."""
    line = caption_line(shown)
    if habit % 2:
        caption = f'<p align="center" class="pictext">{line}</p>' if line else ""
        return f'<p align="center">{image(shown)}</p>{caption}'
    return f'<p style="text-align: center;">{image(shown)}<br />{line}</p>'


MARKS = Marks(
    text=lambda html: f"<p>　　{html}</p>",
    poem=lambda html: f'<p style="text-align: center; text-indent: 2em;">{html}</p>',
    photo=photo,
)
