"""One parse of one page, and the few questions that every design asks of it.

The tree is lxml's, built from UTF-8. Its depth is bounded by the parser and its size by
:mod:`crawler.extract.limits`; nothing in here follows an address or loads an entity.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.errors import ExtractionError
from crawler.extract.limits import MOST_CHARACTERS, excess
from crawler.extract.parts import END, END_ID, Part, find_part, names_editors
from crawler.extract.tidy import tidy
from crawler.items import Verdict
from crawler.text.charset.decide import decode, decode_part, has_parts

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
    # Asked of the attribute: most elements have none, and cost nothing then.
    spelt_out = _HAS_CLASS.sub(r"@class[contains(concat(' ', ., ' '), ' \1 ')]", expression)
    return etree.XPath(spelt_out, smart_strings=False)


def between(wanted: str, *, first: str = "", last: str = "") -> Query:
    """Return a query for the elements that stand between two others.

    XPath's own ``following::`` in a condition asks the rest of the page for each element.

    Args:
        wanted: Condition of the elements.
        first: Condition of the element behind which they stand; ``""`` for none.
        last: Condition of the element before which they stand; ``""`` for none.
    """
    conditions = [condition for condition in (wanted, first, last) if condition]
    query = xpath(f"descendant::*[{' or '.join(conditions)}]")
    opens, closes = (
        xpath(f"boolean(self::*[{condition}])") if condition else None
        for condition in (first, last)
    )

    def ask(element: Element) -> list[Element]:
        found: list[Element] = query(element)
        start, end = _first_of(found, opens), _first_of(found, closes)
        if start is None or end is None:
            return []
        return found[start + 1 if opens else 0 : end if closes else None]

    return ask


def _first_of(elements: list[Element], is_wanted: Query | None) -> int | None:
    """Return the place of the first element that is wanted: 0 without a wish, ``None`` if none is."""
    if is_wanted is None:
        return 0
    return next((i for i, element in enumerate(elements) if is_wanted(element)), None)


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
# The letter is asked first: hardly any tag begins with one of these.
_VOID = re.compile(
    r"<(?=[bekpstw])((?:embed|source|track|wbr|param|keygen|bgsound)\b[^<>]{0,2000}?)/?>",
    re.IGNORECASE,
)

# Where the page itself ends too early, all that follows would stand outside of its boxes.
_PAGE_END = re.compile(r"</(?:body|html)\s?>", re.IGNORECASE)

_STATING = re.compile(r"<(?:link|meta)\s[^<>]{1,500}>", re.IGNORECASE)
_STATES_OWN = re.compile(r"rel=[\"']?canonical|property=[\"']?og:url", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:href|content)=[\"']?(https?://[^\s\"'<>]{4,300})", re.IGNORECASE)

_NO_PLAIN_TEXT = ("br", "script", "style")
# One axis, no union: to join two sets of nodes takes the square of their size.
_TEXT = xpath("descendant::node()[self::text()[not(parent::script or parent::style)] or self::br]")
_BASE = xpath("/html/head/base/@href")
# The regional system writes L_123, the foreign-language one F_123, the national one the number.
_META_CONTENT = re.compile(
    r"\bcontent\s?=\s?[\"']?\s?(?:[A-Z]_)?([0-9]{1,12})\s?[\"'\s/>]", re.IGNORECASE
)
_META_NAME = re.compile(
    r"^<meta\s(?:[^<>]{0,300}\s)?name\s?=\s?[\"']?(?:contentid|catalogs)[\"'\s/>]", re.IGNORECASE
)
_NUMBERS = {name: re.compile(name, re.IGNORECASE) for name in ("contentid", "catalogs")}
_LONGEST_META = 400
_MOST_MENTIONS = 10
# /a/b.jpg: no second stroke, no step up.
_ROOTED = re.compile(r"\A/(?:[\w%~+,=-]+[/.])*[\w%~+,=-]+$", re.ASCII)
# A page's <head> ends before that.
_HEAD = 10_000
# Where the boxes of an article begin: so far before its headline, and so far behind.
_BEFORE = 1_000
_BEHIND = 6_000
_LOGO = re.compile(r"<h1[^<>]{0,200}>\s{0,20}<img", re.IGNORECASE)
# A byte a character: what stands in it above ASCII is not to be read.
_BYTES = "latin-1"
_HEAD_END = re.compile(r"</head\s?>\s{0,100}<body|</HEAD\s?>\s{0,100}<BODY")
_META_TAGS = ("<meta", "<META", "<Meta")
_META = xpath("/html//meta[@content][@name or @property or @itemprop]")


@dataclass(frozen=True)
class Document:
    """A page, decoded and parsed as far as it is asked.

    Attributes:
        source: What is searched for ASCII: the decoded page, or its bytes, one character each.
        url: Its address.
        charset: What its bytes are in; ``None`` if that was not told.
        is_decoded: False if ``source`` is its bytes.
        clues: What has been searched for in ``source``; see :meth:`holds`.
        shown: The same around the headline; see :meth:`shows`.
    """

    source: str
    url: str
    charset: Verdict | None = None
    is_decoded: bool = True
    clues: dict[str, bool] = field(default_factory=dict)
    shown: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def html(self) -> str:
        """The whole page, decoded."""
        if self.is_decoded or self.charset is None:
            return self.source
        return decode(self.source.encode(_BYTES), self.charset)

    def stretch(self, start: int, end: int) -> str | None:
        """Return a stretch of the source, from one tag to another, decoded.

        ``None`` if it cannot be decoded by itself: the whole page must be, then.
        """
        piece = self.source[start:end]
        if self.is_decoded or self.charset is None:
            return piece
        return decode_part(piece.encode(_BYTES), self.charset)

    @cached_property
    def root(self) -> Element:
        """Root of the tree of the whole page.

        Raises:
            ExtractionError: There is no tree to be had.
        """
        return self.tree_of(self.html)

    def part(self, place: Part) -> tuple[Element, frozenset[Element]] | None:
        """Return the tree of a part of the page, and the elements that were open at its end.

        What stands in an open element may go on behind the part. ``None`` if there is no such
        part: see :mod:`crawler.extract.parts`.
        """
        span = find_part(self.source, place)
        part = self.stretch(*span) if span else None
        if part is None or not names_editors(part):
            return None
        root = last = self.tree_of(part + END)
        while len(last):
            last = last[-1]
        if last.get("id") != END_ID:
            return None
        return root, frozenset(last.iterancestors())

    def tree_of(self, source: str) -> Element:
        """Build the tree of the page or of a part of it."""
        too_much = excess(source)
        if too_much:
            raise ExtractionError(self.url, None, "page", too_much)
        # "replace" is for lone surrogates, which no page can hold and a damaged string can.
        try:
            root = etree.fromstring(_mended(source).encode("utf-8", "replace"), _PARSER)
        except (etree.LxmlError, ValueError) as error:
            raise ExtractionError(self.url, None, "page", "unreadable markup") from error
        if root is None:
            raise ExtractionError(self.url, None, "page", "no markup and no text")
        return root

    def holds(self, clue: str) -> bool:
        """Tell whether the source holds ``clue``; each is searched for once."""
        known = self.clues.get(clue)
        if known is None:
            known = self.clues[clue] = clue in self.source
        return known

    def shows(self, clue: str) -> bool:
        """Tell whether the source around the headline holds ``clue``: a short search."""
        known = self.shown.get(clue)
        if known is None:
            known = self.shown[clue] = clue in self._around_headline
        return known

    @cached_property
    def _around_headline(self) -> str:
        """The source around the first ``h1`` that is no logo; ``""`` without one."""
        at = self.source.find("<h1")
        while at >= 0 and _LOGO.match(self.source, at):
            at = self.source.find("<h1", at + 1)
        return "" if at < 0 else self.source[max(0, at - _BEFORE) : at + _BEHIND]

    @cached_property
    def base(self) -> str:
        """What relative addresses on the page start from: ``<base href>``, else ``url``."""
        # Looked for where it may stand: to search a whole page takes as long as to parse a part.
        if self.source.find("<base", 0, _HEAD) < 0 and self.source.find("<BASE", 0, _HEAD) < 0:
            return self.url
        named = _BASE(self.root)
        return (self.absolute(named[0], self.url) if named else None) or self.url

    @cached_property
    def meta(self) -> dict[str, str]:
        """``<meta>`` contents by name or property or ``itemprop``, lower case; the first of each, none empty."""
        found: dict[str, str] = {}
        for element in _META(self._root_of_meta()):
            get = element.get
            name = (get("name") or get("property") or get("itemprop") or "").lower()
            content = tidy(element.get("content"))
            if name and content:
                found.setdefault(name, content)
        return found

    def _root_of_meta(self) -> Element:
        """Return the root of a tree with all of ``<meta>``: of the head alone, where that is all."""
        head = _HEAD_END.search(self.source, 0, _HEAD)
        if head is None or any(self.source.find(tag, head.end()) >= 0 for tag in _META_TAGS):
            return self.root
        part = self.stretch(0, head.end())
        return self.root if part is None else self.tree_of(part)

    @property
    def number(self) -> str | None:
        """The article's number, as the page itself tells it; ``None`` if it does not."""
        return self._stated("contentid")

    @property
    def column(self) -> str | None:
        """The number of the column that holds it, likewise."""
        return self._stated("catalogs")

    def _stated(self, name: str) -> str | None:
        """Return the number that a ``<meta>`` of the source gives: no tree is built for that."""
        for mention in islice(_NUMBERS[name].finditer(self.source, 0, _HEAD), _MOST_MENTIONS):
            at = mention.start()
            start = self.source.rfind("<", max(0, at - _LONGEST_META), at)
            tag = self.source[start : self.source.find(">", at, at + _LONGEST_META) + 1]
            content = _META_CONTENT.search(tag)
            if content and _META_NAME.search(tag):
                return content[1]
        return None

    @cached_property
    def origin(self) -> str:
        """Scheme and host that an address beginning with ``/`` is on; ``""`` if there is none."""
        try:
            scheme, host, *_ = urlsplit(self.base)
        except ValueError:
            return ""
        return f"{scheme}://{host}" if host else ""

    def absolute(self, address: str, base: str | None = None) -> str | None:
        """Make ``address`` absolute; ``None`` if it is no address at all."""
        address = address.strip()
        if base is None and self.origin and _ROOTED.match(address):
            return self.origin + address
        try:
            return urljoin(base or self.base, address)
        except ValueError:
            return None


