"""The pages of an article that has several: their addresses, and how they become one article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from crawler.extract.derive import reread
from crawler.extract.header import without_page_number
from crawler.extract.tree import Document, xpath
from crawler.items import Article, Fetch, Photo
from crawler.site.urls import Address, classify

# No article of the site is known to have more; a page that links to more is not believed.
MAX_PAGES = 50

# Page bars, for a page whose article's number is not known (one read from a file).
_BARS = ("zdfy", "page_n", "next_page", 'id="next"')
_BAR_LINKS = xpath(
    "/html//*[contains(@class, 'zdfy') or contains(@class, 'page_n')]//a/@href"
    " | /html//a[@id='next']/@href | /html//center//a[img[contains(@src, 'next_page')]]/@href"
)
_DELIMITER = re.compile(r"[\s\"'<>()=\\]")
_ADDRESS_END = re.compile(r"\d{1,3}\.s?html?")

# A line this long does not occur twice in an article by chance; 点评： does.
_LONG = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one page of an article gave.

    Attributes:
        article: The article, as far as this page holds it; nothing is repaired yet.
        further: Absolute addresses of the article's further pages, in order; empty for most. A
            page of a gallery may name only the next one: ask each page that is fetched.
        number: Which page of its article this is, from 1.
        fetch: The response that it was read from; ``None`` if there was only its text.
    """

    article: Article
    further: tuple[str, ...] = ()
    number: int = 1
    fetch: Fetch | None = None


def further_pages(page: Document, address: Address) -> tuple[str, ...]:
    """Return the addresses of the article's further pages, in the order of their numbers.

    What makes an address one of this article's pages is the article's number in it, wherever it
    stands: page bars differ by design. ``javascript:`` is no address. Only later pages are given,
    so that whoever follows them comes to an end.

    Args:
        page: Any page of the article.
        address: What its address says.
    """
    found: dict[int, str] = {}
    for link in _candidates(page, address):
        absolute = page.absolute(link)
        other = classify(absolute) if absolute else None
        if other is not None and absolute is not None and _is_other_page(other, address):
            found.setdefault(other.page, absolute.partition("#")[0])
    return tuple(found[number] for number in sorted(found)[: MAX_PAGES - 1])


def _candidates(page: Document, address: Address) -> list[str]:
    """Return the links that may lead to another page; most pages have none and pay little."""
    own = address.content_id or page.number
    if own is None:
        return list(_BAR_LINKS(page.root)) if any(map(page.holds, _BARS)) else []
    return list(_addresses_with(page.source, f"{own}-"))


def _addresses_with(html: str, number: str) -> Iterator[str]:
    """Yield the addresses in the source of a page that go on with a page number behind ``number``.

    Searched as text: a query over all links of the page takes four times as long.
    """
    at = html.find(number)
    for _ in range(4 * MAX_PAGES):
        if at < 0:
            return
        end = _ADDRESS_END.match(html, at + len(number))
        if end:
            yield _DELIMITER.split(html[max(0, at - 200) : at])[-1] + html[at : end.end()]
        at = html.find(number, at + len(number))


def _is_other_page(other: Address, own: Address) -> bool:
    if other.kind != "article" or not own.page < other.page <= MAX_PAGES:
        return False
    return own.kind != "article" or other.canonical == own.canonical


def join(pages: Sequence[Page]) -> Article:
    """Make one article of its pages.

    The first page in the order of page numbers gives headline, source and time. Text that a later
    page repeats (galleries print one description under every photo) is kept once, and so is a
    photo. Dateline and byline are read again, since one may stand on the first page and the other
    on the last.

    Args:
        pages: At least one; in any order.

    Raises:
        ValueError: There is no page.
    """
    if not pages:
        raise ValueError("an article has at least one page")
    ordered = sorted(pages, key=lambda page: page.number)
    first = ordered[0].article
    if len(ordered) == 1:
        return first
    paragraphs: list[str] = []
    photos: list[Photo] = []
    for page in ordered:
        article = page.article
        kept, moved = _new_lines(article.paragraphs, paragraphs)
        photos += _new_photos(article.photos, photos, moved)
        paragraphs += kept
    return reread(
        replace(
            first,
            title=without_page_number(first.title),
            paragraphs=tuple(paragraphs),
            photos=tuple(photos),
            text_is_captions=all(page.article.text_is_captions for page in ordered),
            authors=_union(page.article.authors for page in ordered),
            editors=_union(page.article.editors for page in ordered),
            doubts=tuple(dict.fromkeys(doubt for page in ordered for doubt in page.article.doubts)),
        )
    )


def _new_lines(lines: Sequence[str], known: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the lines that are new, and where each old position lies in the joined text."""
    seen = set(known)
    repeated_page = bool(lines) and seen.issuperset(lines)
    kept: list[str] = []
    moved = []
    for line in lines:
        moved.append(len(known) + len(kept))
        if not (repeated_page or (len(line) >= _LONG and line in seen)):
            kept.append(line)
    moved.append(len(known) + len(kept))
    return kept, moved


def _new_photos(
    photos: Sequence[Photo], known: Sequence[Photo], moved: Sequence[int]
) -> Iterable[Photo]:
    """Yield the photos that are new, at their new places; a caption is kept with its first photo."""
    addresses = {photo.url for photo in known if photo.url}
    captions = {photo.caption for photo in known if photo.caption}
    for photo in photos:
        if photo.url in addresses or (photo.url is None and photo.caption in captions):
            continue
        caption = None if photo.caption in captions else photo.caption
        yield replace(photo, caption=caption, before_paragraph=moved[photo.before_paragraph])


def _union(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))
