"""Print an article: from its story to the bytes of one of its pages."""

from __future__ import annotations

import re
from datetime import date

from crawler.replica.answer import Response, page
from crawler.replica.designs import DESIGNS, design_of
from crawler.replica.encode import BIG5, Coding, coding_of, encoded, traditional
from crawler.replica.furniture import Titled, furnish
from crawler.replica.markup import Sheet, cut
from crawler.replica.story import Story

_ARTICLE_LINK = re.compile(r'href="(?:http://[\w.]+)?/(?=n2?/|GB/)')


def design_for(story: Story, today: date, place: int, *, relaunched: bool = False) -> str:
    """Choose the design of a story's pages.

    Args:
        story: The article.
        today: Day 0 of the site.
        place: Number of its channel.
        relaunched: True if the site has just been given a design that nobody knows.
    """
    if relaunched:
        return "unknown"
    if "gallery" in story.traits:
        return "gallery"
    return design_of(story.entry.published.date(), today, place)


def coding_for(story: Story, design: str, place: int) -> Coding:
    """Choose the charset of a story's pages."""
    return coding_of(design, place, lying="lying-label" in story.traits)


def print_page(
    story: Story,
    number: int,
    design: str,
    coding: Coding,
    others: tuple[Titled, ...],
) -> Response:
    """Print one page of a story.

    Args:
        story: The article.
        number: Of the page, from 1.
        design: One of :data:`DESIGNS`.
        coding: Charset; :data:`BIG5` for the traditional edition.
        others: Other articles of the channel to link to.
    """
    paragraphs, photos = cut(story, number)
    sheet = Sheet(
        story=story,
        number=number,
        paragraphs=paragraphs,
        photos=photos,
        label=coding.label,
        furniture=furnish(story.entry.channel, design, others),
        further=others[:4],
    )
    parts = DESIGNS[design](sheet)
    if coding is BIG5:
        html = _ARTICLE_LINK.sub(lambda link: link[0] + "BIG5/", "".join(parts))
        return page(traditional(html.replace("BIG5/GB/", "BIG5/")), coding.content_type)
    return page(encoded(parts, coding), coding.content_type)
