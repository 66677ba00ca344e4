"""What an address on the site means: one canonical form, the ids in it, and what to expect there.

Everything is read off the address alone; nothing is fetched. The forms are those of the
site's own system since about 2000:

=======================================  ===================================================
``/n2/2026/0212/c364532-41500648.html``  article, 2016 and later; ``n`` 2012-15, ``n1`` national
``...-41500648-3.html``                  its third page
``/GB/41158/16863653.html``              article up to 2012: the last number is the article
``/GB/41158/index.html``                 list; ``index2.html`` its second page
``/GB/41158/review/20110102.html``       list of one day
``/BIG5/...``                            the same page in traditional characters
=======================================  ===================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, TypedDict
from urllib.parse import urljoin

from crawler.site.channels import by_host, load
from crawler.site.spelling import SITE, Spelled, spell

Kind = Literal["article", "list", "sitemap", "other"]

# Why a crawl does not follow a link, as counted in a run.
Skip = Literal[
    "scheme",  # javascript:, mailto: and the like
    "malformed",
    "offsite",
    "other-host",  # the site's, but no regional channel
    "video",
    "special",  # a page made by hand: a subject, a front page of another kind
    "image",
    "download",
    "not-a-page",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What is known of a page from its address.

    Attributes:
        canonical: The one spelling that all variants of this address share; the store's key.
            For an article it is that of its first page.
        fetch_url: The address to ask for: as ``canonical``, but on the host as it was linked
            (``js.people.cn`` may answer where ``js.people.com.cn`` does not).
        kind: What is expected there.
        host: Canonical host, lower case; empty for an address without one.
        channel: Channel id; ``None`` if the host is no known channel.
        node_id: The column's number; ``None`` if the address has none.
        content_id: The article's number; ``None`` for anything but an article.
        page: Page of the article or list, 1 for the first.
        published: The day that the address names; ``None`` if it names none.
        skip: Why a crawl does not follow it; ``None`` if it does.
    """

    canonical: str
    fetch_url: str
    kind: Kind = "other"
    host: str = ""
    channel: str | None = None
    node_id: str | None = None
    content_id: str | None = None
    page: int = 1
    published: date | None = None
    skip: Skip | None = None


class _Addresses(TypedDict):
    canonical: str
    fetch_url: str
    host: str


# Sub-sites put up to four folders in front: /2018npc/n1/..., /GB/news/yunnan/375157/index.html.
_FOLDERS = r"(?:/[\w.~-]{1,40}){0,4}?"
_ARTICLE = re.compile(
    rf"(?P<front>{_FOLDERS}/n[12]?)/(?P<year>(?:19|20)\d\d)/(?P<month>\d\d)(?P<day>\d\d)"
    r"/c(?P<node>\d{1,9})-(?P<id>\d{5,9})(?:-(?P<page>\d{1,3}))?\.html?"
)
_OLD_ARTICLE = re.compile(
    # The oldest channels put articles right under /GB: /GB/16852824.html.
    rf"(?P<front>{_FOLDERS}/GB(?:(?:/[\w-]{{1,40}}){{0,7}}/(?P<node>\d{{1,9}}))?)"
    r"/(?P<id>\d{5,9})(?:-(?P<page>\d{1,3}))?\.html?"
)
_LIST = re.compile(
    rf"(?P<front>{_FOLDERS}/GB(?:/[\w-]{{1,40}}){{0,7}}/(?P<node>\d{{1,9}}))"
    r"(?:/(?:index(?P<page>\d{1,4})?\.html?)?)?"
)
_REVIEW = re.compile(
    rf"{_FOLDERS}/GB(?:/[\w-]{{1,40}}){{0,7}}/(?P<node>\d{{1,9}})"
    r"/review/(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)\.html?"
)
_ROOT = re.compile(r"/(?:GB/?|index\.html?|GB/index\.html?)?")
_SITEMAP = re.compile(
    r"/(?:[\w.-]{1,40}/){0,4}?(?:cn/(?P<channel>[a-z]{1,12})/)?[\w-]{0,60}sitemap[\w-]{0,60}\.(?:xml|txt)(?:\.gz)?"
)
# Where a channel's sitemap stands on the main host, whatever its name.
_CHANNEL_FOLDER = re.compile(r"/cn/(?P<channel>[a-z]{1,12})/")

_VIDEO_HOSTS = frozenset({"v", "tv", "video", "live"})
_VIDEO = re.compile(r"/video/|\.(?:mp4|flv|m3u8|mp3|wmv|avi|mov|swf)$", re.IGNORECASE)
_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|svg|ico|tiff?)$", re.IGNORECASE)
_DOWNLOAD = re.compile(r"\.(?:pdf|zip|rar|7z|gz|docx?|xlsx?|pptx?|apk|exe|dmg|csv)$", re.IGNORECASE)
_ASSET = re.compile(r"\.(?:js|css|txt|json|xml|rss|php|aspx?|jsp|do|woff2?|ttf)$", re.IGNORECASE)
_NO_PAGES: tuple[tuple[re.Pattern[str], Skip], ...] = (
    (_IMAGE, "image"),
    (_VIDEO, "video"),
    (_DOWNLOAD, "download"),
    (_ASSET, "not-a-page"),
)


