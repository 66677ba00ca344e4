"""Design C, from the end of 2020: ``.rm_txt`` with full-width spaces in its paragraphs."""

from __future__ import annotations

from crawler.replica.designs.b2016 import photo, turner
from crawler.replica.designs.head import editors, head, maybe, minute, source, title
from crawler.replica.habits import behind_editors
from crawler.replica.markup import Marks, Sheet, flow


def render(sheet: Sheet) -> tuple[str, str, str]:
    """Print a page: up to the article, the article, the rest."""
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    when = f"{minute(sheet)} | {origin}"
    return frame(sheet, when, flow(sheet, MARKS))


def frame(sheet: Sheet, when: str, body: str) -> tuple[str, str, str]:
    """Print a page around its line of time and source and its body."""
    story = sheet.story
    article = (
        f'<div class="layout route cf" id="rwb_navpath"><a href="http://www.people.com.cn/" class="clink">人民网</a>&gt;&gt;<a href="/" class="clink">{story.entry.channel.name}频道</a></div>\n'
        f'<div class="layout rm_txt cf">\n<div class="col col-1">\n<h3 class="pre">{maybe("{}", sheet.article.kicker)}</h3>\n<h1>{title(sheet)}</h1>\n'
        f'<h4 class="sub">{maybe("{}", sheet.article.subtitle)}</h4>\n<div class="author cf"></div>\n'
        f'<div class="channel cf">\n<div class="col-1-1">{when}</div>\n<div class="col-1-2 fr"><span class="rm_type">小字号</span></div>\n</div>\n'
        '<div class="rm_txt_con cf">\n<div class="bza"><span></span><div class="bza"><p></p></div></div>\n<div class="box_pic"></div>\n'
        f'{body}\n{turner(sheet)}<div class="box_pic"></div>\n<div class="edit cf">{editors(sheet, "(责编：{})")}</div>\n{behind_editors(story.entry.channel.name, story.traits)}'
        '<p class="paper_num"><em class="section-common-share-wrap">分享让更多人看到 <i class="btn_share_common"><img src="/img/2020wbc/imgs/share.png" alt=""></i></em></p>\n</div>\n'
        '<div class="rm_relevant rm_download cf"><p>人民日报客户端下载</p></div>\n</div>\n<div class="col col-2 fr"><h2>热门排行</h2></div>\n</div>\n'
    )
    return head(sheet) + sheet.furniture.top, article, sheet.furniture.bottom


MARKS = Marks(
    text=lambda html: f"<p>　　{html}</p>",
    poem=lambda html: f'<p style="text-indent: 2em; text-align: center;">{html}</p>',
    photo=photo,
)
