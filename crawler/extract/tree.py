"""One parse of one page, and the few questions that every design asks of it.

The tree is lxml's, built from UTF-8. Its depth is bounded by the parser and its size by
:data:`~crawler.items.MAX_PAGE_BYTES` (text has no more characters than bytes); nothing in here follows an address or loads an entity.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import urljoin

from lxml import etree

from crawler.errors import ExtractionError
from crawler.extract.tidy import tidy
from crawler.items import MAX_PAGE_BYTES

# lxml's own element type cannot be named in an annotation that mypy follows.
Element: TypeAlias = Any

# A page of text holds no more than the odd control character; an image or an archive does.
_MAX_CONTROLS = 0.02
_CONTROLS = "".join(map(chr, [*range(9), *range(14, 32)]))


# A compiled query; what it gives depends on the expression, so the caller knows the type.
Query: TypeAlias = Callable[..., Any]


# A call of XPath's own, not of Python: a design asks it of every element that it walks.
_HAS_CLASS = re.compile(r"has-class\('([\w-]{1,60})'\)")


def xpath(expression: str) -> Query:
    """Compile ``expression`` so that it gives plain strings and elements.

    ``has-class('name')`` may stand in it for the condition that an element is of class ``name``.

    >>> xpath("//p[has-class('sou')]")(etree.fromstring("<div><p class='a sou'/></div>"))[0].tag
    'p'
    """
    spelt_out = _HAS_CLASS.sub(r"contains(concat(' ', @class, ' '), ' \1 ')", expression)
    return etree.XPath(spelt_out, smart_strings=False)


# huge_tree lifts the depth from 255 to 2,047: pages that never close their <font> need it.
# lxml lets several threads share a parser.
_PARSER = etree.HTMLParser(
    encoding="utf-8",
    remove_comments=True,
    remove_pis=True,
    no_network=True,
    huge_tree=True,
    collect_ids=False,  # the table of ids is for lookups that nobody makes: 7 % of the parse
)

# Elements without an end tag that libxml2 does not know: it would take all that follows for theirs.
_VOID = re.compile(
    r"<((?:embed|source|track|wbr|param|keygen|bgsound)\b[^<>]{0,2000}?)/?>", re.IGNORECASE
)

_STATING = re.compile(r"<(?:link|meta)\s[^<>]{1,500}>", re.IGNORECASE)
_STATES_OWN = re.compile(r"rel=[\"']?canonical|property=[\"']?og:url", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:href|content)=[\"']?(https?://[^\s\"'<>]{4,300})", re.IGNORECASE)

_TEXT = xpath("descendant::text()[not(parent::script or parent::style)] | descendant::br")
_BASE = xpath("/html/head/base/@href")
_CONTENT_ID = xpath("/html/*/meta[@name='contentid']/@content")
_CATALOGS = xpath("/html/*/meta[@name='catalogs']/@content")
# The regional system writes L_123, the foreign-language one F_123, the national one the number.
_NUMBER = re.compile(r"\s{0,4}(?:[A-Z]_)?([0-9]{1,12})\s{0,4}")
_META = xpath("/html//meta[@content][@name or @property]")


@dataclass(frozen=True)
class Document:
    """A parsed page.

    Attributes:
        html: The decoded page, as it was given.
        url: Its address.
        root: Root of the tree.
        clues: What has been searched for in ``html``; see :meth:`holds`.
    """

    html: str
    url: str
    root: Element
    clues: dict[str, bool] = field(default_factory=dict)

    def holds(self, clue: str) -> bool:
        """Tell whether the source holds ``clue``; each is searched for once."""
        known = self.clues.get(clue)
        if known is None:
            known = self.clues[clue] = clue in self.html
        return known

    @cached_property
    def base(self) -> str:
        """What relative addresses on the page start from: ``<base href>``, else ``url``."""
        named = _BASE(self.root)
        return (self.absolute(named[0], self.url) if named else None) or self.url

    @cached_property
    def meta(self) -> dict[str, str]:
        """``<meta>`` contents by name or property, lower case; the first of each, none empty."""
        found: dict[str, str] = {}
        for element in _META(self.root):
            name = (element.get("name") or element.get("property")).lower()
            content = tidy(element.get("content"))
            if content:
                found.setdefault(name, content)
        return found

    @property
    def number(self) -> str | None:
        """The article's number, as the page itself tells it; ``None`` if it does not."""
        return _digits(_CONTENT_ID(self.root))

    @property
    def column(self) -> str | None:
        """The number of the column that holds it, likewise."""
        return _digits(_CATALOGS(self.root))

    def absolute(self, address: str, base: str | None = None) -> str | None:
        """Make ``address`` absolute; ``None`` if it is no address at all."""
        try:
            return urljoin(base or self.base, address.strip())
        except ValueError:
            return None


def parse(html: str, url: str) -> Document:
    """Build the tree of a decoded page.

    Raises:
        ExtractionError: The page is empty or too large.
    """
    if not html or html.isspace():
        raise ExtractionError(url, None, "page", "empty page")
    if len(html) > MAX_PAGE_BYTES:
        raise ExtractionError(url, None, "page", "page too large")
    # "replace" is for lone surrogates, which no page can hold and a damaged string can.
    try:
        root = etree.fromstring(_mended(html).encode("utf-8", "replace"), _PARSER)
    except (etree.LxmlError, ValueError) as error:
        raise ExtractionError(url, None, "page", "unreadable markup") from error
    if root is None:
        raise ExtractionError(url, None, "page", "no markup and no text")
    return Document(html=html, url=url, root=root)


def _mended(html: str) -> str:
    """Close what the parser would leave open, and leave out NUL, which is no character of HTML."""
    if "\0" in html:
        html = html.replace("\0", "")
    return _VOID.sub(r"<\1 />", html)


def stated_address(html: str) -> str | None:
    """Return the address that a page states as its own, without parsing it; ``None`` if none.

    >>> stated_address('<link rel="canonical" href="http://sd.people.com.cn/n2/a.html"/>')
    'http://sd.people.com.cn/n2/a.html'
    """
    for tag in _STATING.finditer(html[:100_000]):
        found = _ADDRESS.search(tag[0])
        if found and _STATES_OWN.search(tag[0]):
            return found[1]
    return None


def is_binary(text: str) -> bool:
    r"""Tell a decoded image, archive or program from a page, by its control characters.

    >>> is_binary("\x00\x01PNG\x1a"), is_binary("<p>春到泉城</p>")
    (True, False)
    """
    head = text[:20_000]
    controls = sum(head.count(control) for control in _CONTROLS)
    return controls > _MAX_CONTROLS * len(head)


def _digits(values: list[str]) -> str | None:
    return next((found[1] for found in map(_NUMBER.fullmatch, values) if found), None)


def text_of(element: Element | None) -> str:
    """Return the text of an element on one line; ``<br>`` is a space, scripts are not text."""
    if element is None:
        return ""
    if not len(element):
        return tidy(element.text or "")
    pieces = _TEXT(element)
    return tidy("".join(piece if isinstance(piece, str) else " " for piece in pieces))
