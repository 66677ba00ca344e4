"""The fields that are read off the text itself: dateline, authors, credits."""

from __future__ import annotations

from dataclasses import replace

from crawler.items import Article
from crawler.page.byline import find_dateline, read_authors
from crawler.page.captions import reread_photo


def reread(article: Article) -> Article:
    """Read again what is derived from the text, after the text has changed.

    Dateline, authors, captions and credits. Authors who stand in no paragraph (those of a byline
    box) are kept.

    Returns:
        The same object if nothing changes.
    """
    found = find_dateline(article.paragraphs)
    in_text = read_authors(article.paragraphs)
    fresh = replace(
        article,
        dateline=found[0] if found else None,
        authors=tuple(dict.fromkeys(article.authors + in_text)),
        photos=tuple(map(reread_photo, article.photos)),
    )
    return article if fresh == article else fresh
