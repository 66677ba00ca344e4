"""Refuse what must not be stored as an article."""

from __future__ import annotations

from dataclasses import replace

from crawler.extract.repaired import is_hopeless
from crawler.items import Article, Failure, Visit

# A page may be longer; then something else than an article was extracted.
MAX_CHARACTERS = 1_000_000


class ValidatePipeline:
    """Turns a visit with an unfit article into a failure that names the field."""

    def process_item(self, item: Visit) -> Visit:
        """Give the visit back, without its article if that is unfit."""
        if item.article is None:
            return item
        failure = objection(item.article)
        if failure is None:
            return item
        return replace(item, article=None, failure=failure)


def objection(article: Article) -> Failure | None:
    """Why an article must not be stored; ``None`` if it may."""
    captions = [photo.caption for photo in article.photos if photo.caption]
    if not article.title:
        return Failure(reason="invalid_title", detail="an article without a title")
    if not article.paragraphs and not captions:
        return Failure(reason="invalid_paragraphs", detail="an article without text")
    if sum(map(len, article.paragraphs)) > MAX_CHARACTERS:
        return Failure(reason="invalid_paragraphs", detail=f"over {MAX_CHARACTERS} characters")
    if is_hopeless(article):
        return Failure(reason="undecodable", detail=f"not to be read: {', '.join(article.damage)}")
    return None
