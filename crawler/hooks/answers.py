"""What is wrong with an answer, or why there is none, as a failure that says so itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
)
from scrapy.http import Response

from crawler.hooks.guard import Refusal
from crawler.items import Failure


class UnfitAnswerError(Refusal):
    """An answer came, and is no page.

    Attributes:
        failure: Why, as it is counted.
    """

    def __init__(self, reason: str, detail: str, *, retry: bool = True) -> None:
        self.failure = Failure(reason=reason, detail=detail, retry=retry)
        super().__init__(detail)


class UnaskedMiddleware:
    """Asks again, past all caches, where the answer is 304 and the question named no state."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Give the answer back, or the same request without any condition."""
        asked = request.headers.get("If-None-Match") or request.headers.get("If-Modified-Since")
        if response.status != 304 or asked or request.meta.get("past_caches"):
            return response
        again = request.copy()
        again.meta["past_caches"] = True
        again.headers["Cache-Control"] = again.headers["Pragma"] = "no-cache"
        return again


def outage(error: BaseException, proxy: str) -> str:
    """Say in a few words why no answer came.

    Args:
        error: Scrapy's.
        proxy: The operator's proxy; empty for none. Its user and password are not said.
    """
    name = urlsplit(proxy).netloc.rpartition("@")[2]
    if isinstance(error, CannotResolveHostError):
        return f"the proxy {name} has no address" if proxy else "the host has no address"
    if isinstance(error, DownloadConnectionRefusedError):
        return f"the proxy {name} refuses connections" if proxy else "the host refuses connections"
    if isinstance(error, DownloadTimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__
