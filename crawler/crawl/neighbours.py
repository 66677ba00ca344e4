"""Read all that the store knows around an article: what is decided about it needs nothing else.

The layers, cheapest first: the canonical address, the same canonical text, and near-duplicates by
their sketches; then the originals of those, and the copies that may get another original.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection

from crawler.dedup.compare import Text
from crawler.dedup.corpus import Candidate, Claim, original_of, worth_comparing
from crawler.dedup.sketch import (
    LARGEST_NUMBER,
    Sketch,
    key_of,
    key_range,
    number_of,
    quarters_around,
    sketch,
)
from crawler.items import Article
from crawler.site.spelling import is_site_host
from crawler.store import articles, fingerprints
from crawler.store.articles import Stored

# An article that has no row yet is newer than all that have.
NO_ROW = LARGEST_NUMBER + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """What the store knows around an article; a :class:`~crawler.dedup.corpus.Corpus` of it.

    Attributes:
        sketch: Of the article's text.
        first_seen: When the article was first stored; now, if it is not yet.
        known: The article at the same address; ``None`` if there is none.
        near: Those whose text may be the same, oldest first.
        originals: By address, the originals of ``near`` and of ``known``.
        copies: Those of which the article may become the original, and the copies of it.
    """

    sketch: Sketch
    first_seen: datetime
    known: Stored | None = None
    near: tuple[Stored, ...] = ()
    originals: Mapping[str, Stored] = field(default_factory=dict)
    copies: tuple[Stored, ...] = ()

    @property
    def number(self) -> int:
        """The article's row; :data:`NO_ROW` if it has none."""
        return self.known.id if self.known else NO_ROW

    def candidates(self, sketch: Sketch, new: Candidate) -> Sequence[int]:  # noqa: ARG002 - both were looked up when this was read
        """The rows of the articles that are worth a comparison."""
        return [stored.id for stored in self.near]

    def text(self, number: int) -> Candidate:
        """One of them, or an original of one."""
        stored = self.stored(number)
        original = self.originals.get(stored.article.duplicate_of or "")
        return candidate(
            number, stored.article, stored.text_hash, original.id if original else None
        )

    def stored(self, number: int) -> Stored:
        """The article of a row."""
        return next(each for each in (*self.originals.values(), *self.near) if each.id == number)


def read(connection: Connection, item: Article, now: datetime) -> Neighbours:
    """Read what is known around ``item``, in at most five questions; most articles need three."""
    summary = sketch(body_of(item))
    known = articles.find(connection, item.url)
    number, first_seen = (known.id, known.first_seen_at) if known else (NO_ROW, now)
    near = articles.candidates(
        connection, _sharing_keys(connection, item, summary, number), summary.exact.hex(), number
    )
    urls = {each.article.duplicate_of for each in (*near, *([known] if known else ()))} - {None}
    originals = {each.article.url: each for each in articles.find_all(connection, urls)}
    own = copy(number, item, first_seen)
    later = {
        each.id
        for each in (*near, *originals.values())
        if each.id != number
        and original_of(own, copy(each.id, each.article, each.first_seen_at)) is own
    }
    copies = articles.families(connection, later | ({number} if known and later else set()))
    return Neighbours(
        sketch=summary,
        first_seen=first_seen,
        known=known,
        near=tuple(near),
        originals=originals,
        copies=tuple(copies),
    )


def candidate(
    number: int, item: Article, text_hash: str = "", original: int | None = None
) -> Candidate:
    """An article as it is compared."""
    return Candidate(
        number=number,
        text=Text.of(body_of(item)),
        exact=bytes.fromhex(text_hash),
        title=item.title,
        day=item.published_at.date().isoformat() if item.published_at else "",
        channel=item.channel,
        mirror=item.template == "mirror" or not at_site(item),
        original=original,
    )


def copy(number: int, item: Article, first_seen: datetime) -> Claim:
    """An article as its claim to be the original is judged."""
    return Claim(
        number=number,
        at_site=at_site(item),
        published_at=item.published_at,
        address=item.url,
        first_seen=first_seen,
    )


def body_of(item: Article) -> str:
    """The text by which an article is compared: its body, or its captions if it has no other."""
    paragraphs = item.paragraphs or tuple(photo.caption or "" for photo in item.photos)
    return "\n".join(paragraphs)


def at_site(item: Article) -> bool:
    """Whether an article stands on a host of the site."""
    return is_site_host(urlsplit(item.url).hostname or "")


def _sharing_keys(connection: Connection, item: Article, summary: Sketch, number: int) -> list[int]:
    """The rows of the articles that share the most and rarest keys of the sketch, but ``number``."""
    day = item.published_at.date() if item.published_at else None
    ranges = [key_range(key, quarter) for key in summary.keys for quarter in quarters_around(day)]
    postings: dict[int, list[int]] = {}
    for packed in sorted(fingerprints.look_up(connection, ranges), key=number_of, reverse=True):
        if number_of(packed) != number:
            postings.setdefault(key_of(packed), []).append(number_of(packed))
    return worth_comparing(postings.values())
