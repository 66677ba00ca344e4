"""From fetched bytes to an article: refuse, charset, design, fields, join, repair, script.

This is the only place where the steps stand in a row. Whoever needs all but the last ones (the
dashboard shows what a page said before it was repaired) asks for it here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import crawler
from crawler.errors import ExtractionError
from crawler.extract.limits import refuse_heavy, refuse_heavy_body, refuse_mixture
from crawler.extract.listing import Listing, is_sitemap, read_list, read_sitemap
from crawler.extract.pages import Page, join
from crawler.extract.parse import parse_bytes
from crawler.extract.repaired import mended
from crawler.extract.tree import stated_address
from crawler.items import MAX_PAGE_BYTES, Article, Fetch
from crawler.text.charset.decide import decide, decode
from crawler.text.chinese.script import script_of

_TEXT_TYPES = re.compile(
    r"\s{0,9}(?:text/(?:html|plain|xml)|application/(?:xhtml\+xml|xml|octet-stream))?\s{0,9}(?:;|$)",
    re.IGNORECASE,
)

# All that the reading of a page imports, data included.
PARTS = (
    "extract",
    "text",
    "site",
    "items.py",
    "errors.py",
    "secrets.py",
    "clock.py",
    "__init__.py",
)


def read(fetch: Fetch, *, light: bool = False) -> Page:
    """Read one page.

    Args:
        fetch: The response. One that was read from a file (``file:///...``) is taken for the page
            that it states to be, if it states its address.
        light: Only if that takes a few milliseconds, as ordinary pages do.

    Raises:
        ExtractionError: It is no page, or holds no article; the message says what is missing.
        TooDearError: ``light``, and it takes longer.
    """
    refuse(fetch.body, fetch.headers.get("content-type"), fetch.url)
    if light:
        refuse_heavy_body(fetch.body, fetch.url)
    verdict = decide(fetch.body, fetch.headers.get("content-type"))
    if light:
        refuse_mixture(mixed=verdict.mixed, url=fetch.url)
    if fetch.url.startswith("file:"):
        stated = stated_address(decode(fetch.body, verdict))
        fetch = replace(fetch, url=stated or fetch.url)
    page = parse_bytes(fetch.body, verdict, fetch.url, light=light)
    return Page(article=page.article, further=page.further, number=page.number, fetch=fetch)


def assemble(pages: Sequence[Page], *, repair: bool = True, light: bool = False) -> Article:
    """Make one article of its pages.

    Args:
        pages: What :func:`read` gave: at least one, the one that was asked for first.
        repair: False for the article as its bytes read; ``script`` is then not told either.
        light: Only if that takes a few milliseconds, as ordinary articles do.

    Raises:
        ValueError: There is no page.
        TooDearError: ``light``, and it takes longer.
    """
    article = join(pages)
    fetch, verdict = pages[0].fetch, pages[0].article.charset
    if fetch is None or verdict is None:
        return article
    if repair:
        article = mended(article, lambda: decode(fetch.body, verdict), fetch.url, light=light)
    return replace(
        article,
        script=script_of("\n".join((article.title, *article.paragraphs))) if repair else None,
        fetched_url=fetch.url,
        fetched_at=fetch.fetched_at,
        body_sha256=fetch.sha256,
    )


def extract(fetches: Sequence[Fetch]) -> Article:
    """Read all pages of one article.

    Args:
        fetches: At least one; the first page first.

    Raises:
        ExtractionError: One of them gives no article.
    """
    return assemble([read(fetch) for fetch in fetches])


def links(fetch: Fetch, kind: str = "", *, light: bool = False) -> Listing:
    """Read what a list page or a sitemap leads to.

    Args:
        fetch: The response.
        kind: ``sitemap`` where that is known: one that robots.txt names may have any address.
        light: Only if that takes a few milliseconds, as ordinary lists do.

    Raises:
        ExtractionError: It is too large, or neither of them.
        TooDearError: ``light``, and it takes longer.
    """
    if light:
        refuse_heavy_body(fetch.body, fetch.url)
    if kind == "sitemap" or is_sitemap(fetch.body, fetch.url):
        return read_sitemap(fetch.body, fetch.url)
    content_type = fetch.headers.get("content-type")
    refuse(fetch.body, content_type, fetch.url)
    html = decode(fetch.body, decide(fetch.body, content_type))
    if light:
        refuse_heavy(html, fetch.url)
    return read_list(html, fetch.url)


def refuse(body: bytes, content_type: str | None, url: str) -> None:
    """Raise if a body is no page, judging by its size and its declared type.

    ``application/octet-stream`` is let pass: some servers say it of everything.

    Raises:
        ExtractionError: With the reason.

    >>> refuse(b"<p>", "text/html; charset=gb2312", "http://sd.people.com.cn/")
    >>> refuse(b"GIF89a", "image/gif", "http://sd.people.com.cn/a.gif")
    Traceback (most recent call last):
    ...
    crawler.errors.ExtractionError: http://sd.people.com.cn/a.gif: page: not a page but image/gif (page design: none recognised)
    """
    if content_type and not _TEXT_TYPES.match(content_type):
        named = content_type.split(";")[0].strip()[:40]
        raise ExtractionError(url, None, "page", f"not a page but {named}")
    if len(body) > MAX_PAGE_BYTES:
        raise ExtractionError(url, None, "page", "page too large")


@cache
def version() -> str:
    """``0.1.0+3f2a9c1d``: equal for two installations that read every page alike.

    A digest, because a number that someone must remember to raise would sooner or later lie.
    """
    return f"{crawler.__version__}+{digest(Path(crawler.__file__).parent)}"


def digest(package: Path) -> str:
    """Eight hexadecimal digits of all files below ``package`` that the reading of a page needs."""
    summed = hashlib.blake2b(digest_size=4)
    for part in PARTS:
        root = package / part
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and path.suffix != ".pyc":
                summed.update(path.relative_to(package).as_posix().encode())
                summed.update(path.read_bytes())
    return summed.hexdigest()
