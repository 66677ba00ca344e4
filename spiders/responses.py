"""What a spider reads off a response, or off its failure, before anybody looks at the page.

Why a page could not be fetched is a reason that can be counted, made of Scrapy's exceptions.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.http.headers import Headers
from scrapy.spidermiddlewares.httperror import HttpError

from crawler import clock
from crawler.errors import ExtractionError
from crawler.hooks.answers import outage
from crawler.hooks.guard import Refusal
from crawler.items import Exchange, Failure, Fetch, Link
from crawler.site.urls import classify
from crawler.store.leases import Lease

# The page is gone for good: asking again would only bother the site.
GONE = frozenset({404, 410})

# First match wins; the name of the class says what happened.
REASONS: tuple[tuple[type[Exception], str, bool], ...] = (
    (DownloadTimeoutError, "timeout", True),
    (CannotResolveHostError, "dns", True),
    (DownloadConnectionRefusedError, "refused_connection", True),
    (DownloadCancelledError, "too_large", False),
    (ResponseDataLossError, "incomplete", True),
    (DownloadFailedError, "network", True),
)
# What a download may raise; Scrapy's classes have nothing above them in common.
NOT_FETCHED: tuple[type[Exception], ...] = (*(kind for kind, _, _ in REASONS), IgnoreRequest)


def failure_of(
    error: BaseException, request: Request | None = None
) -> tuple[Failure, Response | None]:
    """Name the reason why a request brought no page.

    Args:
        error: Scrapy's or ours.
        request: What was asked for, and through which proxy.

    Returns:
        The reason, and the response that came with it if there was one.
    """
    if isinstance(error, HttpError):
        status = error.response.status
        failure = Failure(
            reason=f"http_{status}",
            detail=f"status {status}",
            retry=status not in GONE,
            rest=error.response.meta.get("rest"),
        )
        return failure, error.response
    if isinstance(error, IgnoreRequest):
        known: Failure = error.failure if isinstance(error, Refusal) else Refusal.failure
        if "redirections" in str(error):
            known = Failure(reason="redirect_loop")
        return _with_detail(known, error), None
    proxy = (request.meta.get("proxy") or "") if request is not None else ""
    if proxy and isinstance(error, (CannotResolveHostError, DownloadConnectionRefusedError)):
        return Failure(reason="proxy", detail=outage(error, proxy)), None
    for kind, reason, retry in REASONS:
        if isinstance(error, kind):
            return _with_detail(Failure(reason=reason, retry=retry), error), None
    return _with_detail(Failure(reason=f"error_{type(error).__name__}"), error), None


def extraction_failed(error: ExtractionError) -> Failure:
    """Say that a page was fetched and gave no article."""
    return Failure(reason=error.reason, detail=str(error))


def _with_detail(failure: Failure, error: BaseException) -> Failure:
    return Failure(
        reason=failure.reason,
        detail=str(error) or type(error).__name__,
        retry=failure.retry,
        wait=failure.wait,
        rest=failure.rest,
    )


# Of the response's headers, what may matter later: what it said of itself, and of its age.
KEPT = {
    name: name.decode().lower()
    for name in (b"Content-Type", b"Content-Language", b"Etag", b"Last-Modified", b"Date")
}


# Of the request's headers, what is nobody else's business.
SECRET = frozenset({"proxy-authorization", "authorization"})

# What is a page: as it is, or as a proxy on the way has changed it.
PAGES = frozenset({200, 203})
NO_PAGES = {
    204: "status 204: the site says that the page is empty",
    206: "status 206: a part of the page that was not asked for",
    304: "status 304: unchanged, to a question that named no earlier state",
}
# Pages of these days may be on a list before they are on every server.
YOUNG_DAYS = 7
_RANGE = re.compile(r"bytes\s{1,9}0-(\d{1,12})/(\d{1,12})", re.IGNORECASE)


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
        seconds=response.meta.get("download_latency", 0.0),
        exchange=_exchange(response),
    )


def _exchange(response: Response) -> Exchange:
    request = response.request
    proxied = bool(request and request.meta.get("proxy"))
    host = ("Host", urlsplit(response.url).netloc.rpartition("@")[2])
    asked = [pair for pair in _pairs(request.headers) if pair[0] != "Host"] if request else []
    return Exchange(
        asked=(host, *asked) if asked else (),
        answered=tuple(_pairs(response.headers)),
        protocol=response.protocol or "HTTP/1.1",
        ip=str(response.ip_address) if response.ip_address and not proxied else None,
    )


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
        if name.decode("latin-1").lower() not in SECRET
    ]


def is_unchanged(fetch: Fetch, lease: Lease) -> bool:
    """Whether the site says that nothing changed, or sends the same bytes again.

    A 304 to a page that it was not asked about so says nothing: there is nothing that we have.
    """
    asked = lease.etag or lease.last_modified
    return (fetch.status == 304 and bool(asked)) or fetch.sha256 == lease.body_sha256


def no_page(response: Response) -> Failure | None:
    """Why an answer that is no error is no page either; ``None`` if it is one."""
    status = response.status
    if status in PAGES or (status == 206 and _is_whole(response)):
        return None
    detail = NO_PAGES.get(status, f"status {status} brings no page")
    return Failure(reason=f"http_{status}", detail=detail)


def worth_another_look(failure: Failure, lease: Lease) -> Failure:
    """A 404 on an article of the last days is asked for again: lists run ahead of the servers."""
    day = classify(lease.url).published
    if failure.reason != "http_404" or lease.kind != "article" or day is None:
        return failure
    young = abs((clock.now().date() - day).days) <= YOUNG_DAYS
    return replace(failure, retry=young)


def led_away(response: Response, lease: Lease) -> Failure | None:
    """Why a list page is none if a redirect led to the front page, or away from lists."""
    address = classify(response.url)
    if "redirect_urls" not in response.meta or lease.kind != "list" or address.skip == "offsite":
        return None
    if address.canonical == lease.url or (address.kind == "list" and address.node_id):
        return None
    return Failure(reason="gone", detail=f"redirected to {response.url}")


def _is_whole(response: Response) -> bool:
    """Whether a part of a page is all of it: ``Content-Range: bytes 0-8999/9000``."""
    named = (response.headers.get("Content-Range") or b"").decode("latin-1")
    match = _RANGE.fullmatch(named.strip())
    return match is not None and int(match[1]) + 1 == int(match[2])


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
