"""Design E: a gallery, one photo a page; the source stands before the date."""

from __future__ import annotations

from crawler.replica.designs.head import editors, head, maybe, minute, title
from crawler.replica.habits import image
from crawler.replica.markup import Sheet


def render(sheet: Sheet) -> tuple[str, str, str]:
    """Print a page: up to the article, the article, the rest."""
    shown = "\n".join(image(photo) for photo in sheet.photos)
    text = "\n".join(f"<p>　　{maybe('{}', paragraph)}</p>" for paragraph in sheet.paragraphs)
    mark = f"【{sheet.number}】" if sheet.number > 1 else ""
    origin = maybe("来源:{}", sheet.article.source)
    article = (
        f'<div class="path"><a href="http://www.people.com.cn/">人民网</a>&gt;&gt;<a href="/">{sheet.story.entry.channel.name}频道</a></div>\n'
        f'<div class="pic_content clearfix">\n<h1>{title(sheet)}{mark}</h1>\n'
        f"{_photo_box(sheet, shown, f'{origin}&nbsp;&nbsp;{minute(sheet)}')}\n{_turner(sheet)}"
        f'<div class="content clear clearfix">\n{text}\n</div>\n<i id="p_editor">{editors(sheet, "(责编：{})")}</i>\n</div>\n'
    )
    return head(sheet) + sheet.furniture.top, article, sheet.furniture.bottom


def _photo_box(sheet: Sheet, shown: str, stamp: str) -> str:
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


def _turner(sheet: Sheet) -> str:
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