def classify(url: str, base: str | None = None) -> Address:
    """Read an address, as it stands in a link.

    Never raises: what cannot be read is an ``other`` with the reason in ``skip``.

    Args:
        url: The address; relative if ``base`` is given.
        base: Address of the page that holds the link.

    >>> a = classify("https://sd.people.cn/BIG5/n2/2026/0212/c364532-41500648-2.html?from=x#p")
    >>> a.canonical, a.kind, a.channel, a.page
    ('http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html', 'article', 'sd', 2)
    """
    if base is not None:
        try:
            url = urljoin(base, url.strip())
        except ValueError:
            return Address(canonical=url, fetch_url=url, skip="malformed")
    return _classify(url)


# A page repeats its navigation: most links of a crawl have been seen a moment ago.
@lru_cache(maxsize=32_768)
def _classify(url: str) -> Address:
    spelled = spell(url)
    if isinstance(spelled, str):
        return Address(canonical=url.strip(), fetch_url=url.strip(), skip=spelled)
    if not spelled.on_site:
        full = spelled.url()
        return Address(canonical=full, fetch_url=full, host=spelled.host, skip="offsite")
    return _article(spelled) or _list(spelled) or _sitemap(spelled) or _other(spelled)


def _article(spelled: Spelled) -> Address | None:
    if found := _ARTICLE.fullmatch(spelled.path):
        year, month, day = found.group("year", "month", "day")
        path = f"{found['front']}/{year}/{month}{day}/c{found['node']}-{found['id']}.html"
        published = _day(year, month, day)
    elif found := _OLD_ARTICLE.fullmatch(spelled.path):
        path = f"{found['front']}/{found['id']}.html"
        published = None
    else:
        return None
    channel = by_host(spelled.host)
    return Address(
        **_addresses(spelled, path),
        kind="article",
        channel=channel.id if channel else None,
        node_id=found["node"],
        content_id=found["id"],
        page=max(1, int(found["page"] or 1)),
        published=published,
        skip=None if channel else _foreign(spelled.host, "other-host"),
    )


def _list(spelled: Spelled) -> Address | None:
    node, page, published = None, 1, None
    if found := _LIST.fullmatch(spelled.path):
        node, page = found["node"], max(1, int(found["page"] or 1))
        path = f"{found['front']}/index{page if page > 1 else ''}.html"
    elif found := _REVIEW.fullmatch(spelled.path):
        node, path = found["node"], spelled.path
        published = _day(*found.group("year", "month", "day"))
    elif _ROOT.fullmatch(spelled.path):
        path = "/"
    else:
        return None
    channel = by_host(spelled.host)
    return Address(
        **_addresses(spelled, path),
        kind="list",
        channel=channel.id if channel else None,
        node_id=node,
        page=page,
        published=published,
        skip=None if channel else _foreign(spelled.host, "special"),
    )


def _sitemap(spelled: Spelled) -> Address | None:
    found = _SITEMAP.fullmatch(spelled.path)
    if found is None:
        return None
    # The site keeps the channels' sitemaps on its main host: /sitemap/cn/sd/news_sitemap.xml.
    return _as_sitemap(spelled, found["channel"])


def sitemap_address(url: str, base: str) -> Address:
    """Read an address that robots.txt or a sitemap's index names: a sitemap, however it is called.

    Never raises, like :func:`classify`.

    >>> sitemap_address("map.php?page=2", "http://sd.people.com.cn/robots.txt").canonical
    'http://sd.people.com.cn/map.php?page=2'
    """
    try:
        url = urljoin(base, url.strip())
    except ValueError:
        return Address(canonical=url, fetch_url=url, skip="malformed")
    spelled = spell(url)
    if isinstance(spelled, str) or not spelled.on_site:
        return _classify(url)
    folder = _CHANNEL_FOLDER.search(spelled.path)
    return _as_sitemap(spelled, folder["channel"] if folder else None)


def _as_sitemap(spelled: Spelled, folder: str | None) -> Address:
    channel = by_host(spelled.host) or load().get(folder or "")
    # Its pages may differ in their query only; nothing in it is tracking.
    query = f"?{spelled.whole_query}" if spelled.whole_query else ""
    return Address(
        **_addresses(spelled, spelled.path + query),
        kind="sitemap",
        channel=channel.id if channel else None,
        skip=None if channel else "other-host",
    )


def _other(spelled: Spelled) -> Address:
    channel = by_host(spelled.host)
    skip = next((reason for form, reason in _NO_PAGES if form.search(spelled.path)), None)
    return Address(
        canonical=spelled.url(),
        fetch_url=spelled.url(),
        host=spelled.host,
        channel=channel.id if channel else None,
        skip=skip or ("special" if channel else _foreign(spelled.host, "special")),
    )


def _foreign(host: str, on_main_host: Skip) -> Skip:
    """Why a host of the site that is no channel is left alone."""
    if host.split(".", 1)[0] in _VIDEO_HOSTS:
        return "video"
    return on_main_host if host == "www." + SITE else "other-host"


def _addresses(spelled: Spelled, path: str) -> _Addresses:
    return {
        "canonical": f"http://{spelled.host}{path}",
        "fetch_url": f"http://{spelled.linked_host}{path}",
        "host": spelled.host,
    }


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
