"""Whether an answer is one: unpack its body, see whether it came whole, and say what is wrong with it.

What is wrong is a failure that says so itself (:class:`UnfitAnswerError`). Scrapy takes what it can
get of a packed body that was cut off, and of one whose end is the end of the connection. Half an
article must not be stored, least of all in the place of a whole one:

=================================  ============================================================
the body                           what follows
=================================  ============================================================
packed, without its end            ``incomplete``
not packed, though it says so      ``not_packed``: the site's fault
ends with the connection           ``incomplete``, unless it closes what it opened
opens ``<html>``, closes nothing   ``incomplete``; believed when it has come so in several runs
=================================  ============================================================
"""

from __future__ import annotations

import zlib
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
)
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

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


GZIP = b"\x1f\x8b\x08"
# Servers pack a file that is packed already, and say it once or not at all.
MOST_LAYERS = 3
# A page that has come without its end in so many runs is written so.
BELIEVED_AFTER = 2

# Where the head goes on saying how the body was packed; see crawler.items.Exchange.
UNDONE = "X-Crawl-Content-Encoding"

_PLAIN = frozenset({b"identity", b"none", b""})
_OURS = frozenset({b"gzip", b"x-gzip", b"deflate"})
_ENDS = (b"</html", b"</body", b"</urlset", b"</sitemapindex", b"</rss", b"</feed")
_BEGINNINGS = (b"<html", b"<body", b"<urlset", b"<sitemapindex", b"<rss", b"<feed")
# So much at either end of a body is looked at.
_REACH = 4096


class BodyMiddleware(HttpCompressionMiddleware):
    """In the place of Scrapy's: unpacks ``gzip`` and ``deflate`` to the end or not at all."""

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Ask for the packings whose end can be told."""
        request.headers.setdefault("Accept-Encoding", b"gzip, deflate")

    def process_response(self, request: Request, response: Response) -> Response:  # type: ignore[override]
        """Give the answer back unpacked.

        Raises:
            UnfitAnswerError: Its body is cut off, too large, or not what its head says.
        """
        said = response.headers.getlist("Content-Encoding")
        named = [coding.strip().lower() for value in said for coding in value.split(b",")]
        codings = [coding for coding in named if coding not in _PLAIN]
        if not set(codings) <= _OURS:
            unpacked = super().process_response(request, response)
            assert isinstance(unpacked, Response)
            response, codings = unpacked, []
        body = self._unpacked(response.body, codings)
        _require_whole(request, response, body, packed=bool(codings))
        response.headers.pop("Content-Encoding", None)
        if said:
            response.headers[UNDONE] = said
        if body is response.body:
            return response
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        more = {"encoding": None} if issubclass(kind, TextResponse) else {}
        return response.replace(cls=kind, body=body, **more)

    def _unpacked(self, body: bytes, codings: list[bytes]) -> bytes:
        limit = self._max_size
        for coding in reversed(codings if body else []):
            body = _inflated(body, limit) if coding == b"deflate" else gunzipped(body, limit)
        for _ in range(MOST_LAYERS):
            if not body.startswith(GZIP):
                break
            body = gunzipped(body, limit)
        return body


def gunzipped(body: bytes, limit: int) -> bytes:
    """Unpack all members of a gzip file.

    Raises:
        UnfitAnswerError: It is none, it lacks its end, or it is larger than ``limit``.
    """
    found = b""
    while body.startswith(GZIP[:2]) or not found:
        part, body = _whole(body, 31, limit - len(found))
        found += part
        if not body:
            break
    return found


def _inflated(body: bytes, limit: int) -> bytes:
    """Unpack ``deflate``: zlib's form, or the bare one that some servers send."""
    try:
        return _whole(body, zlib.MAX_WBITS, limit)[0]
    except UnfitAnswerError as error:
        if error.failure.reason != "not_packed":
            raise
        return _whole(body, -zlib.MAX_WBITS, limit)[0]


def _whole(body: bytes, wbits: int, limit: int) -> tuple[bytes, bytes]:
    """One packed stream, and what stands behind it."""
    stream = zlib.decompressobj(wbits)
    try:
        found = stream.decompress(body, limit + 1)
    except zlib.error as error:
        if body.startswith(GZIP):
            raise UnfitAnswerError("incomplete", f"the packed body is damaged: {error}") from error
        raise UnfitAnswerError(
            "not_packed", "the answer says that its body is packed, and it is not: the site's fault"
        ) from error
    if len(found) > limit:
        raise UnfitAnswerError("too_large", f"over {limit} bytes when unpacked", retry=False)
    if not stream.eof:
        raise UnfitAnswerError("incomplete", "the packed body lacks its end")
    return found, stream.unused_data


def _require_whole(request: Request, response: Response, body: bytes, *, packed: bool) -> None:
    """Refuse a body that was cut off before it closed what it opened."""
    if response.status not in (200, 203) or packed:
        return
    ends, begins = _has(body[-_REACH:], _ENDS), _has(body[:_REACH], _BEGINNINGS)
    if ends:
        return
    if "partial" in response.flags and (begins or isinstance(response, TextResponse)):
        if request.meta.get("is_robots") or _is_plain(response):
            return
        raise UnfitAnswerError("incomplete", "the connection was closed before the page ended")
    lease = request.meta.get("lease")
    if begins and lease is not None and lease.attempts < BELIEVED_AFTER:
        raise UnfitAnswerError("incomplete", "the page ends in the middle: </html> is missing")


def _is_plain(response: Response) -> bool:
    kind = response.headers.get("Content-Type") or b""
    return kind.lower().startswith(b"text/plain")


def _has(part: bytes, tags: tuple[bytes, ...]) -> bool:
    part = part.replace(b"\0", b"").lower()  # as it stands in UTF-16, too
    return any(tag in part for tag in tags)
