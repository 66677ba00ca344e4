"""Where articles are found: front pages, columns, archives of a day, sitemaps, the list of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crawler.replica import machine
from crawler.replica.answer import Response, message, page, stamped
from crawler.replica.corpus import Newsroom
from crawler.replica.encode import coding_of
from crawler.replica.faults import instead_of_list
from crawler.replica.furniture import furnish
from crawler.replica.listing import ListSheet, Row, render
from crawler.replica.plan import FIRST_ID, LIST_LENGTH, MIRROR_HOST, Entry, Plan
from crawler.replica.traits import traits_of
from crawler.site.channels import Channel, ListPage, by_host, load
from crawler.site.spelling import Spelled
from crawler.site.urls import Address, classify

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


def row(plan: Plan, entry: Entry) -> dict[str, Any]:
    """Describe a page for ``renmin replica --list``."""
    told: dict[str, Any] = {"url": entry.url, "kind": entry.kind}
    if entry.of is not None:
        told["of"] = plan.entry(entry.of).url
    told["channel"] = entry.channel.id
    told["published"] = entry.published.isoformat(timespec="minutes")
    if entry.kind == "article":
        told["traits"] = sorted(traits_of(entry.number))
    return told


def number_of(plan: Plan, address: Address) -> int | None:
    """Find the article whose path an address on another host repeats; ``None`` if none does."""
    number = int(address.content_id or 0) - FIRST_ID
    if not 0 <= number < plan.base:
        return None
    entry = plan.entry(number)
    same = entry.url.split("/", 3)[3] == address.canonical.split("/", 3)[3]
    return number if same and entry.kind == "article" else None


def _sitemap(newsroom: Newsroom, address: Address) -> Response:
    if address.canonical == "http://www.people.com.cn/sitemap_index.xml":
        return machine.sitemap_index()
    channel = load().get(address.channel or "")
    if channel is None or f"/{channel.id}/" not in address.canonical:
        return message(404, "页面没有找到")
    entries = map(newsroom.plan.entry, newsroom.plan.newest(channel, machine.SITEMAP_LENGTH))
    return machine.sitemap(entry for entry in entries if MIRROR_HOST not in entry.url)


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
    newsroom: Newsroom, channel: Channel, label: str, rows: Sequence[Row], page_of: tuple[int, int]
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


def _row(newsroom: Newsroom, entry: Entry) -> Row:
    title = _TITLES.get(entry.kind) or newsroom.story(entry.of or entry.number).truth.title
    href = entry.url
    if entry.kind != "mirror":
        path = "/" + entry.url.split("/", 3)[3]
        spelling = _SPELLINGS[entry.number % len(_SPELLINGS)]
        host = entry.channel.host
        short = host.replace("people.com.cn", "people.cn")
        href = spelling.format(path=path, host=host, short=short, big5=path.removeprefix("/GB"))
    return Row(href=href, title=title, day=entry.published.date())


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
