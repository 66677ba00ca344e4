"""Which images belong to an article, and what their address is.

Pages load images late in a dozen ways: the address then stands in an attribute of another name,
and ``src`` holds a grey dot; or in ``srcset``; or the whole image stands a second time in
``<noscript>``.
"""

from __future__ import annotations

import re

from crawler.extract.tree import Document, Element, says_more

# Attributes that hold the real address on pages which load images late, before ``src``.
_LATE = ("data-original", "data-src", "data-echo", "_src", "original")
_SETS = ("data-srcset", "srcset", "data-lazy-srcset")
# Other names for the same: data-lazy-src, data-lazyload, data-url, data-ori, lazy-src, file ...
_LATE_NAME = re.compile(
    r"(?:data-)?\w{0,12}-?(?:lazy|src|url|ori|original|img|image|file|real|actual|big|large|hires|hi-res)\w{0,12}"
    r"(?:-\w{1,12})?"
)
_IMAGE_ADDRESS = re.compile(
    r"\.(?:jpe?g|png|gif|webp|bmp|avif)(?:[?!@#]|$)|mediafile/", re.IGNORECASE
)

_BACKGROUND = re.compile(
    r"background(?:-image)?\s?:[^;:()]{0,60}url\(\s?[\"']?([^\"'()]{4,500})", re.IGNORECASE
)

# Never of the article: the site's own furniture, reporters' portraits, advertising and counting
# hosts, buttons, codes to scan, spacers.
_FOREIGN = re.compile(
    r"(?:data|javascript|about|file|blob):|/img/|(?:https?:)?//[^/]{1,200}/img/"
    r"|(?:https?:)?//(?:pmm|pgg|counter|bdimg|hm\.baidu)[\w.-]{0,200}/",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"/mediafile/reporter/"
    r"|[/_-](?:next_page|prev_page|nextpage|spacer|space|blank|loading|qrcode|erweima|ewm|logo|icon)"
    r"[\w-]{0,60}\.(?:gif|png|jpe?g|svg)$|\.(?:svg|ico)$"
    r"|/(?:none|gr[ae]y|pixel|placeholder|transparent|clear|dot|1x1)\.(?:gif|png)$",
    re.IGNORECASE,
)
# ad.example.com, ads2.example.com, http://www.example.com/ads/top.gif
_ADVERT = re.compile(
    r"(?:https?:)?//(?:ads?|adv|advert|adimg|adserver|guanggao|union|click)\d{0,3}\."
    r"|(?:https?:)?//[^/]{1,200}/(?:ads?|adv|advert|guanggao|adclick)/",
    re.IGNORECASE,
)

# Smaller than this on either side, an image is a dot, an arrow or a counter.
_MIN_SIDE = 32
# Not larger than this on both, it is a sign in a line of text, if it stands in one.
_SIGN_SIDE = 64
# Wider than so many times its height and in a link, it is a banner.
_BANNER = 5
_LONGEST_ADDRESS = 2_000
_END = 100
_MOST_ATTRIBUTES = 40


def address_of(element: Element, page: Document, linked: str = "") -> str | None:
    """Return the absolute address of an ``<img>`` of the article, ``None`` for any other.

    Args:
        element: The image.
        page: The page that holds it.
        linked: Where the link around it leads; that may be the image, and in its place a grey dot.
    """
    source = _source(element) or _beside(element)
    if not source and is_photo_address(linked):
        source = linked
    if not source or _ADVERT.match(source) or _is_small(element):
        return None
    return page.absolute(source)


def background_of(element: Element, style: str | None, page: Document) -> str | None:
    """Return the absolute address of the photo that an empty box shows, ``None`` for any other box."""
    if not style or "url(" not in style or says_more(element, 0):
        return None
    found = _BACKGROUND.search(style[:_LONGEST_ADDRESS])
    source = found[1].strip() if found else ""
    return page.absolute(source) if is_photo_address(source) else None


def is_photo_address(address: str) -> bool:
    """Tell the address of an image that may be the article's own."""
    return _is_own(address) and _IMAGE_ADDRESS.search(address) is not None


def is_advert(address: str) -> bool:
    """Tell a link that leads to advertising.

    >>> is_advert("http://ad.example.com/k"), is_advert("http://admin.example.com/k")
    (True, False)
    """
    return _ADVERT.match(address[:_LONGEST_ADDRESS]) is not None


def is_sign(element: Element) -> bool:
    """Tell an image that is as large as a letter."""
    sides = _sides(element)
    return len(sides) == 2 and max(sides) <= _SIGN_SIDE


def is_banner(element: Element) -> bool:
    """Tell an image of the shape of a banner."""
    sides = _sides(element)
    return len(sides) == 2 and sides[0] >= _BANNER * sides[1]


def _source(element: Element) -> str:
    """Return the address of an image as written; ``""`` if it has none of its own."""
    get = element.get
    late = next((get(name) for name in _LATE if get(name)), None)
    source: str = (late or get("src") or "").strip()
    if _is_own(source):
        return source
    return _late(element) or _in_set(element)


def _beside(element: Element) -> str:
    """Return the address that ``<source>`` gives to an image of ``<picture>`` without one."""
    parent = element.getparent()
    if parent is None or parent.tag != "picture":
        return ""
    return next(filter(None, map(_in_set, parent.iterchildren("source"))), "")


def _late(element: Element) -> str:
    for name, value in element.items()[:_MOST_ATTRIBUTES]:
        if name != "src" and name not in _SETS and _LATE_NAME.fullmatch(name[:40]):
            source: str = value.strip()
            if is_photo_address(source):
                return source
    return ""


def _in_set(element: Element) -> str:
    """Return the last, largest address of a ``srcset``."""
    for name in _SETS:
        for candidate in reversed((element.get(name) or "")[:_LONGEST_ADDRESS].split(",")):
            source = candidate.strip().partition(" ")[0]
            if _is_own(source):
                return source
    return ""


def _is_own(source: str) -> bool:
    if not source or len(source) > _LONGEST_ADDRESS or _FOREIGN.match(source):
        return False
    # What tells furniture stands in the last folder and the name of the file.
    return _FURNITURE.search(source[-_END:]) is None


def _is_small(element: Element) -> bool:
    return any(side < _MIN_SIDE for side in _sides(element))


def _sides(element: Element) -> list[int]:
    """Return width and height, those that are stated in pixels."""
    stated = (element.get("width"), element.get("height"))
    return [
        int(side[:6].removesuffix("px"))
        for side in stated
        if side and side[:6].removesuffix("px").isdecimal()
    ]
