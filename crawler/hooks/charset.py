"""Decide the charset of each page from its bytes, before anybody reads its text."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response, TextResponse

from crawler.text import decide


class CharsetMiddleware:
    """Puts the verdict into ``response.meta["verdict"]`` and makes ``response.text`` agree."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Decide, for answers with a text."""
        if response.status != 200 or not isinstance(response, TextResponse):
            return response
        content_type = response.headers.get("Content-Type", b"") or b""
        verdict = decide(response.body, content_type.decode("latin-1"))
        request.meta["verdict"] = verdict
        return response.replace(encoding=verdict.decided)
