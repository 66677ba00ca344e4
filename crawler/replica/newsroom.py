"""The newsroom of the stand-in site: which story stands behind a number, and its printed pages.

Nothing is stored: a story is written and printed when it is asked for, always alike. A copy of it
stands in another column, in another channel, or garbled by a mirror.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

from crawler.items import Article, Photo
from crawler.replica import answer
from crawler.replica.addresses import Entry, SitePlan
from crawler.replica.answer import (
    BIG5,
    MIRROR,
    Coding,
    Response,
    coding_of,
    encoded,
    message,
    page,
    spoilt,
    stamped,
    traditional,
)
from crawler.replica.designs import DESIGNS, design_of
from crawler.replica.faults import Faults, applied
from crawler.replica.furniture import Titled, furnish
from crawler.replica.markup import Sheet, cut
from crawler.replica.story import Story, write
from crawler.site.channels import Channel, load
from crawler.site.urls import classify


class Newsroom:
    """Writes and prints the stories of a plan.

    Args:
        plan: What stands where.
        faults: What goes wrong.
    """

    def __init__(self, plan: SitePlan, faults: Faults) -> None:
        self.plan = plan
        self.faults = faults
        self._places = {channel.id: place for place, channel in enumerate(load().values())}
        # A crawl asks for a story's title on lists before it asks for its pages.
        self.story: Callable[[int], Story] = lru_cache(maxsize=4_096)(self._write)
        self.recommended = lru_cache(maxsize=64)(self._recommended)

    def place(self, channel: str) -> int:
        """Number a channel, for the habits that go by channel."""
        return self._places[channel]

    def design(self, story: Story) -> str:
        """Name the design in which a story is printed."""
        id_ = story.entry.channel.id
        relaunched = self.faults.at("design-changed", id_)
        return design_for(story, self.plan.clock.today, self._places[id_], relaunched=relaunched)

    def coding(self, story: Story) -> Coding:
        """Choose the charset in which a story is printed."""
        return coding_for(story, self.design(story), self._places[story.entry.channel.id])

    def printed(self, number: int, page: int, *, big5: bool, mirror: bool) -> Response:
        """Print one page of a story.

        Args:
            number: Of the story.
            page: From 1.
            big5: True for the traditional edition.
            mirror: True for the garbled copy.

        Returns:
            The page, or a 404 if the story has not so many.
        """
        story = self.story(number)
        if page > story.pages:
            return message(404, "页面没有找到")
        if mirror:
            story = mirrored(story, self.plan.seed)
        coding = MIRROR if mirror else BIG5 if big5 else self.coding(story)
        if "mojibake" in story.traits and coding not in (BIG5, MIRROR):
            printed = spoilt(story.printed, coding.codec, raw=number % 2 == 0)
            story = replace(story, printed=printed)
        others = self.recommended(story.entry.channel)
        response = print_page(story, page, self.design(story), coding, others)
        if story.entry.kind == "truncated":
            response = replace(response, body=response.body[: len(response.body) // 6])
        # Not every channel of the site names versions.
        etag = self._places[story.entry.channel.id] % 5 != 3
        return stamped(response, self._changed(story), etag=etag)

    def _recommended(self, channel: Channel) -> tuple[Titled, ...]:
        """Name the articles that every page of a channel recommends.

        They are of day 0 on any day: a recommendation that changes would change every page.
        """
        numbers = (n for n in self.plan.newest(channel, 40) if n < self.plan.base)
        entries = [entry for entry in map(self.plan.entry, numbers) if entry.kind == "article"]
        return tuple((e.url, write(e, self.plan.seed).truth.title) for e in entries[:12])

    def _changed(self, story: Story) -> datetime:
        if story.truth.revision == 1:
            return story.entry.published
        days = range(self.plan.clock.day, 0, -1)
        last = next(day for day in days if self.plan.changed_on(day) == story.entry.number)
        moment = self.plan.clock.today + timedelta(days=last)
        return datetime.combine(moment, story.entry.published.timetz())

    def _write(self, number: int) -> Story:
        entry = self.plan.entry(number)
        if entry.kind == "reprint" and entry.of is not None:
            story = reprint(self.story(entry.of), entry, self.plan.seed)
        elif entry.kind == "twin" and entry.of is not None:
            story = twin(self.story(entry.of), entry)
        else:
            story = write(entry, self.plan.seed, self.plan.revision(number))
        return applied(self.faults, story)


# Copies of an article.


def reprint(original: Story, entry: Entry, seed: int) -> Story:
    """Print an article again in another channel, as editors do.

    One in four is the very text; the others lose the last paragraph, get a note at the end, or
    keep the first half only. Source and editors are other ones, page breaks and clutter go.
    """
    dice = Random(f"{seed}/reprint/{entry.number}")
    texts = original.truth.paragraphs
    paragraphs = (
        texts,
        texts[:-1] or texts,
        (*texts, f"（本文转自人民网{original.entry.channel.name}频道）"),
        texts[: (len(texts) + 1) // 2],
    )[dice.randrange(4)]
    address = classify(entry.url)
    truth = replace(
        original.truth,
        url=entry.url,
        channel=entry.channel.id,
        node_id=address.node_id,
        content_id=address.content_id,
        source=f"人民网-{original.entry.channel.name}频道",
        published_at=entry.published,
        paragraphs=paragraphs,
        photos=_moved(original.truth, entry.channel.host, len(paragraphs)),
    )
    return replace(
        original,
        entry=entry,
        truth=truth,
        printed=paragraphs,
        traits=frozenset(),
        pages=1,
    )


def twin(original: Story, entry: Entry) -> Story:
    """Print an article in a second column of its channel: another address, the same content id."""
    truth = replace(original.truth, url=entry.url, node_id=entry.column.node_id)
    return replace(original, entry=entry, truth=truth)


def mirrored(original: Story, seed: int) -> Story:
    """Print an article as a garbling mirror shows it: every text damaged, the truth unknown to it.

    Where the mirror's commas stand, and whether private-use characters survive, differs from
    article to article, as it does from mirror to mirror.
    """
    number = original.entry.number
    site = answer.MirrorSite(
        commas=number % 3 == 0,
        keep_private=number % 4 != 1,
        annotated=(8, 20, 40)[number % 3],
        seed=seed * 1_000_003 + number,
    )
    article = original.truth
    title, *printed = answer.damage((article.title, *original.printed), site)
    captions = answer.damage([photo.caption or "" for photo in article.photos], site)
    photos = tuple(
        replace(photo, caption=caption or None)
        for photo, caption in zip(article.photos, captions, strict=True)
    )
    return replace(
        original, truth=replace(article, title=title, photos=photos), printed=tuple(printed)
    )


def _moved(article: Article, host: str, paragraphs: int) -> tuple[Photo, ...]:
    return tuple(
        replace(
            photo,
            url=f"http://{host}/" + (photo.url or "").split("/", 3)[-1],
            before_paragraph=min(photo.before_paragraph, paragraphs),
        )
        for photo in article.photos
    )


# Print an article: from its story to the bytes of one of its pages.

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
