"""What is wrong with an answer, as an exception that says so itself."""

from __future__ import annotations

from scrapy import Request
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
