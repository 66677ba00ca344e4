"""Plain text for reading and for corpora: title, source line, body, captions, a blank line between.

In a folder each article is a file of its own, which is what corpus tools open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from crawler.dataset.schema import SCHEMA, Field

SUFFIX = ".txt"
SUMMARY = "plain text, articles parted by a line of dashes"
# Which of the fields it prints is its own business.
WHOLE = True


def write(
    records: Iterable[Mapping[str, Any]],
    file: BinaryIO,
    fields: Sequence[Field] = SCHEMA,  # noqa: ARG001 - see WHOLE
) -> None:
    """Write ``records`` to ``file`` as UTF-8."""
    for record in records:
        file.write((text_of(record) + "-" * 40 + "\n").encode())


def text_of(record: Mapping[str, Any]) -> str:
    """One article; of a flat record its text alone."""
    if "doc_id" in record:
        return f"{record['text']}\n"
    return "\n".join(lines(record)) + "\n"


def lines(record: Mapping[str, Any]) -> list[str]:
    """The lines of one article; captions that are the text too stand once."""
    head = [record["kicker"], record["title"], record["subtitle"]]
    about = [record["published_at"], record["source"], record["url"]]
    return [*filter(None, head), " | ".join(filter(None, about)), "", *_body(record)]


def _body(record: Mapping[str, Any]) -> list[str]:
    body = [] if record["text_is_captions"] else list(record["paragraphs"])
    places = ((photo["before_paragraph"], _caption(photo)) for photo in record["photos"])
    captions = [(place, caption) for place, caption in places if caption]
    if not body:
        return [caption for _, caption in captions]
    for place, caption in reversed(captions):
        body.insert(place, caption)
    return body


def _caption(photo: Mapping[str, Any]) -> str:
    caption = " ".join(filter(None, (photo["caption"], photo["credit"])))
    return f"[图] {caption}" if caption else ""
