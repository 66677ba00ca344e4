"""Copies of an article: in another column, in another channel, or garbled by a mirror."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from crawler.items import Article, Photo
from crawler.replica import mirror_damage
from crawler.replica.plan import Entry
from crawler.replica.story import Story
from crawler.site.urls import classify


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
    site = mirror_damage.MirrorSite(
        commas=number % 3 == 0,
        keep_private=number % 4 != 1,
        annotated=(8, 20, 40)[number % 3],
        seed=seed * 1_000_003 + number,
    )
    article = original.truth
    title, *printed = mirror_damage.damage((article.title, *original.printed), site)
    captions = mirror_damage.damage([photo.caption or "" for photo in article.photos], site)
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
