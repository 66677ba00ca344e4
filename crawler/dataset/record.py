"""The record: an article as plain JSON values, in the order of :data:`crawler.dataset.schema.SCHEMA`.

``renmin export`` and ``renmin extract`` both write it. docs/record.md says what each field means. An
unknown value is ``None``, an absent list ``[]``; no field is ever left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from crawler import SCHEMA_VERSION
from crawler.clock import SHANGHAI
from crawler.dataset.schema import SCHEMA, Field, Kind, ListOf, Struct
from crawler.items import Article, Quality
from crawler.site import channels

Read = Callable[[Any], Any]


def as_record(article: Article) -> dict[str, Any]:
    """Return the record of an article, ready for JSON.

    Times are ISO 8601 with their offset, ``2026-02-12T09:05:00+08:00``; days ``2026-02-12``.
    """
    return {name: read(article) for name, read in _READERS}


def flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """The flat record of :data:`crawler.dataset.schema.FLAT`: what a corpus tool reads."""
    return {
        "doc_id": doc_id(record),
        "text": "\n".join(record["paragraphs"]),
        "title": record["title"],
        "date": record["published_on"],
        "channel": record["channel"],
        "province": record["province"],
        "source": record["source"],
        "authors": ";".join(record["authors"]),
        "url": record["url"],
    }


def doc_id(record: Mapping[str, Any]) -> str:
    """A name for a document that no other has, ``sd-20260212-0f3a…``.

    >>> doc_id({"url": "http://sd.people.com.cn/", "channel": "sd", "published_on": None})
    'sd-undated-0d361112e1291b6a'
    """
    day = (record["published_on"] or "undated").replace("-", "")
    channel = "".join(
        c for c in record["channel"] or "" if c.isascii() and (c.isalnum() or c in ".-")
    )
    digest = hashlib.sha256(record["url"].encode("utf-8", "surrogatepass")).hexdigest()
    return f"{channel}-{day}-{digest[:16]}"


def _published_on(article: Article) -> str | None:
    moment = article.published_at
    return moment.astimezone(SHANGHAI).date().isoformat() if moment else None


def _text_is_captions(article: Article) -> bool:
    if article.text_is_captions is not None:
        return article.text_is_captions
    captions = {photo.caption for photo in article.photos}
    captions |= {f"{photo.caption}{photo.credit}" for photo in article.photos if photo.credit}
    return bool(article.paragraphs) and captions.issuperset(article.paragraphs)


def _quality(article: Article) -> dict[str, Any]:
    quality = article.quality or _quality_of_doubts(article)
    return {
        "likelihood": quality.likelihood,
        "doubt_share": quality.doubt_share,
        "lossless": quality.lossless,
        "hopeless": quality.hopeless,
    }


def _quality_of_doubts(article: Article) -> Quality:
    """What the doubts and the repairs say by themselves."""
    characters = len(article.title) + sum(map(len, article.paragraphs))
    doubted = sum(doubt.end - doubt.start for doubt in article.doubts)
    forced = all(repair.lossless for repair in article.repairs)
    return Quality(
        doubt_share=round(min(1.0, doubted / max(1, characters)), 6),
        lossless=forced and not article.doubts,
    )


def _channel_fact(name: str) -> Callable[[Article], str | None]:
    def read(article: Article) -> str | None:
        channel = channels.load().get(article.channel or "")
        return getattr(channel, name) if channel else None

    return read


# What no field of the article holds as it stands.
_DERIVED: dict[str, Read] = {
    "schema_version": lambda _article: SCHEMA_VERSION,
    "published_on": _published_on,
    "column": lambda article: channels.column(article.channel or "", article.node_id or ""),
    "province": _channel_fact("province"),
    "adcode": _channel_fact("adcode"),
    "text_is_captions": _text_is_captions,
    "quality": _quality,
    # Known of fetched photos, which lie beside the store: crawler.dataset.pictures.attach.
    "sha256": lambda _photo: None,
    "width": lambda _photo: None,
    "height": lambda _photo: None,
}


def _reader(field: Field) -> Read:
    return _DERIVED.get(field.name) or _composed(attrgetter(field.name), _value(field.kind))


def _composed(get: Read, value: Read | None) -> Read:
    if value is None:
        return get
    return lambda article: None if (found := get(article)) is None else value(found)


def _value(kind: Kind) -> Read | None:
    """How a value of this kind becomes JSON; ``None`` if it is as it stands."""
    if isinstance(kind, ListOf):
        inner = _value(kind.of)
        return list if inner is None else lambda found: [inner(each) for each in found]
    if isinstance(kind, Struct):
        readers = [(each.name, _reader(each)) for each in kind.fields]
        return lambda found: {name: read(found) for name, read in readers}
    return _instant if kind == "instant" else None


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


_READERS = [(field.name, _reader(field)) for field in SCHEMA]
