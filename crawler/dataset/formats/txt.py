"""Plain text for reading and for corpora: title, source line, body, captions, a blank line between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

SUFFIX = ".txt"
SUMMARY = "plain text, articles parted by a line of dashes"


def write(records: Iterable[Mapping[str, Any]], file: BinaryIO) -> None:
    """Write ``records`` to ``file`` as UTF-8."""
    for record in records:
        file.write(("\n".join(lines(record)) + "\n" + "-" * 40 + "\n").encode())


def lines(record: Mapping[str, Any]) -> list[str]:
    """The lines of one article."""
    head = [record["kicker"], record["title"], record["subtitle"]]
    about = [record["published_at"], record["source"], record["url"]]
    body = list(record["paragraphs"])
    for photo in reversed(record["photos"]):
        caption = " ".join(filter(None, (photo["caption"], photo["credit"])))
        if caption:
            body.insert(photo["before_paragraph"], f"[图] {caption}")
    return [*filter(None, head), " | ".join(filter(None, about)), "", *body]
