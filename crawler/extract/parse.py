"""From a decoded page to an article, as far as that page holds it.

A pure function of the page and its address: no clock, no network, no Scrapy. The page is parsed
once; the design is chosen by what stands on it; a page that no design fits is read as a copy on
another site (``mirror``) or, failing that, by a general reader (``generic``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from crawler.errors import ExtractionError, TooDearError
from crawler.extract import designs, generic, mirror
from crawler.extract.byline import read_byline
from crawler.extract.derive import joined_names
from crawler.extract.error_pages import is_notice
from crawler.extract.fields import Reading, fitting, read
from crawler.extract.header import without_page_number
from crawler.extract.limits import (
    MOST_BLOCKS,
    MOST_CHARACTERS,
    MOST_ELEMENTS_OF_AN_ARTICLE,
    refuse_heavy,
)
from crawler.extract.pages import Page, further_pages
from crawler.extract.tree import Document, document_of, is_binary
from crawler.items import Article, Verdict
from crawler.site.urls import Address, classify

# Shorter pages cannot hold too many elements.
_LONG = 60_000
NO_DESIGN = "no known design: the general reader takes long"
_TAG = re.compile(r"<\s?(?:!|/?[a-zA-Z])")


def parse_article(html: str, url: str, *, light: bool = False) -> Page:
    """Read the article that a page holds.

    Args:
        html: The page, decoded. Text without any markup is read line by line.
        url: Where it was fetched from; makes addresses absolute and names the article.
        light: Only if that takes a few milliseconds: a page of a known design, of ordinary size.

    Raises:
        ExtractionError: It holds no article; ``field`` and ``why`` say what is missing.
        TooDearError: ``light``, and it takes longer.
    """
    return _read(Document(html, url), light=light)


def parse_bytes(body: bytes, charset: Verdict, url: str, *, light: bool = False) -> Page:
    """Read the article that the bytes of a page hold; only what it needs of them is decoded.

    Args:
        body: The page as it came.
        charset: What it is in; the article's ``charset``.
        url: Where it was fetched from.
        light: As for :func:`parse_article`.

    Raises:
        ExtractionError: It holds no article.
        TooDearError: ``light``, and it takes longer.
    """
    return _read(document_of(body, charset, url), light=light)


def _read(page: Document, *, light: bool) -> Page:
    refuse_excess(page)
    if light:
        refuse_heavy(page.source, page.url)
    if is_plain(page.source):
        if light:
            raise TooDearError(page.url, "mirror", "page", NO_DESIGN)
        reading = _readable(_plain(page.html, page.url), page.url)
        return Page(article=_article(page, reading, classify(page.url)))
    address = classify(page.url)
    further = further_pages(page, address)
    # One page of several may be a photo alone.
    is_part = bool(further) or address.page > 1
    reading = _reading(page, part=is_part, light=light)
    if is_part:
        whole = tuple(doubt for doubt in reading.doubts if doubt.reason != "text_short")
        reading = replace(reading, title=without_page_number(reading.title), doubts=whole)
    return Page(article=_article(page, reading, address), further=further, number=address.page)


def refuse_excess(page: Document) -> None:
    """Raise for a page that holds more than any article's does.

    Raises:
        ExtractionError: It would take too long.
    """
    size = len(page.source)
    if size > MOST_CHARACTERS and len(page.html) > MOST_CHARACTERS:
        raise ExtractionError(page.url, None, "page", "page too large")
    if size > _LONG and page.source.count("<") > 2 * MOST_ELEMENTS_OF_AN_ARTICLE:
        raise ExtractionError(page.url, None, "page", "too many elements")


def is_plain(html: str) -> bool:
    """Tell text without markup, such as a saved ``.txt``."""
    return _TAG.search(html, 0, 200_000) is None


def _reading(page: Document, *, part: bool, light: bool) -> Reading:
    """Return the first reading that holds an article."""
    failure: ExtractionError | None = None
    for reading in _readings(page, light=light):
        try:
            return _readable(reading, page.url, part=part)
        except ExtractionError as error:
            failure = failure or error
    if failure is None:
        raise ExtractionError(page.url, None, "paragraphs", "no text")
    raise failure


def _readings(page: Document, *, light: bool) -> Iterator[Reading]:
    for design, head, boxes in fitting(page, designs.DESIGNS):
        yield read(page, design, head, boxes)
    if is_binary(page.html):
        raise ExtractionError(page.url, None, "page", "not a text page")
    if light:
        raise TooDearError(page.url, None, "page", NO_DESIGN)
    copied = mirror.read(page)
    yield copied or generic.read(page)


def _plain(html: str, url: str) -> Reading:
    if not html or html.isspace():
        raise ExtractionError(url, None, "page", "empty page")
    if is_binary(html):
        raise ExtractionError(url, None, "page", "not a text page")

    lines = html.splitlines()
    if len(lines) > MOST_BLOCKS:
        raise ExtractionError(url, None, "page", "too many lines")
    return mirror.read_lines(lines, url)


def _readable(reading: Reading, url: str, *, part: bool = False) -> Reading:
    """Return the reading, or say which field keeps it from being an article or ``part`` of one."""
    if is_notice(reading.title, reading.paragraphs):
        raise ExtractionError(url, reading.template, "page", "error page")
    if not reading.title:
        raise ExtractionError(url, reading.template, "title", "no title")
    if not reading.paragraphs and not (part and reading.photos):
        raise ExtractionError(url, reading.template, "paragraphs", "no text")
    return reading


def _article(page: Document, reading: Reading, address: Address) -> Article:
    dateline, in_text = read_byline(reading.paragraphs)
    authors = tuple(dict.fromkeys(reading.signed + in_text))
    published = reading.published
    return Article(
        url=address.canonical,
        fetched_url=None,
        channel=address.channel or address.host or None,
        node_id=address.node_id or reading.node_id or page.column,
        content_id=address.content_id or reading.content_id or page.number,
        title=reading.title,
        kicker=reading.kicker,
        subtitle=reading.subtitle,
        source=reading.source,
        published_at=published.at if published else None,
        published_precision=published.precision if published else None,
        published_from=published.told_by if published else None,
        dateline=dateline,
        authors=authors,
        editors=reading.editors,
        paragraphs=reading.paragraphs,
        photos=reading.photos,
        text_is_captions=reading.text_is_captions,
        template=reading.template,
        charset=page.charset,
        damage=reading.damage,
        repairs=reading.repairs,
        doubts=reading.doubts + joined_names(authors),
        duplicate_of=reading.copy_of,
        relation="mirror" if reading.copy_of else None,
    )
