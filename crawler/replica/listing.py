"""List pages, in the markups of several provinces, with the clutter that stands on real ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from crawler.replica.furniture import Furniture


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list.

    Attributes:
        href: As it stands in the link.
        title: Of the article.
        day: When it was published.
    """

    href: str
    title: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSheet:
    """One page of a list.

    Attributes:
        label: Name of the column.
        channel: Name of the channel.
        charset: As declared.
        rows: Newest first; empty for a column that has fallen silent.
        clutter: Links of other kinds that stand among them: address and text.
        page: 1 for the first.
        pages: How many there are.
        habit: Which markup the channel uses.
        furniture: What surrounds the list; ``None`` for a bare page.
    """

    label: str
    channel: str
    charset: str
    rows: Sequence[Row]
    clutter: Sequence[tuple[str, str]]
    page: int
    pages: int
    habit: int
    furniture: Furniture | None


def render(sheet: ListSheet) -> str:
    """Print a list page."""
    around = sheet.furniture
    clutter = "".join(
        f'<li><a href="{escape(href)}">{text}</a></li>' for href, text in sheet.clutter
    )
    listed = _MARKUPS[sheet.habit % len(_MARKUPS)](sheet.rows, _pager(sheet))
    return (
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta http-equiv="content-type" content="text/html;charset={sheet.charset}"/>\n'
        f"<title>{sheet.label}--{sheet.channel}频道--人民网</title>\n{around.head if around else ''}</head>\n"
        f"{around.top if around else '<body>'}\n"
        f'<div class="route"><a href="http://www.people.com.cn/">人民网</a>&gt;&gt;<a href="/">{sheet.channel}频道</a>&gt;&gt;{sheet.label}</div>\n'
        f'{listed}\n<ul class="clutter">{clutter}</ul>\n</body>\n</html>\n'
    )


def _pager(sheet: ListSheet) -> str:
    if sheet.pages < 2:
        return ""
    # Five pages around the current one, which is no link; how many there are is in a comment.
    first = max(1, min(sheet.page - 2, sheet.pages - 4))
    numbers = [
        f'<a class="common_current_page">{n}</a>'
        if n == sheet.page
        else f'<a href="{_address(n)}">{n}</a>'
        for n in range(first, min(first + 5, sheet.pages + 1))
    ]
    if sheet.page > 1:
        back = f'<a href="{_address(sheet.page - 1)}">上一页</a>'
        numbers[:0] = [f'<a href="{_address(1)}">首页</a>', back]
    if sheet.page < sheet.pages:
        on = f'<a href="{_address(sheet.page + 1)}">下一页</a>'
        numbers += [on, f'<a href="{_address(sheet.pages)}">尾页</a>']
    return "&nbsp;".join(numbers) + f"<!--all page--><!--PageNo={sheet.pages}-->"


def _address(page: int) -> str:
    return f"index{page}.html" if page > 1 else "index.html"


def _link(row: Row) -> str:
    return f'<a href="{escape(row.href)}" target="_blank">{escape(row.title)}</a>'


def _list_16(rows: Sequence[Row], pager: str) -> str:
    items = "\n".join(f"<li>{_link(row)} <em>{row.day:%Y-%m-%d}</em></li>" for row in rows)
    return f'<ul class="list_16">\n{items}\n</ul>\n<div class="page_n clearfix">{pager}</div>'


def _list_14(rows: Sequence[Row], pager: str) -> str:
    items = "\n".join(
        f'<li>{_link(row)}<i class="gray">[{row.day:%m月%d日}]</i></li>' for row in rows
    )
    return f'<div class="ej_left"><ul class="list_14 clearfix">\n{items}\n</ul>\n<div class="page_n clearfix">{pager}</div></div>'


def _list_box(rows: Sequence[Row], pager: str) -> str:
    items = "\n".join(f"<ul><li>{_link(row)}<em>{row.day:%Y-%m-%d}</em></li></ul>" for row in rows)
    return f'<div class="ej_list_box clear">\n{items}\n<div class="page">{pager}</div></div>'


def _fanye(rows: Sequence[Row], pager: str) -> str:
    items = "\n".join(f"<li>·{_link(row)}</li>" for row in rows)
    return f'<div class="p2j_list"><ul>\n{items}\n</ul><div class="fanye">{pager}</div></div>'


def _headlines(rows: Sequence[Row], pager: str) -> str:
    items = "\n".join(
        f'<div class="hdNews clearfix"><p><strong>{_link(row)}</strong></p>'
        f'<p>{row.day:%Y年%m月%d日}<a href="{escape(row.href)}">【详细】</a></p></div>'
        for row in rows
    )
    return f'<div class="headingNews">\n{items}\n</div>\n<div class="page_n clearfix">{pager}</div>'


def _pictures(rows: Sequence[Row], pager: str) -> str:
    items = "\n".join(
        f'<li><a href="{escape(row.href)}"><img src="/img/none.jpg" alt="" /></a>{_link(row)}</li>'
        for row in rows
    )
    return f'<ul class="img_list">\n{items}\n</ul>\n<div class="page">{pager}</div>'


def _table(rows: Sequence[Row], pager: str) -> str:
    items = "\n".join(
        f'<tr><td class="t14">{_link(row)}</td><td>{row.day:%Y-%m-%d}</td></tr>' for row in rows
    )
    return f'<table width="95%">\n{items}\n</table>\n<table><tr><td class="page">{pager}</td></tr></table>'


_MARKUPS: tuple[Callable[[Sequence[Row], str], str], ...] = (
    _list_16, _list_14, _list_box, _fanye, _headlines, _pictures, _table,
)  # fmt: skip
