"""Design D, 2026: design C with ``#newstime`` and ``#rm_txt_zw``."""

from __future__ import annotations

from crawler.replica.designs.c2020 import MARKS, frame
from crawler.replica.designs.head import minute, source
from crawler.replica.markup import Sheet, flow


def render(sheet: Sheet) -> tuple[str, str, str]:
    """Print a page: up to the article, the article, the rest."""
    origin = f"来源：{source(sheet)}" if sheet.article.source else ""
    buttons = '<span class="btn_sub">订阅</span><span class="btn_sub on">已订阅</span><span class="btn_col">收藏</span>'
    when = f'<b id="newstime">{minute(sheet)}</b> | {origin} {buttons}'
    return frame(sheet, when, f'<div id="rm_txt_zw">\n{flow(sheet, MARKS)}\n</div>')
