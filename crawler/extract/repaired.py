"""Undo what mis-encodings did to an article, and say in the article what was done.

All texts of an article are repaired together, since one is evidence for another; what is read off
the text (dateline, authors, credits) is read again afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from crawler.errors import ExtractionError, TooDearError
from crawler.extract.byline import read_authors
from crawler.extract.derive import reread
from crawler.extract.limits import refuse_damage
from crawler.extract.parse import parse_article
from crawler.items import Article, Doubt, Photo, added_up
from crawler.text.mojibake.detect import suspicious
from crawler.text.mojibake.hopeless import losses
from crawler.text.mojibake.repair import repair_all
from crawler.text.mojibake.result import Repaired

# An article of which more stands in paragraphs that cannot be read is no article.
MOST_LOST = 0.5

# Where the lines with source, time and editors stand: so many characters around title and text.
_AROUND = 3_000
_SHORT_LINE = re.compile(r"(?<=>)[^<>]{2,120}(?=<)")
_MOST_LINES = 24

_NAMES = frozenset({"authors", "editors", "credits"})
_PLAIN_HANZI = re.compile("[\u3007\u4e00-\u9fff\u00b7 /]{1,40}")


@dataclass(frozen=True, slots=True)
class _Part:
    """One text of an article, and its place there."""

    field: str
    index: int | None
    text: str


def repaired(article: Article) -> Article:
    """Repair every text of an article.

    Returns:
        The article with ``repairs`` (added up per rule), ``doubts`` (each with its field and
        paragraph) and ``damage``; the same object if it is clean.
    """
    parts = [part for part in _parts(article) if not _is_plain_name(part)]
    results = repair_all([part.text for part in parts])
    if any(_says_something(result) for result in results):
        parts = list(_parts(article))
        results = repair_all([part.text for part in parts])
        article = _with_results(article, parts, results)
    return article


def mended(article: Article, html: Callable[[], str], url: str, *, light: bool = False) -> Article:
    """Repair an article, and read in its repaired source what the damage hid.

    Args:
        article: As it was extracted.
        html: Gives its first page, decoded; asked only if there is damage.
        url: Where that was fetched from.
        light: Only if that takes a few milliseconds.

    Raises:
        TooDearError: ``light``, and it takes longer.
    """
    if light:
        texts = [part.text for part in _parts(article) if not _is_plain_name(part)]
        refuse_damage(texts, url)
    fixed = repaired(article)
    if fixed.damage and not article.damage and not _has_marks(fixed):
        if light:
            raise TooDearError(url, article.template, "text", "the whole page may be damaged")
        return _with_marked_lines(fixed, _mend_marks(html(), article), url)
    return fixed


def is_hopeless(article: Article) -> bool:
    """Whether so much of a repaired article's text is lost that it should be fetched again."""
    if not article.damage:
        return False

    lost = sum(
        len(text) for text in article.paragraphs if any(loss.hopeless for loss in losses(text))
    )
    return lost > MOST_LOST * sum(map(len, article.paragraphs))


def _has_marks(article: Article) -> bool:
    """Whether all that stands in marked lines was read: source, minute and editors."""
    moment = article.published_at
    has_minute = moment is not None and (moment.hour, moment.minute) != (0, 0)
    return bool(article.source and article.editors and has_minute)


def _mend_marks(html: str, article: Article) -> str:
    """The page with the short lines around the article's text repaired.

    Only those few: to look into a damaged line takes as long as to read ten whole pages.
    """
    start = max(0, html.find(article.title) - _AROUND)
    last = article.paragraphs[-1][-20:] if article.paragraphs else ""
    end = html.rfind(last) + _AROUND if last else start + 3 * _AROUND
    lines = dict.fromkeys(_SHORT_LINE.findall(html, start, end))
    damaged = [line for line in lines if suspicious(line)][:_MOST_LINES]
    mended_lines = {
        line: result.text for line, result in zip(damaged, repair_all(damaged), strict=True)
    }
    return _SHORT_LINE.sub(lambda found: mended_lines.get(found[0], found[0]), html)


def _with_marked_lines(article: Article, html: str, url: str) -> Article:
    """Complete an article from the repaired source of its page, if that can be read."""
    try:
        again = parse_article(html, url).article
    except ExtractionError:
        return article
    return replace(
        article,
        source=again.source or article.source,
        published_at=_finer(again, article).published_at,
        authors=article.authors or again.authors,
        editors=again.editors or article.editors,
    )


def _finer(one: Article, other: Article) -> Article:
    """Return the article whose time names a minute."""
    moment = one.published_at
    return one if moment and (moment.hour, moment.minute) != (0, 0) else other


def _parts(article: Article) -> Iterable[_Part]:
    for name in ("title", "kicker", "subtitle", "source"):
        text = getattr(article, name)
        if text:
            yield _Part(name, None, text)
    for name in ("paragraphs", "authors", "editors"):
        for i, text in enumerate(getattr(article, name)):
            yield _Part(name, i, text)
    for i, photo in enumerate(article.photos):
        if photo.caption:
            yield _Part("photos", i, photo.caption)
        if photo.credit:
            yield _Part("credits", i, photo.credit)


def _is_plain_name(part: _Part) -> bool:
    """Whether a part is a name in plain hanzi: rare ones are usual in names.

    Alone it proves nothing, and it takes as long to look into as a whole article. Where another
    part is damaged, it is looked into all the same.
    """
    return part.field in _NAMES and _PLAIN_HANZI.fullmatch(part.text) is not None


def _says_something(result: Repaired) -> bool:
    return bool(result.repairs or result.doubts or result.damage)


def _with_results(article: Article, parts: Sequence[_Part], results: Sequence[Repaired]) -> Article:
    texts = {
        (part.field, part.index): result.text for part, result in zip(parts, results, strict=True)
    }

    def listed(field: str, old: Sequence[str]) -> tuple[str, ...]:
        return tuple(texts[field, i] for i in range(len(old)))

    changed = replace(
        article,
        title=texts.get(("title", None), article.title),
        kicker=texts.get(("kicker", None)),
        subtitle=texts.get(("subtitle", None)),
        source=texts.get(("source", None)),
        paragraphs=listed("paragraphs", article.paragraphs),
        authors=listed("authors", article.authors),
        editors=listed("editors", article.editors),
        photos=tuple(_photo(photo, i, texts) for i, photo in enumerate(article.photos)),
        damage=tuple(dict.fromkeys([*article.damage, *(d for r in results for d in r.damage)])),
        repairs=added_up([*article.repairs, *(done for r in results for done in r.repairs)]),
        doubts=(*map(partial(_of_title, texts), article.doubts), *_doubts(parts, results)),
    )
    return reread(changed, forget=read_authors(article.paragraphs))


def _photo(photo: Photo, i: int, texts: dict[tuple[str, int | None], str]) -> Photo:
    return replace(photo, caption=texts.get(("photos", i)), credit=texts.get(("credits", i)))


def _of_title(texts: Mapping[tuple[str, int | None], str], doubt: Doubt) -> Doubt:
    """A doubt about the headline, of the headline as it is now."""
    if doubt.reason != "title_unlike":
        return doubt
    title = texts.get(("title", None), doubt.text)
    return replace(doubt, text=title, end=len(title))


def _doubts(parts: Sequence[_Part], results: Sequence[Repaired]) -> Iterable[Doubt]:
    for part, result in zip(parts, results, strict=True):
        for doubt in result.doubts:
            yield replace(doubt, field=part.field, paragraph=part.index)
