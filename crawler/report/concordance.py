"""Questions asked of the text: every place of a word, and how often it stands when and where.

A word is found as the index finds it: character by character, whatever punctuation is between, in
simplified or traditional form, Latin letters in either case. No segmenter decides what a word is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.clock import SHANGHAI
from crawler.report.table import Row
from crawler.store import search
from crawler.store.selection import UNDATED, Selection, conditions, period, require_channels
from crawler.store.tables import article

Period = Literal["year", "month", "day"]
ARTICLES = ("date", "channel", "title", "source", "url")
KWIC = ("date", "channel", "before", "match", "after", "url")
TREND = ("period", "word", "places", "articles", "characters", "per_million")
COVERAGE = ("channel", "month", "articles")
# How much of 2026-03-25 names the period.
_LENGTHS: Mapping[str, int] = {"year": 4, "month": 7, "day": 10}
_BATCH = 500


def articles(connection: Connection, query: str, corpus: Selection) -> Iterator[Row]:
    """The articles that hold every word of a query, the latest published first."""
    require_channels(connection, corpus.channels)
    for row in _rows(connection, search.all_ids(connection, query), corpus):
        yield {
            "date": _moment(row["published_at"]),
            "channel": row["channel"],
            "title": row["title"],
            "source": row["source"],
            "url": row["url"],
        }


def kwic(connection: Connection, word: str, corpus: Selection, width: int = 20) -> Iterator[Row]:
    """Every place of a word with what is around it, the latest article first.

    Args:
        connection: Reading.
        word: One word or phrase; what is in it besides letters, digits and hanzi counts for nothing.
        corpus: Which articles.
        width: Characters before and behind.
    """
    require_channels(connection, corpus.channels)
    spellings = _spellings(word)
    for row in _rows(connection, search.all_ids(connection, "".join(word.split())), corpus):
        for text in _texts(row):
            for start, end in places(text, spellings):
                yield {
                    "date": _moment(row["published_at"]),
                    "channel": row["channel"],
                    "before": text[max(0, start - width) : start],
                    "match": text[start:end],
                    "after": text[end : end + width],
                    "url": row["url"],
                }


def trend(
    connection: Connection, words: Sequence[str], corpus: Selection, by: Period = "month"
) -> list[Row]:
    """How often words stand in each period: places, articles, and places in a million characters.

    Returns:
        One row a period and word, periods without the word and without any article too, in order; articles without a date
        stand under ``undated``, at the end.
    """
    require_channels(connection, corpus.channels)
    sizes = _sizes(connection, corpus, by)
    hits: dict[str, Counter[str]] = {}
    holders: dict[str, Counter[str]] = {}
    for word in words:
        hits[word], holders[word] = Counter(), Counter()
        spellings = _spellings(word)
        for row in _rows(connection, search.all_ids(connection, "".join(word.split())), corpus):
            found = sum(1 for text in _texts(row) for _ in places(text, spellings))
            when = _period(row["published_at"], by)
            hits[word][when] += found
            holders[word][when] += found > 0
    return [
        {
            "period": when,
            "word": word,
            "places": hits[word][when],
            "articles": holders[word][when],
            "characters": sizes[when],
            "per_million": round(hits[word][when] * 1e6 / max(1, sizes[when]), 2),
        }
        for when in _all_periods(sizes, by)
        for word in words
    ]


def coverage(connection: Connection, corpus: Selection) -> list[Row]:
    """What is held: articles by channel and month, the empty months between the first and the last too."""
    require_channels(connection, corpus.channels)
    month = period(connection, _LENGTHS["month"])
    query = sa.select(article.c.channel, month.label("month"), sa.func.count().label("articles"))
    query = query.where(*conditions(corpus)).group_by(article.c.channel, month)
    held: dict[str, Counter[str]] = defaultdict(Counter)
    for channel, when, count in connection.execute(query):
        held[channel][when] = count
    return [
        {"channel": channel, "month": when, "articles": held[channel][when]}
        for channel in sorted(held)
        for when in _all_months(held[channel])
    ]


def _all_months(held: Iterable[str]) -> list[str]:
    """Every month from the first to the last, and ``undated`` if there is such."""
    return _all_periods(held, "month")


def _all_periods(held: Iterable[str], by: Period) -> list[str]:
    """Every period from the first to the last, and ``undated`` if there is such."""
    dated = sorted(set(held) - {UNDATED})
    whole = list(_PERIODS[by](dated[0], dated[-1])) if dated else []
    return [*whole, *({UNDATED} & set(held))]


def places(text: str, spellings: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where a word stands in a text, as slices of it, in order and without overlap.

    >>> list(places("昨日，会，议召开。会议", ["会议"]))
    [(3, 6), (9, 11)]
    """
    letters = [at for at, each in enumerate(text) if each.isalnum()]
    plain = "".join(text[at].lower()[:1] for at in letters)
    at = 0
    while found := min(
        ((start, len(word)) for word in spellings if (start := plain.find(word, at)) >= 0),
        default=None,
    ):
        start, length = found
        yield letters[start], letters[start + length - 1] + 1
        at = start + length


def _rows(
    connection: Connection, ids: Sequence[int], corpus: Selection
) -> Iterator[Mapping[Any, Any]]:
    """The articles of these rows that are asked, latest first, read a few at a time."""
    c = article.c
    fields = (c.published_at, c.channel, c.title, c.source, c.url, c.paragraphs, c.photos)
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        query = sa.select(c.id, *fields).where(c.id.in_(batch), *conditions(corpus))
        found = {row["id"]: row for row in connection.execute(query).mappings()}
        yield from (found[number] for number in batch if number in found)


def _texts(row: Mapping[Any, Any]) -> Iterator[str]:
    yield row["title"]
    yield from row["paragraphs"]
    yield from (photo["caption"] for photo in row["photos"] if photo.get("caption"))


def _spellings(word: str) -> list[str]:
    return [spelling for term in search.parse("".join(word.split())) for spelling in term]


def _sizes(connection: Connection, corpus: Selection, by: Period) -> Counter[str]:
    """Characters of all articles that are asked, by period."""
    name = period(connection, _LENGTHS[by])
    query = sa.select(name, sa.func.sum(article.c.characters))
    query = query.where(*conditions(corpus)).group_by(name)
    return Counter({each: int(size or 0) for each, size in connection.execute(query)})


def _period(moment: datetime | None, by: Period) -> str:
    return moment.astimezone(SHANGHAI).isoformat()[: _LENGTHS[by]] if moment else UNDATED


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d") if moment else None


def _years(first: str, last: str) -> Iterator[str]:
    return map(str, range(int(first), int(last) + 1))


def _days(first: str, last: str) -> Iterator[str]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return ((begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1))


def _months(first: str, last: str) -> Iterator[str]:
    """Every month from one to another, both too."""
    year, month = map(int, first.split("-"))
    while (found := f"{year}-{month:02d}") <= last:
        yield found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


_PERIODS: Mapping[str, Callable[[str, str], Iterator[str]]] = {
    "year": _years,
    "month": _months,
    "day": _days,
}
