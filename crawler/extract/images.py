"""Which images belong to an article, and what their address is."""

from __future__ import annotations

import re

from crawler.extract.tree import Document, Element

# Attributes that hold the real address on pages which load images late, before ``src``.
_LATE = ("data-original", "data-src", "data-echo", "_src", "original")

# Never of the article: the site's own furniture, reporters' portraits, advertising and counting
# hosts, buttons, codes to scan, spacers.
_FOREIGN = re.compile(
    r"^(?:data:|javascript:|about:|file:)"
    r"|^(?:https?:)?//[^/]+/img/|^/img/|/mediafile/reporter/"
    r"|^(?:https?:)?//(?:pmm|pgg|counter|bdimg|hm\.baidu)[\w.-]*/"
    r"|[/_-](?:next_page|prev_page|nextpage|spacer|space|blank|loading|qrcode|erweima|ewm|logo|icon)"
    r"[\w-]*\.(?:gif|png|jpe?g|svg)$|\.(?:svg|ico)$",
    re.IGNORECASE,
)

# Smaller than this on either side, an image is a dot, an arrow or a counter.
_MIN_SIDE = 32


def address_of(element: Element, page: Document) -> str | None:
    """Return the absolute address of an ``<img>`` of the article, ``None`` for any other."""
    source = next((element.get(name) for name in _LATE if element.get(name)), None)
    source = (source or element.get("src") or "").strip()
    if not source or len(source) > 2000 or _FOREIGN.search(source) or _is_small(element):
        return None
    return page.absolute(source)


def _is_small(element: Element) -> bool:
    sides = (element.get("width"), element.get("height"))
    return any(side and side.isdecimal() and int(side[:6]) < _MIN_SIDE for side in sides)
