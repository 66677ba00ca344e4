"""List pages and sitemaps: the articles that they lead to, and the next page of a list.

Every province builds its lists differently, so the markup is not looked at: every link of the page
is, and its address says what it leads to (:mod:`crawler.site.urls`).

News sitemaps and their indexes follow https://www.sitemaps.org/protocol.html. The XML comes from
outside: no entity is expanded, nothing is loaded, sizes are bounded before they are believed.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from crawler.errors import ExtractionError
from crawler.extract.dates import read_time
from crawler.extract.error_pages import refuse_no_list
from crawler.extract.keywords import marks
from crawler.extract.tree import Document, Element, parse, text_of, xpath
from crawler.items import Link, PageKind
from crawler.site.spelling import is_site_host
from crawler.site.urls import Address, classify, sitemap_address

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


# The protocol's own limits.
MAX_BYTES = 50 * 1024 * 1024
MAX_ENTRIES = 50_000

_GZIP = b"\x1f\x8b"
# The root stands behind the declaration and perhaps a comment.
_HEAD = 1_000
_ROOTS = (b"<urlset", b"<sitemapindex")
# The protocol allows feeds and bare lists of addresses too.
_NAMES = frozenset({"urlset", "sitemapindex", "rss", "feed", "RDF"})
_ENTRIES = frozenset({"url", "sitemap", "item", "entry"})
_LAYERS = 3
# Written so by hand: ?page=1&type=2
_BARE_AND = re.compile(rb"&(?!#?\w{1,10};)")
_DAYS = frozenset({"publication_date", "pubDate", "published"})
_ADDRESS = re.compile(r"https?://\S{4,1990}")


def is_sitemap(body: bytes, url: str) -> bool:
    """Tell a sitemap from a list page: by its address, or by how its bytes begin.

    >>> is_sitemap(b"<?xml version='1.0'?><urlset>", "http://sd.people.com.cn/new.xml")
    True
    """
    head = body[:_HEAD]
    begins = head.startswith(_GZIP) or any(root in head for root in _ROOTS)
    return begins or classify(url).kind == "sitemap"


def read_sitemap(xml: bytes, url: str) -> Listing:
    """Read a sitemap or a sitemap index, packed with gzip or not.

    Args:
        xml: The bytes, as they came.
        url: Its address.

    Returns:
        Articles, or for an index the sitemaps of known channels, each once, in order.

    Raises:
        ExtractionError: It is too large, or no sitemap.
    """
    xml = _unpacked(xml, url)
    entries = _lines(xml) or _entries(_root(xml, url))
    links: dict[str, Link] = {}
    skipped: Counter[str] = Counter()
    for count, (location, day, index) in enumerate(entries):
        if count >= MAX_ENTRIES:
            skipped["bounded"] += 1
            continue
        address = sitemap_address(location, url) if index else classify(location, url)
        link = _stated_link(address, day)
        if link is not None:
            links.setdefault(link.url, link)
        else:
            skipped[address.skip or "list"] += 1
    return Listing(links=tuple(links.values()), skipped=dict(skipped))


def _unpacked(xml: bytes, url: str) -> bytes:
    for _ in range(_LAYERS):
        if not xml.startswith(_GZIP):
            break
        stream = zlib.decompressobj(wbits=31)
        try:
            xml = stream.decompress(xml, MAX_BYTES + 1)
        except zlib.error as error:
            raise ExtractionError(url, "sitemap", "page", "damaged gzip") from error
        if not stream.eof and len(xml) <= MAX_BYTES:
            raise ExtractionError(url, "sitemap", "incomplete", "the gzip file lacks its end")
    if len(xml) > MAX_BYTES:
        raise ExtractionError(url, "sitemap", "page", "page too large")
    return xml


def _lines(body: bytes) -> list[tuple[str, str, bool]]:
    """Read a bare list of addresses, one a line; empty if the body is none."""
    if b"<" in body[:_HEAD]:
        return []
    lines = body.decode("utf-8-sig", "replace").split()
    return [(line, "", False) for line in lines if _ADDRESS.fullmatch(line)]


def _root(xml: bytes, url: str) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(_BARE_AND.sub(b"&amp;", xml.lstrip()), parser)
    except (etree.LxmlError, ValueError) as error:
        raise ExtractionError(url, "sitemap", "page", "no sitemap") from error
    if root is None or _name(root) not in _NAMES:
        raise ExtractionError(url, "sitemap", "page", "no sitemap")
    return root


def _entries(root: Element) -> Iterator[tuple[str, str, bool]]:
    """Yield of every entry location, day (empty where none is given), and whether of an index."""
    for entry in root.iter():
        if _name(entry) not in _ENTRIES:
            continue
        location = day = ""
        # publication_date belongs to news sitemaps and is the article's own; lastmod is not.
        for element in entry.iter():
            name = _name(element)
            if name in ("loc", "link") and not location:
                location = (element.text or element.get("href") or "").strip()
            elif name in _DAYS:
                day = (element.text or "").strip()
        if location:
            yield location, day, _name(entry) == "sitemap"


def _stated_link(address: Address, day: str) -> Link | None:
    if (
        address.kind not in {"article", "sitemap"}
        or address.skip is not None
        or not address.channel
    ):
        return None
    kind: PageKind = "article" if address.kind == "article" else "sitemap"
    return Link(
        url=address.canonical,
        fetch_url=address.fetch_url,
        kind=kind,
        channel=address.channel,
        published=address.published or (_day(day) if kind == "article" else None),
    )


def _day(text: str) -> date | None:
    moment = read_time(text)
    return moment.date() if moment else None


def _name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
