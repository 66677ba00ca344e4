"""The record: an article as plain JSON values, in one fixed order of fields.

``renmin export`` and ``renmin extract`` both write it. What each field means stands in
docs/extraction.md. An unknown value is ``None``, an absent list ``[]``; no field is ever left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crawler import SCHEMA_VERSION
from crawler.items import Article, Dateline, Doubt, Photo, Repair, Verdict


def as_record(article: Article) -> dict[str, Any]:
    """Return the record of an article, ready for JSON.

    Times are ISO 8601 with their offset, ``2026-02-12T09:05:00+08:00``.
    """
    return {
        "url": article.url,
        "fetched_url": article.fetched_url,
        "channel": article.channel,
        "node_id": article.node_id,
        "content_id": article.content_id,
        "title": article.title,
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "source": article.source,
        "published_at": _time(article.published_at),
        "dateline": _dateline(article.dateline),
        "authors": list(article.authors),
        "editors": list(article.editors),
        "paragraphs": list(article.paragraphs),
        "photos": [_photo(photo) for photo in article.photos],
        "script": article.script,
        "template": article.template,
        "charset": _charset(article.charset),
        "damage": list(article.damage),
        "repairs": [_repair(repair) for repair in article.repairs],
        "doubts": [_doubt(doubt) for doubt in article.doubts],
        "duplicate_of": article.duplicate_of,
        "relation": article.relation,
        "revision": article.revision,
        "fetched_at": _time(article.fetched_at),
        "body_sha256": article.body_sha256,
        "schema_version": SCHEMA_VERSION,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _dateline(dateline: Dateline | None) -> dict[str, str | None] | None:
    if dateline is None:
        return None
    return {
        "text": dateline.text,
        "agency": dateline.agency,
        "place": dateline.place,
        "date": dateline.date,
    }


def _photo(photo: Photo) -> dict[str, Any]:
    return {
        "url": photo.url,
        "caption": photo.caption,
        "credit": photo.credit,
        "before_paragraph": photo.before_paragraph,
    }


def _charset(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "decided": verdict.decided,
        "declared_header": verdict.declared_header,
        "declared_meta": verdict.declared_meta,
        "agrees": verdict.agrees,
        "score": verdict.score,
        "why": verdict.why,
        "opinion": verdict.opinion,
        "mixed": verdict.mixed,
    }


def _repair(repair: Repair) -> dict[str, Any]:
    return {"rule": repair.rule, "count": repair.count, "lossless": repair.lossless}


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {
        "field": doubt.field,
        "paragraph": doubt.paragraph,
        "start": doubt.start,
        "end": doubt.end,
        "text": doubt.text,
        "candidates": list(doubt.candidates),
    }
