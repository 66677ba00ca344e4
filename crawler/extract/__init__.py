"""The bytes of a page to an article or a listing: one way, whoever brings the bytes.

::

    read(fetch)      -> Page      what one page gives, and the addresses of its further pages
    assemble(pages)  -> Article   the pages joined, repaired, its script told
    extract(fetches) -> Article   both, where all pages are at hand
    links(fetch)     -> Listing   a list page or a sitemap
    version()        -> str       which code read it

Pure: no clock, no network, no Scrapy. The crawl, the reading of archived and saved pages, the
dashboard and bulk work call these five and have no step of their own. They are imported when they
are first asked for: whoever needs a value's type alone does not pay for the reading of pages.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.extract.article import assemble, extract, links, read, version
    from crawler.extract.listing import Listing
    from crawler.extract.pages import Page

__all__ = ["Listing", "Page", "assemble", "extract", "links", "read", "version"]

_PLACES = {"Listing": "crawler.extract.listing", "Page": "crawler.extract.pages"}


def __getattr__(name: str) -> Any:
    """Import a name of the interface when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(_PLACES.get(name, "crawler.extract.article")), name)
    globals()[name] = found
    return found
