"""What the spider reads off a response before it looks at the page."""

from __future__ import annotations

import hashlib
from typing import Any

from scrapy.http import Response

from crawler import clock
from crawler.items import Failure, Fetch, Link
from crawler.site.urls import classify
from crawler.store.leases import Lease

# Of the response's headers, what may matter later: what it said of itself, and of its age.
KEPT = {
    name: name.decode().lower()
    for name in (b"Content-Type", b"Content-Language", b"Etag", b"Last-Modified", b"Date")
}


def conditional_headers(lease: Lease) -> dict[str, str]:
    """Headers that spare the site a body which we have already."""
    headers = {}
    if lease.etag:
        headers["If-None-Match"] = lease.etag
    if lease.last_modified:
        headers["If-Modified-Since"] = lease.last_modified
    return headers


def fetch_of(response: Response, page: int = 1) -> Fetch:
    """The response as a value; ``page`` of its article."""
    headers = {
        KEPT[name]: b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name in KEPT
    }
    return Fetch(
        url=response.url,
        status=response.status,
        headers=headers,
        body=response.body,
        fetched_at=clock.now(),
        sha256=hashlib.sha256(response.body).hexdigest(),
        page=page,
    )


def is_unchanged(fetch: Fetch, lease: Lease) -> bool:
    """Whether the site says that nothing changed, or sends the same bytes again."""
    return fetch.status == 304 or fetch.sha256 == lease.body_sha256


def moved_to(response: Response, lease: Lease) -> dict[str, Any] | None:
    """What to do if a redirect led to another page than was asked for.

    Returns:
        ``None`` if it is the same page at another address of its own. Else what the visit brings:
        the other article as a link if it is one of ours, and why this address brought nothing.
    """
    address = classify(response.url)
    if address.canonical == lease.url or "redirect_urls" not in response.meta:
        return None
    if address.kind == "article" and address.channel and not address.skip:
        link = Link(
            url=address.canonical,
            fetch_url=address.fetch_url,
            kind="article",
            channel=address.channel,
            published=address.published,
        )
        failure = Failure(reason="moved", detail=f"moved to {address.canonical}", retry=False)
        return {"failure": failure, "links": (link,)}
    failure = Failure(reason="gone", detail=f"redirected to {response.url}", retry=False)
    return {"failure": failure}
