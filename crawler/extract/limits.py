"""How much a page may hold: bounds on the work, set far above any page of the site.

The time that a page takes grows with what it holds: with its elements, with the lines of its text,
and, in the parser, with the square of the attributes of one element. The site's longest pages,
indexes of a year, have 26,000 elements; an article's page has about 1,200. A page beyond these
bounds is refused and says why: a hostile page must not keep the others waiting.

Far below them stand the bounds of a light page, one that takes a few milliseconds: a crawl reads
those itself and leaves all others to a helper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler.errors import TooDearError
from crawler.text.mojibake.detect import suspicious

MOST_CHARACTERS = 2_000_000
MOST_ELEMENTS = 40_000
MOST_ELEMENTS_OF_AN_ARTICLE = 15_000
MOST_ATTRIBUTES = 500
MOST_HEADLINES = 200
# Lines and images of one text.
MOST_BLOCKS = 6_000

# Of a light page; the site's articles reach 55 kB and 1,800 tags. In a piece without an end of a tag
# the attributes of one element may hide, whose number counts squared.
LIGHT_BYTES = 80_000
LIGHT_TAGS = 3_500
LIGHT_VALUES = 4_000
LIGHT_LINES = 4_000
LIGHT_PIECE = 12_000
LIGHT_PARTS = 500
LIGHT_CHARACTERS = 60_000
_TOO_DEAR_HERE = "takes longer than an ordinary page"

# A source this short cannot hold enough of anything to take long.
_SHORT = 60_000
_FEW_TAGS = 3_000
# The inside of a tag as the parser sees it: a quotation mark counts behind = only. Nothing in it is
# given back, so it is read once.
_TAG = re.compile(r"<[a-zA-Z](?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"'])*+")
_NAME = re.compile(r"[^\s\"'=/]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s]*+))?+")
# A tag of so many characters may hold too many.
_LONG_TAG = 2 * MOST_ATTRIBUTES


def excess(source: str) -> str | None:
    """Say of what a source holds too much; ``None`` if it may be parsed.

    >>> excess("<p>春到泉城</p>")
    >>> excess("<p>" * 100_000)
    'too many elements'
    """
    tags = source.count("<")
    if tags > _FEW_TAGS:
        # An end tag counts as well.
        if tags > 2 * MOST_ELEMENTS:
            return "too many elements"
        if source.count("<h1") + source.count("<H1") > MOST_HEADLINES:
            return "too many headlines"
    if len(source) <= _SHORT:
        return None
    if len(source) > MOST_CHARACTERS:
        return "page too large"
    # Most pages are done after the first look; a script may hold what looks like a crowded tag.
    if not any(map(_is_crowded, _TAG.finditer(source))):
        return None
    return "too many attributes" if any(map(_is_crowded, _tags(source))) else None


def refuse_heavy_body(body: bytes, url: str) -> None:
    """Raise for a body that may take long to decode or to unpack.

    Raises:
        TooDearError: It does.
    """
    if len(body) > LIGHT_BYTES or body.startswith(b"\x1f\x8b"):
        raise TooDearError(url, None, "page", _TOO_DEAR_HERE)


def refuse_mixture(*, mixed: bool, url: str) -> None:
    """Raise for a page in several charsets: each run of it is weighed by itself, and then decoded.

    Raises:
        TooDearError: It is one.
    """
    if mixed:
        raise TooDearError(url, None, "page", _TOO_DEAR_HERE)


def refuse_heavy(html: str, url: str) -> None:
    """Raise for a page that may take long to read.

    Raises:
        TooDearError: It does.
    """
    if (
        html.count("<") > LIGHT_TAGS
        or html.count("=") > LIGHT_VALUES
        or html.count("\n") > LIGHT_LINES
        or max(map(len, html.split(">"))) > LIGHT_PIECE
    ):
        raise TooDearError(url, None, "page", _TOO_DEAR_HERE)


def refuse_damage(texts: Sequence[str], url: str) -> None:
    """Raise for the texts of an article that may take long to repair.

    Raises:
        TooDearError: They do.
    """
    # To look into three damaged characters may take longer than to read ten pages.
    if (
        len(texts) > LIGHT_PARTS
        or sum(map(len, texts)) > LIGHT_CHARACTERS
        or any(map(suspicious, texts))
    ):
        raise TooDearError(url, None, "text", _TOO_DEAR_HERE)


def _tags(source: str) -> Iterator[re.Match[str]]:
    """Yield the tags that the parser sees: none inside comments and scripts that are closed."""
    small, place = source.lower(), source.find("<")
    # Where each kind of end comes last: nothing is looked for behind it, so this takes no square.
    last = {end: small.rfind(end) for end in ("-->", "</scri", "</styl")}
    while place >= 0:
        after, end = place + 1, ""
        if source.startswith("<!--", place):
            after, end = place + 4, "-->"
        elif tag := _TAG.match(source, place):
            yield tag
            after, end = tag.end(), f"</{small[place + 1 : place + 5]}"
        if last.get(end, -1) >= after:
            after = small.index(end, after)
        place = source.find("<", after)


def _is_crowded(tag: re.Match[str]) -> bool:
    """Tell a tag with too many attributes."""
    if tag.end() - tag.start() <= _LONG_TAG:
        return False
    return sum(1 for _ in _NAME.finditer(tag[0])) > MOST_ATTRIBUTES
