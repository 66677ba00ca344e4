"""The fields that are read off the text itself: dateline, authors, credits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from crawler.extract.byline import read_byline
from crawler.extract.captions import reread_photo
from crawler.extract.names import readings_of
from crawler.items import Article, Doubt

_BETWEEN = "、"


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
    named = tuple(dict.fromkeys(kept + authors))
    others = tuple(doubt for doubt in article.doubts if not _is_of_joined_names(doubt))
    fresh = replace(
        article,
        dateline=dateline,
        authors=named,
        photos=tuple(map(reread_photo, article.photos)),
        doubts=others + joined_names(named),
    )
    return article if fresh == article else fresh


def joined_names(authors: Sequence[str]) -> tuple[Doubt, ...]:
    """Mark the authors that may be several people, whose names run together.

    >>> joined_names(["高华明方文"])[0].candidates
    ('高华、明方文', '高华明、方文')
    """
    return tuple(
        Doubt(
            field="authors",
            paragraph=i,
            start=0,
            end=len(name),
            text=name,
            candidates=tuple(map(_BETWEEN.join, ways)),
            reason="names",
        )
        for i, name in enumerate(authors)
        if (ways := readings_of(name))
    )


def _is_of_joined_names(doubt: Doubt) -> bool:
    return doubt.reason == "names"
