"""The bytes of a page to an article or a listing: one way, whoever brings the bytes.

::

    read(fetch)      -> Page      what one page gives, and the addresses of its further pages
    assemble(pages)  -> Article   the pages joined, repaired, its script told
    extract(fetches) -> Article   both, where all pages are at hand
    links(fetch)     -> Listing   a list page or a sitemap
    version()        -> str       which code read it

Pure: no clock, no network, no Scrapy. The crawl, the reading of archived and saved pages, the
dashboard and bulk work call these five and have no step of their own.
"""

from __future__ import annotations

from crawler.extract.article import assemble, extract, links, read, version
from crawler.extract.listing import Listing
from crawler.extract.pages import Page

__all__ = ["Listing", "Page", "assemble", "extract", "links", "read", "version"]
