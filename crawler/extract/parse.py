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
from crawler.extract.fields import Reading, fitting, read
from crawler.extract.header import without_page_number
from crawler.extract.limits import (
    MOST_BLOCKS,
    MOST_CHARACTERS,
    MOST_ELEMENTS_OF_AN_ARTICLE,
    refuse_heavy,
)
from crawler.extract.notices import is_notice
from crawler.extract.pages import Page, further_pages
from crawler.extract.tree import Document, is_binary, parse
from crawler.items import Article
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
    refuse_excess(html, url)
    if light:
        refuse_heavy(html, url)
    if is_plain(html):
        if light:
            raise TooDearError(url, "mirror", "page", NO_DESIGN)
        reading = _readable(_plain(html, url), url)
        return Page(article=_article(reading, classify(url)))
    page = parse(html, url)
    address = classify(page.url)
    further = further_pages(page, address)
    # One page of several may be a photo alone.
    reading = _reading(page, part=bool(further) or address.page > 1, light=light)
    article = _article(reading, address)
    if further or address.page > 1:
        article = replace(article, title=without_page_number(article.title))
    if article.content_id is None or article.node_id is None:
        number, column = article.content_id or page.number, article.node_id or page.column
        article = replace(article, content_id=number, node_id=column)
    return Page(article=article, further=further, number=address.page)


def refuse_excess(html: str, url: str) -> None:
    """Raise for a page that holds more than any article's does.

    Raises:
        ExtractionError: It would take too long.
    """
    if len(html) > MOST_CHARACTERS:
        raise ExtractionError(url, None, "page", "page too large")
    if len(html) > _LONG and html.count("<") > 2 * MOST_ELEMENTS_OF_AN_ARTICLE:
        raise ExtractionError(url, None, "page", "too many elements")


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
    if not html.strip():
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


def _article(reading: Reading, address: Address) -> Article:
    dateline, in_text = read_byline(reading.paragraphs)
    authors = tuple(dict.fromkeys(reading.signed + in_text))
    published = reading.published
    return Article(
        url=address.canonical,
        fetched_url=None,
        channel=address.channel or address.host or None,
        node_id=address.node_id or reading.node_id,
        content_id=address.content_id or reading.content_id,
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
        damage=reading.damage,
        repairs=reading.repairs,
        doubts=reading.doubts + joined_names(authors),
        duplicate_of=reading.copy_of,
        relation="mirror" if reading.copy_of else None,
    )
