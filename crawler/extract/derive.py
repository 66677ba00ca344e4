"""The fields that are read off the text itself: dateline, authors, credits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from crawler.extract.byline import read_byline
from crawler.extract.captions import reread_photo
from crawler.items import Article


def reread(article: Article, *, forget: Collection[str] = ()) -> Article:
    """Read again what is derived from the text, after the text has changed.

    Dateline, authors, captions and credits. Authors who stand in no paragraph (those of a byline
    box) are kept.

    Args:
        article: With its new text.
        forget: Authors that were read off the text before it changed.

    Returns:
        The same object if nothing changes.
    """
    dateline, authors = read_byline(article.paragraphs)
    kept = tuple(name for name in article.authors if name not in forget)
    fresh = replace(
        article,
        dateline=dateline,
        authors=tuple(dict.fromkeys(kept + authors)),
        photos=tuple(map(reread_photo, article.photos)),
    )
    return article if fresh == article else fresh
