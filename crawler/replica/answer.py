"""What the stand-in site answers, and how it says that nothing has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

# Seconds until the first byte of an answer that never comes.
NEVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer.

    Attributes:
        status: HTTP status.
        headers: Names as sent; ``Content-Length`` is added by the server.
        body: Raw bytes.
        delay: Seconds before the answer begins; :data:`NEVER` if it does not.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0


def page(body: bytes, content_type: str = "text/html") -> Response:
    """Answer with a page."""
    return Response(headers={"Content-Type": content_type}, body=body)


def message(status: int, text: str) -> Response:
    """Answer with a status and a sentence about it, as a small page."""
    html = f'<html><head><meta charset="utf-8"><title>{status}</title></head><body>{text}</body></html>'
    return Response(
        status=status, headers={"Content-Type": "text/html; charset=utf-8"}, body=html.encode()
    )


def redirect(location: str, status: int = 302) -> Response:
    """Send the visitor elsewhere."""
    return replace(message(status, location), headers={"Location": location})


def stamped(response: Response, changed: datetime, *, etag: bool = True) -> Response:
    """Add the headers by which a visitor can ask again for news only."""
    stamps = {"Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True)}
    if etag:
        stamps["ETag"] = f'"{hashlib.sha256(response.body).hexdigest()[:20]}"'
    return replace(response, headers={**response.headers, **stamps})


def unless_known(response: Response, asked: Mapping[str, str]) -> Response:
    """Answer 304 without a body if the visitor has this very page already (RFC 9110, 13.2.2).

    Args:
        response: The full answer.
        asked: Request headers, names in lower case.
    """
    if response.status != 200 or not _is_known(response.headers, asked):
        return response
    kept = ("ETag", "Last-Modified")
    stamps = {name: value for name, value in response.headers.items() if name in kept}
    return Response(status=304, headers=stamps, delay=response.delay)


def _is_known(headers: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    if (tags := asked.get("if-none-match")) is not None:
        named = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "ETag" in headers and (headers["ETag"] in named or "*" in named)
    if (since := asked.get("if-modified-since")) and "Last-Modified" in headers:
        try:
            return parsedate_to_datetime(headers["Last-Modified"]) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False
    return False
