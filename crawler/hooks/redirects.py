"""Follow redirects as a browser does: by status, by ``Refresh``, by ``<meta http-equiv=refresh>``.

A content network checks who asks by sending a page to itself with a cookie; cookies are off, so
that one goes along on that way and no further.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware, RedirectMiddleware
from scrapy.http import Response, TextResponse

from crawler.hooks.answers import UnfitAnswerError
from crawler.site.urls import classify

# A page that is shown for longer is meant to be read.
LONGEST_SECONDS = 30.0
# Where a page says that it leads elsewhere.
_HEAD = 16_384
# A page that leads elsewhere by script alone says next to nothing else.
_SCRIPT_PAGE = 4_096
_LITTLE_TEXT = 300  # bytes

_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_META = re.compile(r"<meta\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]{1,40})\s{0,20}=\s{0,20}("[^"]*"|'[^']*'|[^\s"'>]+)""")
_REFRESH = re.compile(
    r"\A\s*+(\d{0,6})(?:\.\d*+)?\s*+(?:[;,]\s*+)?(?:url\s*+=\s*+)?+(\S.*)?", re.I | re.S
)
_SCRIPTED = re.compile(
    r"""\blocation(?:\.href)?\s{0,20}=\s{0,20}["']([^"'\s]{1,1000})["']"""
    r"""|\blocation\.(?:replace|assign)\(\s{0,20}["']([^"'\s]{1,1000})["']"""
)
_TAG = re.compile(r"<[^<>]*>")


class CookieRedirectMiddleware(RedirectMiddleware):
    """Scrapy's, which also follows a redirect to the same address once, with the cookie it set."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Give the next request, or the answer where it leads nowhere.

        Raises:
            UnfitAnswerError: It leads to itself without end.
            IgnoreRequest: It leads on and on.
        """
        try:
            following = super().process_response(request, response)
        except ValueError as error:  # an address that is none
            raise UnfitAnswerError(
                "redirect_broken", f"redirected to no address: {error}"
            ) from error
        if isinstance(following, Request):
            return with_cookies(request, response, following)
        return following


class RefreshMiddleware(BaseRedirectMiddleware):
    """Follows pages that only lead elsewhere."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Give the next request, or the answer where it is a page of its own.

        Raises:
            UnfitAnswerError: It leads to itself without end.
            IgnoreRequest: It leads on and on.
        """
        if response.status not in (200, 203) or request.meta.get("is_robots"):
            return response
        target = refresh_target(response)
        if target is None or not target.startswith(("http://", "https://")):
            return response
        if _same(target, response.url) and not _cookies(response):
            return response  # a page that shows itself anew
        following = self._build_redirect_request(request, response, url=target, method="GET")
        following = self._redirect(following, request, "refresh")
        return with_cookies(request, response, following)


def with_cookies(request: Request, response: Response, following: Request) -> Request:
    """The next request with the cookies of this way, as far as they are of its host.

    Raises:
        UnfitAnswerError: It leads to an address of this way, and no cookie is new.
    """
    known = request.meta.get("way_cookies", {})
    if urlsplit(following.url).hostname == urlsplit(request.url).hostname:
        following.meta["way_cookies"] = known | _cookies(response)
        if pairs := following.meta["way_cookies"]:
            following.headers["Cookie"] = "; ".join(f"{name}={pairs[name]}" for name in pairs)
    else:
        following.meta["way_cookies"] = {}
        following.headers.pop("Cookie", None)
    if _same(following.url, request.url) and not set(_cookies(response)) - set(known):
        raise UnfitAnswerError("redirect_loop", f"{request.url} leads to itself")
    return following


def refresh_target(response: Response) -> str | None:
    """Where a page leads by itself, as an absolute address; ``None`` if it does not."""
    header = (response.headers.get("Refresh") or b"").decode("latin-1")
    if found := _named(header):
        return _absolute(response.url, found)
    if not isinstance(response, TextResponse):
        return None
    # Tags and addresses are ASCII in every charset of the site, but for the zeros of UTF-16.
    text = response.body[:_HEAD].replace(b"\0", b"").decode("latin-1")
    if "refresh" in text.lower():
        for content in _refreshes(_UNSEEN.sub(" ", text)):
            if found := _named(content):
                return _absolute(response.url, found)
    if "location" in text and len(response.body) < _SCRIPT_PAGE:
        return _scripted(text, response.url)
    return None


def _refreshes(text: str) -> Iterator[str]:
    """The contents of all ``<meta http-equiv="refresh">``."""
    for tag in _META.finditer(text):
        found = {
            name.lower(): html.unescape(value.strip("\"'"))
            for name, value in _ATTRIBUTE.findall(tag[1])
        }
        if found.get("http-equiv", "").strip().lower() == "refresh":
            yield found.get("content", "")


def _named(content: str) -> str | None:
    """The address in ``3; url='/n2/...'``; ``None`` if there is none, or it is far in the future."""
    match = _REFRESH.fullmatch(content.strip())
    if match is None or not match[2] or float(match[1] or 0) > LONGEST_SECONDS:
        return None
    found = match[2].strip()
    if found[:1] in ("'", '"'):
        found = found[1:].partition(found[0])[0]
    return found.strip() or None


def _scripted(text: str, url: str) -> str | None:
    """Where a script leads, on a page that says nothing else; only to an article."""
    match = _SCRIPTED.search(text)
    shown = _TAG.sub("", _UNSEEN.sub(" ", text))
    if match is None or len("".join(shown.split())) > _LITTLE_TEXT:
        return None
    target = _absolute(url, match[1] or match[2])
    return target if target and classify(target).kind == "article" else None


def _absolute(base: str, address: str) -> str | None:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return None


def _cookies(response: Response) -> dict[str, str]:
    """The cookies that an answer sets, by name."""
    found = {}
    for line in response.headers.getlist("Set-Cookie"):
        name, equals, value = line.partition(b";")[0].decode("latin-1").partition("=")
        if equals and name.strip():
            found[name.strip()] = value.strip()
    return found


def _same(one: str, other: str) -> bool:
    return urldefrag(one).url == urldefrag(other).url
