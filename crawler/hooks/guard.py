"""Refuse what a crawler must not fetch, before a connection is made.

A page can name any address, and a redirect can lead anywhere: only http and https, no user names,
no ports but the usual ones, no addresses of private networks, also not behind a name (see
:class:`PublicResolver`). Only hosts of the crawl's channels, also after a redirect.

With a proxy that the operator named, the proxy resolves names; the rules on addresses as written
still hold.

Last of all, when a request leaves: is its host still ours to ask? (:class:`HeldDownloadHandler`)
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer
from twisted.internet.base import ReactorBase
from twisted.internet.error import DNSLookupError

from crawler.hooks.crawling import Crawling
from crawler.items import Failure
from crawler.site.channels import by_host
from crawler.site.spelling import is_site_host

# No host has one of these; a browser or a resolver would each read its own thing into it.
_UNFIT = re.compile(r"[\s\\<>\"^`{|}%]")


class Refusal(IgnoreRequest):
    """A request that a hook does not let pass; the message says why.

    Attributes:
        failure: What becomes of the page.
    """

    failure: Failure = Failure(reason="ignored")


class RefusedRequest(Refusal):
    """An address that must not be fetched at all."""

    failure = Failure(reason="refused", retry=False)

    failure = Failure(reason="refused", retry=False)


class ExcludedRequest(Refusal):
    """An address that the operator does not want fetched."""

    failure = Failure(reason="excluded", retry=False)


class GuardMiddleware:
    """Checks every request, and sends it through the operator's proxy if there is one.

    Args:
        proxy: Address of an HTTP proxy; empty for none.
        extra_hosts: Hosts outside of the site that this crawl may visit (mirrors).
        channels: Ids of the crawl's channels; ``None`` for all.
    """

    def __init__(
        self, proxy: str, extra_hosts: frozenset[str], channels: frozenset[str] | None = None
    ) -> None:
        self._proxy = proxy
        self._channels = channels
        self._extra_hosts = extra_hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Read ``RENMIN_PROXY`` and the spider's mirrors."""
        plan = getattr(crawler.spider, "plan", None)
        return cls(
            crawler.settings["RENMIN_PROXY"] or "",
            frozenset(getattr(crawler.spider, "mirror_hosts", ())),
            frozenset(plan.channels) if plan else None,
        )

    def process_request(self, request: Request) -> None:
        """Refuse ``request``, or let it pass.

        Raises:
            RefusedRequest, ExcludedRequest: With the reason.
        """
        if reason := self._objection(request.url):
            raise RefusedRequest(reason)
        channel = by_host(urlsplit(request.url).hostname or "")
        if channel and channel.excludes(request.url):
            raise ExcludedRequest(f"excluded in renmin.toml, [channels.{channel.id}]")
        if channel and channel.delay:
            request.meta["autothrottle_dont_adjust_delay"] = True
        if self._proxy:
            request.meta.setdefault("proxy", self._proxy)

    def _objection(self, url: str) -> str | None:
        if reason := objection(url):
            return reason
        host = urlsplit(url).hostname or ""
        return None if self._is_ours(host) else f"host {host} is not of this crawl"

    def _is_ours(self, host: str) -> bool:
        """A host of the crawl's channels, one of the site that is no channel, or a mirror."""
        if channel := by_host(host):
            return self._channels is None or channel.id in self._channels
        return is_site_host(host) or host in self._extra_hosts


def objection(url: str) -> str | None:
    """Why an address must never be asked, whatever the crawl; ``None`` if it may be.

    >>> objection("http://127.0.0.1/")
    'address of a private network'
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "malformed"
    if parts.scheme not in ("http", "https"):
        return f"scheme {parts.scheme!r}"
    if not host or _UNFIT.search(parts.netloc):
        return "malformed"
    if parts.username or parts.password:
        return "user name in the address"
    if not _usual_port(parts.netloc):
        return "unusual port"
    return "address of a private network" if is_private_address(host) else None


class PublicResolver(CachingThreadedResolver):
    """Resolves names as Scrapy does, and refuses those that lead into a private network."""

    proxy_host = ""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> PublicResolver:
        """Make the resolver; the proxy that the operator named may be anywhere."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.proxy_host = urlsplit(crawler.settings["RENMIN_PROXY"] or "").hostname or ""
        return resolver

    def getHostByName(self, name: str, timeout: Any = None) -> Any:  # noqa: N802 - Twisted's name
        """Give the address of ``name``; fails like an unknown name if it is private."""
        found: defer.Deferred[str] = super().getHostByName(name, timeout)
        return found if name == self.proxy_host else found.addCallback(_public_only, name)


def is_private_address(host: str) -> bool:
    """Whether ``host`` is written as an IP address that is not public, or means this machine."""
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _short_form(host)
    inner = getattr(address, "ipv4_mapped", None) or address
    return not inner.is_global


def _short_form(host: str) -> bool:
    """Whether ``host`` is an IPv4 address as only the C library reads it: 127.1, 0x7f000001."""
    try:
        number = socket.inet_aton(host)
    except (OSError, UnicodeError, ValueError):
        return False
    return not ipaddress.ip_address(number).is_global


def _public_only(address: str, name: str) -> str:
    if is_private_address(address):
        raise DNSLookupError(f"{name} leads into a private network ({address})")
    return address


def _usual_port(netloc: str) -> bool:
    port = netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    return port in ("", "80", "443")


class HostNotHeldError(Refusal):
    """A page was not asked for, since its host belongs to another process by now, or may do so."""

    failure = Failure(reason="host_not_held", wait=True)


class HeldDownloadHandler(HTTP11DownloadHandler):
    """Sends a request only to a host that is held, whatever has happened since it was due.

    Scrapy keeps as many connections open as it asks one host for at a time, which is one; and to a proxy
    so many for all hosts together. Here one stays for each request that may be under way.

    Args:
        crawler: Scrapy's.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if crawler.settings["RENMIN_PROXY"]:
            self._pool.maxPersistentPerHost = crawler.settings.getint("CONCURRENT_REQUESTS")

    async def download_request(self, request: Request) -> Response:
        """Download, or refuse."""
        crawling = self._crawler.get_extension(Crawling)
        lease = request.meta.get("lease")
        host = lease.host if lease else urlsplit(request.url).hostname or ""
        if crawling is not None and not crawling.session.may_ask(host):
            raise HostNotHeldError(host)
        return await super().download_request(request)
