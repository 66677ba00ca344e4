"""One page as a record, without a database: for a script, a notebook, a test."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from crawler import clock
from crawler.dataset.record import as_record
from crawler.extract import extract
from crawler.items import Fetch


def read_page(body: bytes, url: str, content_type: str | None = None) -> dict[str, Any]:
    """Read the article that a page holds: charset, text, byline, captions, repair.

    Args:
        body: The page as it came off the wire or lies on the disk; not decoded.
        url: Where it came from.
        content_type: Its ``Content-Type`` header, if that is known.

    Returns:
        The record, as ``renmin export`` writes it (docs/record.md); ``fetched_at`` is null.

    Raises:
        ExtractionError: The page holds no article; says what is missing.
    """
    fetch = Fetch(
        url=url,
        status=200,
        headers={"content-type": content_type} if content_type else {},
        body=body,
        fetched_at=clock.now(),
        sha256=hashlib.sha256(body).hexdigest(),
    )
    return as_record(replace(extract([fetch]), fetched_at=None))