def document_of(body: bytes, charset: Verdict, url: str) -> Document:
    """Take the bytes of a page; what is not ASCII in all its parts is decoded at once."""
    if has_parts(charset):
        return Document(body.decode(_BYTES), url, charset, is_decoded=False)
    return Document(decode(body, charset), url, charset)


def parse(html: str, url: str) -> Document:
    """Take a decoded page.

    Raises:
        ExtractionError: The page is empty or too large.
    """
    if not html or html.isspace():
        raise ExtractionError(url, None, "page", "empty page")
    if len(html) > MOST_CHARACTERS:
        raise ExtractionError(url, None, "page", "page too large")
    return Document(html, url)


def _mended(html: str) -> str:
    """Close what the parser would leave open, and leave out NUL, which is no character of HTML."""
    if "\0" in html:
        html = html.replace("\0", "")
    if "</body" in html or "</BODY" in html or "</html" in html or "</HTML" in html:
        html = _PAGE_END.sub("", html)
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


def text_of(element: Element | None) -> str:
    """Return the text of an element on one line; ``<br>`` is a space, scripts are not text."""
    if element is None:
        return ""
    if not len(element):
        return tidy(element.text or "")
    if (
        next(element.iter(*_NO_PLAIN_TEXT), None) is None
    ):  # as in most: a query takes thrice as long
        return tidy("".join(element.itertext()))
    pieces = _TEXT(element)
    return tidy("".join(piece if isinstance(piece, str) else " " for piece in pieces))


def says_more(element: Element, letters: int) -> bool:
    """Tell whether more than so many letters stand in an element; read no further than that."""
    for text in element.itertext():
        letters -= len(text.strip())
        if letters < 0:
            return True
    return False
