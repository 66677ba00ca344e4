"""Find what a stored article is a copy of, and keep the marks right when an earlier one arrives.

The layers, cheapest first: the canonical address (the row itself), the same canonical text, and
near-duplicates by fingerprints. Articles are marked, never deleted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection

from crawler.crawl.verifying import verify_copies
from crawler.dedup import candidates
from crawler.dedup.compare import Text
from crawler.dedup.decide import Relation, decide
from crawler.dedup.keys import key_of, key_range, number_of, pack, quarter_of, quarters_around
from crawler.dedup.origin import Copy, original_of
from crawler.dedup.sketch import MIN_LENGTH, Sketch, sketch
from crawler.items import Article
from crawler.store import articles, fingerprints
from crawler.store.articles import Stored


@dataclass(frozen=True, slots=True)
class _Match:
    stored: Stored
    relation: Relation


def body_of(item: Article) -> str:
    """The text by which an article is compared: its body, or its captions if it has no other."""
    paragraphs = item.paragraphs or tuple(photo.caption or "" for photo in item.photos)
    return "\n".join(paragraphs)


def summary_of(item: Article) -> Sketch:
    """The digest and the fingerprints of an article's text."""
    return sketch(body_of(item))


def relate(
    connection: Connection,
    article_id: int,
    item: Article,
    summary: Sketch,
    first_seen: datetime,
) -> Article:
    """Enter an article into the index of texts and mark what it is a copy of.

    Args:
        connection: The transaction that stored it.
        article_id: Its row.
        item: The article.
        summary: Of its text.
        first_seen: When it was first stored.

    Returns:
        ``item`` with its marks.
    """
    text = Text.of(body_of(item))
    match = _best_match(connection, article_id, item, summary, text)
    fingerprints.add(connection, _packed(article_id, item, summary))
    if match is None:
        return _unmarked(connection, article_id, item)
    match = _or_its_original(connection, match, item, text)
    if match.stored.id == article_id:
        return item
    mine = _copy(article_id, item, first_seen)
    theirs = _copy(match.stored.id, match.stored.article, match.stored.first_seen_at)
    if original_of(mine, theirs) is mine:
        _take_over(connection, article_id, item, match.stored)
        verify_copies(connection, article_id, item)
        return _unmarked(connection, article_id, item)
    return _mark(connection, article_id, item, match)


def _mark(connection: Connection, article_id: int, item: Article, match: _Match) -> Article:
    relation = match.relation
    similarity = round(relation.similarity, 4)
    articles.mark_duplicate(connection, article_id, match.stored.id, relation.name, similarity)
    return replace(
        item,
        duplicate_of=match.stored.article.url,
        relation=relation.name,
        similarity=similarity,
    )


def _unmarked(connection: Connection, article_id: int, item: Article) -> Article:
    """Take a mark away that no longer holds; a new article has none."""
    if item.duplicate_of is None:
        return item
    articles.mark_duplicate(connection, article_id, None, None, None)
    return replace(item, duplicate_of=None, relation=None, similarity=None)


def forget(connection: Connection, known: Stored) -> None:
    """Take the fingerprints of an article's earlier text out of the index."""
    summary = summary_of(known.article)
    fingerprints.remove(connection, _packed(known.id, known.article, summary))


def at_site(item: Article) -> bool:
    """Whether an article stands on a host of the site."""
    host = urlsplit(item.url).hostname or ""
    return host.endswith((".people.com.cn", ".people.cn"))


def _best_match(
    connection: Connection, article_id: int, item: Article, summary: Sketch, text: Text
) -> _Match | None:
    """The known article that shares most with ``item``; ``None`` if none is the same."""
    exact = summary.exact.hex()
    near = _near(connection, item, summary)[: candidates.COMPARISONS]
    matches = []
    for stored in articles.candidates(connection, near, exact, article_id):
        if summary.length < MIN_LENGTH and not _same_short(item, stored.article):
            continue
        relation = _relation(item, stored.article, text)
        if relation is None and exact and stored.text_hash == exact:
            # Too short, or not in Han, to be compared by pieces; but it is the same to the letter.
            relation = Relation("same_text" if at_site(item) else "mirror", 1.0, 1.0, 0)
        if relation:
            matches.append(_Match(stored, relation))
    return max(matches, key=lambda match: match.relation.strength, default=None)


def _or_its_original(connection: Connection, match: _Match, item: Article, text: Text) -> _Match:
    """The original of the article that was matched, if ``item`` matches that too.

    Two parts of one digest are both excerpts of it and have nothing in common: a copy of a copy is
    a copy of the original only if the texts say so.
    """
    url = match.stored.article.duplicate_of
    original = articles.find(connection, url) if url else None
    if original is None:
        return match
    relation = _relation(item, original.article, text)
    return _Match(original, relation) if relation else match


def _near(connection: Connection, item: Article, summary: Sketch) -> list[int]:
    day = item.published_at.date() if item.published_at else None
    ranges = [key_range(key, q) for key in summary.keys for q in quarters_around(day)]
    found = fingerprints.look_up(connection, ranges)
    postings: dict[int, list[int]] = {}
    for packed in sorted(found, key=number_of, reverse=True):
        key = key_of(packed)
        postings.setdefault(key, []).append(number_of(packed))
    return candidates.best(postings.values())


def _same_short(one: Article, other: Article) -> bool:
    """A text of a few words says little: the title and the day must be the same too."""
    day = one.published_at and one.published_at.date()
    return one.title == other.title and day == (other.published_at and other.published_at.date())


def _relation(newer: Article, older: Article, text: Text | None = None) -> Relation | None:
    """How a newer article relates to an older one; ``text`` is the newer one's, if made ready."""
    return decide(
        text or Text.of(body_of(newer)),
        Text.of(body_of(older)),
        same_channel=newer.channel == older.channel,
        mirror=newer.template == "mirror" or not at_site(newer),
    )


def _packed(article_id: int, item: Article, summary: Sketch) -> list[int]:
    quarter = quarter_of(item.published_at.date() if item.published_at else None)
    return [pack(key, article_id, quarter) for key in summary.keys]


def _copy(article_id: int, item: Article, first_seen: datetime) -> Copy:
    return Copy(
        number=article_id,
        at_site=at_site(item),
        published_at=item.published_at,
        first_seen=first_seen,
    )


def _take_over(connection: Connection, article_id: int, item: Article, former: Stored) -> None:
    """Make an article the original of those whose original was ``former`` until now.

    One that was itself marked as a copy of a third stays that.
    """
    if former.article.duplicate_of is not None:
        return
    members = articles.copies_of(connection, former.id)
    for each in articles.candidates(connection, [former.id, *members]):
        relation = _relation(each.article, item)
        if each.id != article_id and relation:
            similarity = round(relation.similarity, 4)
            marks = (article_id, relation.name, similarity)
            articles.mark_duplicate(connection, each.id, *marks, changes=True)
