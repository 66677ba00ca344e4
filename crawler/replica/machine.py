"""The files that are for programs: robots.txt and news sitemaps."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from crawler.replica.answer import Response, message, page
from crawler.replica.faults import Faults
from crawler.replica.plan import Entry
from crawler.site.channels import Channel, load

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
        f"<url><loc>{escape(entry.url)}</loc><lastmod>{entry.published.isoformat()}</lastmod></url>"
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
