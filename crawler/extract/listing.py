"""List pages: the articles that they lead to, and the next page of the list.

Every province builds its lists differently, so the markup is not looked at: every link of the page
is, and its address says what it leads to (:mod:`crawler.site.urls`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crawler.extract.keywords import marks
from crawler.extract.notices import refuse_no_list
from crawler.extract.tree import Document, parse, text_of, xpath
from crawler.items import Link, PageKind
from crawler.site.spelling import is_site_host
from crawler.site.urls import Address, classify

# A list page of the site has some hundred links; the rest of a hostile one is left alone.
MAX_LINKS = 5_000

_ANCHORS = xpath("/html//*[self::a or self::area][@href]")
_NEXT = marks("[\\[【<>《》\\s]{0,9}下一?页[\\]】<>《》\\s]{0,9}|[>»›]{1,2}|下页")

# On a host that is not the site's: what an article's address looks like there.
_FOREIGN_ARTICLE = re.compile(r"/(?=[\w-]{0,120}\d{3})[\w-]{3,120}\.s?html?$|/\d{4,}/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a list page or a sitemap led to.

    Attributes:
        links: Articles (of a sitemap index: sitemaps), each once, in the order of the page.
        next: The next page of the list; ``None`` on the last.
        skipped: Links that are not followed, counted by the reasons of
            :data:`crawler.site.urls.Skip`, ``list`` for other lists, ``bounded`` for those beyond
            :data:`MAX_LINKS`.
    """

    links: tuple[Link, ...] = ()
    next: Link | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)


def read_list(html: str, url: str) -> Listing:
    """Read the links of a list page.

    Args:
        html: The page, decoded.
        url: Its address. On a host that is not the site's (a mirror's list), articles are links
            to the same host.

    Raises:
        ExtractionError: The page is empty, too large, or no list at all.
    """
    page = parse(html, url)
    own = classify(page.url)
    read = _foreign if own.skip == "offsite" else _site
    links: dict[str, Link] = {}
    following: Link | None = None
    skipped: Counter[str] = Counter()
    leads = 0
    for address, text in _links(page, skipped):
        leads += _leads_on(address, own)
        if _is_next(address, text, own):
            following = following or _link(address, "list", own)
            continue
        link, reason = read(address, own)
        if link is not None:
            links.setdefault(link.url, link)
        elif reason:
            skipped[reason] += 1
    if not links and following is None:
        refuse_no_list(page, leads)
    return Listing(links=tuple(links.values()), next=following, skipped=dict(skipped))


def _links(page: Document, skipped: Counter[str]) -> Iterator[tuple[Address, str]]:
    anchors = _ANCHORS(page.root)
    if len(anchors) > MAX_LINKS:
        skipped["bounded"] = len(anchors) - MAX_LINKS
    for anchor in anchors[:MAX_LINKS]:
        href = anchor.get("href").strip()
        # An anchor on the page itself is no link to follow or to skip.
        if href and not href.startswith("#"):
            yield classify(href, page.base), text_of(anchor)


def _leads_on(address: Address, own: Address) -> bool:
    """Whether a link leads anywhere on the site, or on the host of a mirror's list."""
    if address.canonical == own.canonical:
        return False
    return address.host == own.host or (own.skip != "offsite" and is_site_host(address.host))


def _is_next(other: Address, text: str, own: Address) -> bool:
    """Tell the link to the next page: by its number, or by its words."""
    if other.canonical == own.canonical or not other.canonical.startswith("http"):
        return False
    if own.skip == "offsite":
        return other.host == own.host and _NEXT.fullmatch(text) is not None
    if other.kind != "list" or other.node_id != own.node_id or other.host != own.host:
        return False
    return other.page == own.page + 1


def _site(address: Address, own: Address) -> tuple[Link | None, str | None]:
    """Read a link on a page of the site: the link, or why it is not followed."""
    if address.kind == "article" and address.skip is None and address.channel:
        return _link(address, "article", own), None
    if address.kind == "list":
        same = address.host == own.host and address.node_id == own.node_id
        return None, None if same else "list"
    return None, address.skip


def _foreign(address: Address, own: Address) -> tuple[Link | None, str | None]:
    """Read a link on a list page of another host."""
    if address.host != own.host:
        return None, address.skip or "offsite"
    if _FOREIGN_ARTICLE.search(address.canonical):
        return _link(address, "article", own), None
    return None, "special"


def _link(address: Address, kind: PageKind, own: Address) -> Link:
    return Link(
        url=address.canonical,
        fetch_url=address.fetch_url,
        kind=kind,
        channel=address.channel or own.channel or own.host,
        published=address.published,
    )
