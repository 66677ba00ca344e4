"""Design E: a gallery, one photo a page; the source stands before the date."""

from __future__ import annotations

from crawler.replica.designs.head import head, maybe, minute, title
from crawler.replica.markup import Sheet, image


def render(sheet: Sheet) -> tuple[str, str, str]:
    """Print a page: up to the article, the article, the rest."""
    shown = "\n".join(image(photo) for photo in sheet.photos)
    text = "\n".join(f"<p>　　{maybe('{}', paragraph)}</p>" for paragraph in sheet.paragraphs)
    mark = f"【{sheet.number}】" if sheet.number > 1 else ""
    origin = maybe("来源:{}", sheet.article.source)
    article = (
        f'<div class="path"><a href="http://www.people.com.cn/">人民网</a>&gt;&gt;<a href="/">{sheet.story.entry.channel.name}频道</a></div>\n'
        f'<div class="pic_content clearfix">\n<h1>{title(sheet)}{mark}</h1>\n'
        f'<div class="page_c"><div class="fr">{origin}&nbsp;&nbsp;{minute(sheet)}</div></div>\n'
        f'<div class="pic" id="picG"><div class="pic_c clearfix">{shown}</div></div>\n{_turner(sheet)}'
        f'<div class="content clear clearfix">\n{text}\n</div>\n<i id="p_editor">(责编：{sheet.story.editors})</i>\n</div>\n'
    )
    return head(sheet) + sheet.furniture.top, article, sheet.furniture.bottom


def _turner(sheet: Sheet) -> str:
    pages = "".join(f'<a href="{path}">{n}</a>' for n, path in enumerate(sheet.addresses, 1))
    after = "javascript:showAd('next')" if sheet.is_last else sheet.addresses[sheet.number]
    return f'<div class="page_n clearfix">{pages}<a id="next" href="{after}">下一页</a></div>\n'
