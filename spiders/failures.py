"""Why a page could not be fetched: Scrapy's exceptions as a reason that can be counted."""

from __future__ import annotations

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
from scrapy.spidermiddlewares.httperror import HttpError

from crawler.errors import ExtractionError
from crawler.hooks.answers import outage
from crawler.hooks.guard import Refusal
from crawler.items import Failure

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
