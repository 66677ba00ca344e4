"""The page of one article: its text, and everything that was decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.items import Article
from crawler.report import articles
from crawler.report.revisions import Difference, changed_only, compare
from crawler.store.articles import Stored
from crawler.web import bodies, query, reading
from crawler.web.rendering import render

MOST_REVISIONS = 20


def article(request: Request) -> Response:
    """Text with captions, charset, repairs side by side, doubts, copies, revisions."""
    number = query.read(request).article
    with request.app.state.reader.connect() as connection:
        whole = articles.whole(connection, number)
    if whole is None:
        raise HTTPException(404)
    item = whole.stored.article
    return render(
        request,
        "article.html",
        whole=whole,
        item=item,
        reading=reading.lay_out(item),
        repaired=_repaired(request, item) if item.repairs else None,
        copied=_copied(whole.original, item),
        revisions=_revisions(whole.revisions),
    )


def _repaired(request: Request, item: Article) -> list[Difference] | None:
    """The lines that repair changed, before and after; ``None`` if the bytes are not there."""
    archive = request.app.state.settings.archive
    before = bodies.unrepaired(archive, item.url, item.body_sha256)
    if before is None:
        return None
    return _changes(reading.parts(before), reading.parts(item))


def _copied(original: Stored | None, copy: Article) -> list[Difference]:
    """The lines in which a copy differs from its original; empty for what is no copy."""
    if original is None:
        return []
    return _changes(reading.parts(original.article), reading.parts(copy))


def _revisions(found: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Each text with what changed since the one before it; newest first."""
    kept = found[:MOST_REVISIONS]
    shown: list[dict[str, Any]] = []
    for newer, older in zip(kept, [*found[1 : len(kept)], None], strict=True):
        lines = _changes(_parts(older), _parts(newer)) if older else []
        shown.append({"row": newer, "lines": lines})
    return shown


def _parts(row: RowMapping) -> tuple[list[str], ...]:
    captions = (photo.get("caption") for photo in row["photos"])
    return [row["title"]], row["paragraphs"], list(filter(None, captions))


def _changes(before: Sequence[list[str]], after: Sequence[list[str]]) -> list[Difference]:
    pairs = zip(before, after, strict=True)
    return [line for old, new in pairs for line in changed_only(compare(old, new))]
