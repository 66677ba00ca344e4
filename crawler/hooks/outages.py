"""Whose fault it is that no answer came: the host's, or the proxy's that was to fetch for us."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
)


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
