"""What one page gave."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.items import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """What one page gave.

    Attributes:
        article: The article, as far as this page holds it.
        pages: Absolute addresses of the article's further pages, in order; empty for most. A
            page of a gallery may name only the next one: ask each page that is fetched.
        page: Which page of its article this is, from 1.
    """

    article: Article
    pages: tuple[str, ...] = ()
    page: int = 1
