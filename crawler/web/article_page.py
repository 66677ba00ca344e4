"""The page of one article: its text, and everything that was decided about it, down to its raw bodies.

Those come out of the archive, are shown as plain text, or are extracted without any repair.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.errors import ArchiveError, ConfigError, ExtractionError
from crawler.extract import assemble, read
from crawler.items import Article, Doubt, Photo
from crawler.report import articles
from crawler.report.articles import Difference, changed_only, compare
from crawler.store.archive import Archive
from crawler.store.articles import Stored
from crawler.text.charset.decide import decide
from crawler.web import query
from crawler.web.rendering import render

# An article as it is read: photos between the paragraphs, doubtful places marked.


@dataclass(frozen=True, slots=True)
class TextRun:
    """A run of characters; ``doubt`` says what is uncertain about it, if anything is."""

    text: str
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, or a photo with its caption.

    Attributes:
        runs: The text, or the caption; may be empty for a photo.
        photo: The photo; ``None`` for a paragraph.
    """

    runs: tuple[TextRun, ...]
    photo: Photo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """An article laid out.

    Attributes:
        kicker, title, subtitle: Runs of the three lines; empty where there is none.
        blocks: Paragraphs and photos in reading order.
    """

    kicker: tuple[TextRun, ...]
    title: tuple[TextRun, ...]
    subtitle: tuple[TextRun, ...]
    blocks: tuple[Block, ...]


def lay_out(article: Article) -> LaidOut:
    """Set the photos between the paragraphs and mark the doubts in the text."""
    doubts: defaultdict[tuple[str, int | None], list[Doubt]] = defaultdict(list)
    for doubt in article.doubts:
        doubts[doubt.field, doubt.paragraph].append(doubt)
    photos: defaultdict[int, list[Block]] = defaultdict(list)
    last = len(article.paragraphs)
    for index, photo in enumerate(article.photos):
        runs = marked(photo.caption or "", doubts["photos", index])
        photos[min(max(photo.before_paragraph, 0), last)].append(Block(runs=runs, photo=photo))
    blocks: list[Block] = []
    for index, paragraph in enumerate(article.paragraphs):
        blocks += photos[index]
        blocks.append(Block(runs=marked(paragraph, doubts["paragraphs", index])))
    return LaidOut(
        kicker=marked(article.kicker or "", doubts["kicker", None]),
        title=marked(article.title, doubts["title", None]),
        subtitle=marked(article.subtitle or "", doubts["subtitle", None]),
        blocks=(*blocks, *photos[last]),
    )


def marked(text: str, doubts: Iterable[Doubt]) -> tuple[TextRun, ...]:
    """Cut ``text`` at the doubts; those that do not lie in it, or overlap, are left out.

    >>> marked("会议召开", [Doubt(start=2, end=3, text="召")])[1].text
    '召'
    """
    runs: list[TextRun] = []
    at = 0
    for doubt in sorted(doubts, key=lambda one: one.start):
        if at <= doubt.start < doubt.end <= len(text):
            runs.append(TextRun(text[at : doubt.start]))
            runs.append(TextRun(text[doubt.start : doubt.end], doubt))
            at = doubt.end
    return tuple(run for run in (*runs, TextRun(text[at:])) if run.text)


def parts(article: Article) -> tuple[list[str], ...]:
    """The texts of an article part by part, so that each is set against its own kind."""
    captions = [photo.caption for photo in article.photos]
    lines: Sequence[Sequence[str | None]] = (
        [article.kicker],
        [article.title],
        [article.subtitle],
        article.paragraphs,
        captions,
    )
    return tuple([text for text in part if text] for part in lines)


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
        reading=lay_out(item),
        repaired=_repaired(request, item) if item.repairs else None,
        copied=_copied(whole.original, item),
        revisions=_revisions(whole.revisions),
    )


def _repaired(request: Request, item: Article) -> list[Difference] | None:
    """The lines that repair changed, before and after; ``None`` if the bytes are not there."""
    archive = request.app.state.settings.archive
    before = unrepaired(archive, item.url, item.body_sha256)
    if before is None:
        return None
    return _changes(parts(before), parts(item))


def _copied(original: Stored | None, copy: Article) -> list[Difference]:
    """The lines in which a copy differs from its original; empty for what is no copy."""
    if original is None:
        return []
    return _changes(parts(original.article), parts(copy))


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


_DIGEST = re.compile(r"[0-9a-f]{64}")
# How browsers call what we decided; anything else is shown as UTF-8.
_LABELS = {
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5",
    "big5hkscs": "big5",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
}


def raw(request: Request) -> Response:
    """A stored body, byte for byte, as text that no browser takes for a page."""
    sha256 = request.path_params["sha256"]
    if not _DIGEST.fullmatch(sha256):
        raise HTTPException(404)
    try:
        with opened(request.app.state.settings.archive) as archive:
            body = archive.body(sha256)
    except (ArchiveError, ConfigError) as error:
        raise HTTPException(404, str(error)) from error
    label = _LABELS.get(decide(body).decided.lower(), "utf-8")
    headers = {
        "content-type": f"text/plain; charset={label}",
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "content-disposition": f'inline; filename="{sha256[:16]}.txt"',
    }
    return Response(body, headers=headers)


def digests(path: Path, urls: Sequence[str]) -> dict[str, str]:
    """The digest of the last stored body of each address; those without one are left out."""
    found: dict[str, str] = {}
    with contextlib.suppress(ArchiveError, ConfigError), opened(path) as archive:
        for url in urls:
            for _, _, sha256 in archive.fetches(url):
                found[url] = sha256
    return found


def unrepaired(path: Path, url: str, sha256: str | None) -> Article | None:
    """The article as its stored bytes read before any repair; ``None`` if they are not there."""
    if sha256 is None:
        return None
    try:
        with opened(path) as archive:
            record = archive.before(url, sha256)
            if record is None:
                return None
            return assemble([read(fetch) for fetch in record.fetches], repair=False)
    except (ArchiveError, ConfigError, ExtractionError):
        return None


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive, to read from.

    Raises:
        ConfigError: There is none, or it is no archive.
        ArchiveError: It cannot be read.
    """
    archive = Archive(path, readonly=True)
    try:
        yield archive
    except sqlite3.Error as error:
        raise ArchiveError(f"{path}: {error}") from error
    finally:
        archive.close()
