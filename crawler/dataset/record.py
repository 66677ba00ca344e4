"""The record: an article, or a page, as plain JSON values in the order of the schema.

``renmin export`` and ``renmin extract`` both write it. docs/record.md says what each field means. An
unknown value is ``None``, an absent list ``[]``; no field is ever left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from crawler import SCHEMA_VERSION, clock, extract
from crawler.clock import SHANGHAI
from crawler.dataset.schema import SCHEMA, Field, Kind, ListOf, Struct
from crawler.errors import ConfigError
from crawler.items import Article, Fetch
from crawler.site import channels

Read = Callable[[Any], Any]
# Of a channel and the number of a column in it: label of the column, province, code.
Places = dict[tuple[str | None, str | None], tuple[str | None, str | None, str | None]]


def as_record(article: Article) -> dict[str, Any]:
    """Return the record of an article, ready for JSON.

    Times are ISO 8601 with their offset, ``2026-02-12T09:05:00+08:00``; days ``2026-02-12``.
    """
    record = {name: read(article) for name, read in _READERS}
    complete(record, {})
    return record


def complete(record: dict[str, Any], known: Places) -> None:
    """Fill in what follows from the rest, in a record whose other fields stand.

    Args:
        record: All fields, those that are derived as ``None``.
        known: What is said of channels and columns, kept from one record to the next.
    """
    record["schema_version"] = SCHEMA_VERSION
    if moment := record["published_at"]:
        record["published_on"] = _day(moment)
    place = record["channel"], record["node_id"]
    if place not in known:
        known[place] = _of_place(*place)
    record["column"], record["province"], record["adcode"] = known[place]
    if record["text_is_captions"] is None:
        record["text_is_captions"] = _text_is_captions(record)
    if record["quality"] is None:
        record["quality"] = _quality_of_doubts(record)


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


def _day(moment: str) -> str:
    """The day in China of a time, ISO 8601."""
    if moment.endswith("+08:00"):
        return moment[:10]
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).date().isoformat()


def _of_place(channel: str | None, node: str | None) -> tuple[str | None, str | None, str | None]:
    found = channels.load().get(channel or "")
    column = channels.column(channel or "", node or "")
    return (column, found.province, found.adcode) if found else (column, None, None)


def _text_is_captions(record: Mapping[str, Any]) -> bool:
    captions = {photo["caption"] for photo in record["photos"]}
    captions |= {
        f"{photo['caption']}{photo['credit']}" for photo in record["photos"] if photo["credit"]
    }
    return bool(record["paragraphs"]) and captions.issuperset(record["paragraphs"])


def _quality_of_doubts(record: Mapping[str, Any]) -> dict[str, Any]:
    """What the doubts and the repairs say by themselves."""
    characters = len(record["title"]) + sum(map(len, record["paragraphs"]))
    # A doubt of a whole field is about the reading, not about characters.
    doubts = [doubt for doubt in record["doubts"] if doubt["reason"] == "characters"]
    doubted = sum(doubt["end"] - doubt["start"] for doubt in doubts)
    forced = all(repair["lossless"] for repair in record["repairs"])
    return {
        "likelihood": _likelihood(record),
        "doubt_share": round(min(1.0, doubted / max(1, characters)), 6),
        "lossless": forced and not doubts,
        "hopeless": None,
    }


def _likelihood(record: Mapping[str, Any]) -> float | None:
    """How likely a damaged text reads after its repair; clean text is not asked."""
    if not (record["repairs"] or record["damage"]):
        return None
    from crawler.text.mojibake.unread import likelihood  # noqa: PLC0415 (numpy, for few records)

    return likelihood("\n".join((record["title"], *record["paragraphs"])))


# What no value holds as it stands: see :func:`complete`, and of pictures
# :func:`crawler.dataset.pictures.attach`.
_DERIVED = {
    *("schema_version", "published_on", "column", "province", "adcode"),
    *("sha256", "width", "height"),
}


def _reader(field: Field) -> Read:
    if field.name in _DERIVED:
        return lambda _value: None
    return _composed(attrgetter(field.name), _value(field.kind))


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


def read_page(body: bytes, url: str, content_type: str | None = None) -> dict[str, Any]:
    """Read the article that a page holds: charset, text, byline, captions, repair.

    Args:
        body: The page as it came off the wire or lies on the disk; not decoded.
        url: Where it came from.
        content_type: Its ``Content-Type`` header, if that is known.

    Returns:
        The record, as ``renmin export`` writes it (docs/record.md); ``fetched_at`` is null.

    Raises:
        ConfigError: The page is not bytes, or its address is no text.
        ExtractionError: The page holds no article; says what is missing.
    """
    if not isinstance(body, bytes):
        raise ConfigError(
            f"read_page: the page is {type(body).__name__}, not bytes: read it undecoded, Path(...).read_bytes()"
        )
    if not isinstance(url, str):
        raise ConfigError(f"read_page: url={url!r}: name the address that the page came from")
    fetch = Fetch(
        url=url,
        status=200,
        headers={"content-type": content_type} if content_type else {},
        body=body,
        fetched_at=clock.now(),
        sha256=hashlib.sha256(body).hexdigest(),
    )
    return as_record(replace(extract.extract([fetch]), fetched_at=None))
