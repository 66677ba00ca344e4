"""How the pipelines find the session of their crawl, which the extension opened."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from crawler.crawl.session import CrawlSession

_SESSIONS: WeakKeyDictionary[object, CrawlSession] = WeakKeyDictionary()


def hold(owner: object, session: CrawlSession) -> None:
    """Let everybody who knows ``owner`` (Scrapy's crawler) find its session."""
    _SESSIONS[owner] = session


def session_of(owner: object) -> CrawlSession:
    """The session of a crawl.

    Raises:
        LookupError: It has none: the extension that opens it is switched off.
    """
    return _SESSIONS[owner]
