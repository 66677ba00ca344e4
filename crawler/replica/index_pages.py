"""Where articles are found: front pages, columns, archives of a day; sitemaps, and robots.txt.

List pages are in the markups of several provinces, with the clutter that stands on real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any
from xml.sax import saxutils

from crawler.replica.addresses import FIRST_ID, LIST_LENGTH, MIRROR_HOST, Entry, SitePlan, traits_of
from crawler.replica.answer import Response, coding_of, message, page, stamped
from crawler.replica.faults import Faults, instead_of_list
from crawler.replica.furniture import Furniture, furnish
from crawler.replica.newsroom import Newsroom
from crawler.site.channels import Channel, ListPage, by_host, load
from crawler.site.spelling import Spelled
from crawler.site.urls import Address, classify


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
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
    rows: Sequence[ListRow]
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


def _link(row: ListRow) -> str:
    return f'<a href="{escape(row.href)}" target="_blank">{escape(row.title)}</a>'


def _list_16(rows: Sequence[ListRow], pager: str) -> str:
    items = "\n".join(f"<li>{_link(row)} <em>{row.day:%Y-%m-%d}</em></li>" for row in rows)
    return f'<ul class="list_16">\n{items}\n</ul>\n<div class="page_n clearfix">{pager}</div>'


def _list_14(rows: Sequence[ListRow], pager: str) -> str:
    items = "\n".join(
        f'<li>{_link(row)}<i class="gray">[{row.day:%m月%d日}]</i></li>' for row in rows
    )
    return f'<div class="ej_left"><ul class="list_14 clearfix">\n{items}\n</ul>\n<div class="page_n clearfix">{pager}</div></div>'


def _list_box(rows: Sequence[ListRow], pager: str) -> str:
    items = "\n".join(f"<ul><li>{_link(row)}<em>{row.day:%Y-%m-%d}</em></li></ul>" for row in rows)
    return f'<div class="ej_list_box clear">\n{items}\n<div class="page">{pager}</div></div>'


def _fanye(rows: Sequence[ListRow], pager: str) -> str:
    items = "\n".join(f"<li>·{_link(row)}</li>" for row in rows)
    return f'<div class="p2j_list"><ul>\n{items}\n</ul><div class="fanye">{pager}</div></div>'


def _headlines(rows: Sequence[ListRow], pager: str) -> str:
    items = "\n".join(
        f'<div class="hdNews clearfix"><p><strong>{_link(row)}</strong></p>'
        f'<p>{row.day:%Y年%m月%d日}<a href="{escape(row.href)}">【详细】</a></p></div>'
        for row in rows
    )
    return f'<div class="headingNews">\n{items}\n</div>\n<div class="page_n clearfix">{pager}</div>'


def _pictures(rows: Sequence[ListRow], pager: str) -> str:
    items = "\n".join(
        f'<li><a href="{escape(row.href)}"><img src="/img/none.jpg" alt="" /></a>{_link(row)}</li>'
        for row in rows
    )
    return f'<ul class="img_list">\n{items}\n</ul>\n<div class="page">{pager}</div>'


def _table(rows: Sequence[ListRow], pager: str) -> str:
    items = "\n".join(
        f'<tr><td class="t14">{_link(row)}</td><td>{row.day:%Y-%m-%d}</td></tr>' for row in rows
    )
    return f'<table width="95%">\n{items}\n</table>\n<table><tr><td class="page">{pager}</td></tr></table>'


_MARKUPS: tuple[Callable[[Sequence[ListRow], str], str], ...] = (
    _list_16, _list_14, _list_box, _fanye, _headlines, _pictures, _table,
)  # fmt: skip


# The sequence of spellings that links go through: most are plain, as on the site.
_SPELLINGS = (
    "{path}", "http://{host}{path}", "{path}", "http://{host}{path}", "https://{host}{path}",
    "{path}", "http://{host}{path}?from=groupmessage", "{path}#liuyan", "//{host}{path}",
    "http://{short}{path}", "/BIG5{big5}",
)  # fmt: skip


def serve(newsroom: Newsroom, spelled: Spelled, address: Address) -> Response:
    """Answer for an address that is no article."""
    if address.kind == "sitemap":
        return _sitemap(newsroom, address)
    channel = by_host(spelled.host)
    if channel is None:
        return message(404, "页面没有找到")
    if address.canonical == f"http://{channel.host}/":
        return _front(newsroom, channel)
    if address.kind == "list":
        return _list(newsroom, channel, address)
    if spelled.path.startswith("/zt/"):
        return message(200, "专题页面")
    return message(404, "页面没有找到")


def row(plan: SitePlan, entry: Entry) -> dict[str, Any]:
    """Describe a page for ``renmin replica --list``."""
    told: dict[str, Any] = {"url": entry.url, "kind": entry.kind}
    if entry.of is not None:
        told["of"] = plan.entry(entry.of).url
    told["channel"] = entry.channel.id
    told["published"] = entry.published.isoformat(timespec="minutes")
    if entry.kind == "article":
        told["traits"] = sorted(traits_of(entry.number))
    return told


def number_of(plan: SitePlan, address: Address) -> int | None:
    """Find the article whose path an address on another host repeats; ``None`` if none does."""
    number = int(address.content_id or 0) - FIRST_ID
    if not 0 <= number < plan.base:
        return None
    entry = plan.entry(number)
    same = entry.url.split("/", 3)[3] == address.canonical.split("/", 3)[3]
    return number if same and entry.kind == "article" else None


def _sitemap(newsroom: Newsroom, address: Address) -> Response:
    if address.canonical == "http://www.people.com.cn/sitemap_index.xml":
        return sitemap_index()
    channel = load().get(address.channel or "")
    if channel is None or f"/{channel.id}/" not in address.canonical:
        return message(404, "页面没有找到")
    entries = map(newsroom.plan.entry, newsroom.plan.newest(channel, SITEMAP_LENGTH))
    return sitemap(entry for entry in entries if MIRROR_HOST not in entry.url)


def _front(newsroom: Newsroom, channel: Channel) -> Response:
    rows = [_row(newsroom, newsroom.plan.entry(n)) for n in newsroom.plan.newest(channel, 10)]
    return _printed(newsroom, channel, f"{channel.name}频道", rows, (1, 1))


def _list(newsroom: Newsroom, channel: Channel, address: Address) -> Response:
    column = _column(channel, address)
    if column is None:
        return message(404, "页面没有找到")
    moved = instead_of_list(newsroom.faults, channel.id, f"http://{channel.host}/")
    if moved is not None:
        return moved
    numbers = newsroom.plan.column(channel, column.node_id)
    if address.published is not None:
        entries = [
            e for e in map(newsroom.plan.entry, numbers) if e.published.date() == address.published
        ]
        return _printed(
            newsroom, channel, column.label, [_row(newsroom, e) for e in entries], (1, 1)
        )
    pages = max(1, -(-len(numbers) // LIST_LENGTH))
    if address.page > pages:
        return message(404, "页面没有找到")
    shown = numbers[(address.page - 1) * LIST_LENGTH : address.page * LIST_LENGTH]
    rows = [_row(newsroom, newsroom.plan.entry(number)) for number in shown]
    response = _printed(newsroom, channel, column.label, rows, (address.page, pages))
    return stamped(response, newsroom.plan.entry(numbers[0]).published) if rows else response


def _column(channel: Channel, address: Address) -> ListPage | None:
    folder = address.canonical.rsplit("/", 1)[0].removesuffix("/review")
    return next(
        (
            page
            for page in (*channel.lists, *channel.disabled)
            if classify(page.url).canonical.rsplit("/", 1)[0] == folder
        ),
        None,
    )


def _printed(
    newsroom: Newsroom,
    channel: Channel,
    label: str,
    rows: Sequence[ListRow],
    page_of: tuple[int, int],
) -> Response:
    place = newsroom.place(channel.id)
    coding = coding_of("list", place, lying=False)
    html = render(
        ListSheet(
            label=label,
            channel=channel.name,
            charset=coding.label,
            rows=rows,
            clutter=_clutter(channel) if rows else (),
            page=page_of[0],
            pages=page_of[1],
            habit=place,
            furniture=furnish(channel, "list", ()) if rows else None,
        )
    )
    return page(html.encode(coding.codec, "xmlcharrefreplace"), coding.content_type)


def _row(newsroom: Newsroom, entry: Entry) -> ListRow:
    title = _TITLES.get(entry.kind) or newsroom.story(entry.of or entry.number).truth.title
    href = entry.url
    if entry.kind != "mirror":
        path = "/" + entry.url.split("/", 3)[3]
        spelling = _SPELLINGS[entry.number % len(_SPELLINGS)]
        host = entry.channel.host
        short = host.replace("people.com.cn", "people.cn")
        href = spelling.format(path=path, host=host, short=short, big5=path.removeprefix("/GB"))
    return ListRow(href=href, title=title, day=entry.published.date())


# Pages without an article of their own have a headline on the list all the same.
_TITLES = {
    kind: f"暂时看不到的一页：{kind}"
    for kind in (
        "gone", "loop", "soft-gone", "broken", "forbidden", "empty", "wrong-type", "rubbish",
        "deep", "huge", "hang",
    )
}  # fmt: skip


def _clutter(channel: Channel) -> tuple[tuple[str, str], ...]:
    """Links that a crawl counts and leaves alone, one of each kind."""
    return (
        ("javascript:void(0)", "更多"),
        (f"http://{channel.host}/zt/2026/", "专题"),
        ("http://v.people.cn/n1/2026/0101/c431305-41000001.html", "视频"),
        ("http://politics.people.com.cn/n1/2026/0102/c1001-41000002.html", "时政"),
        ("http://www.garden-furniture.example/", "合作媒体"),
        ("/NMediaFile/2026/0103/LOCAL202601031200000001.pdf", "附件"),
        (f"http://{channel.host}/video/2026/index.html", "直播"),
        ("mailto:kf@people.cn", "投稿"),
    )


# The one channel that asks for patience, in seconds; its single list keeps that short.
PATIENT, PATIENCE = "qxn", 0.5
# This one has no robots.txt at all, which allows everything.
WITHOUT_ROBOTS = "xz"
# The length of a news sitemap.
SITEMAP_LENGTH = 100

_MAIN = """User-agent: *
Disallow: /
Crawl-delay: 120
Sitemap: http://www.people.cn/sitemap_index.xml
"""


def robots(channel: Channel | None, faults: Faults, *, plain: bool) -> Response:
    """Answer for robots.txt; ``None`` is the main host, which forbids everything."""
    id_ = channel.id if channel else None
    if faults.at("robots-broken", id_):
        return message(500, "服务器内部错误")
    if channel is None:
        return page(_MAIN.encode(), "text/plain")
    if faults.at("robots-forbidden", id_):
        return page(b"User-agent: *\nDisallow: /\n", "text/plain")
    if channel.id == WITHOUT_ROBOTS:
        return message(404, "页面没有找到")
    lines = ["User-agent: *", "Disallow: /2015m2/", "Disallow: /n/2015m2/"]
    if channel.id == PATIENT and not plain:
        lines.append(f"Crawl-delay: {PATIENCE}")
    lines.append(f"Sitemap: http://{channel.host}/sitemap/cn/{channel.id}/news_sitemap.xml")
    return page("\n".join([*lines, ""]).encode(), "text/plain")


def sitemap(entries: Iterable[Entry]) -> Response:
    """Answer with a news sitemap of some pages."""
    rows = "\n".join(
        f"<url><loc>{saxutils.escape(entry.url)}</loc><lastmod>{entry.published.isoformat()}</lastmod></url>"
        for entry in entries
    )
    return _xml("urlset", rows)


def sitemap_index() -> Response:
    """Answer with the index of all channels' sitemaps."""
    rows = "\n".join(
        f"<sitemap><loc>http://www.people.cn/sitemap/cn/{id_}/news_sitemap.xml</loc></sitemap>"
        for id_ in load()
    )
    return _xml("sitemapindex", rows)


def _xml(root: str, rows: str) -> Response:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}\n</{root}>\n'
    )
    return page(text.encode(), "application/xml")
