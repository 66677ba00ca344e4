"""health.people.com.cn and its like: ``div.articleCont`` with ``.title``, ``.artOri``, ``.artDet``."""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

DESIGN = Design(
    name="health",
    clues=("articleCont", "artDet"),
    mark=xpath(f"/descendant::div[{has_class('artDet')}][1]"),
    head=xpath(f"ancestor::div[{has_class('articleCont')}][1]"),
    body=xpath("."),
    title=xpath(f"descendant::*[{has_class('title')}]/h2 | descendant::h1"),
    kicker=xpath(f"descendant::*[{has_class('title')}]/h3[following-sibling::h2]"),
    subtitle=xpath(f"descendant::*[{has_class('title')}]/h3[preceding-sibling::h2]"),
    author=xpath(f"descendant::*[{has_class('author')}]"),
    stamp=xpath(f"descendant::*[{has_class('artOri')}]"),
    editors=xpath(f"descendant::*[{has_class('edit')} or {has_class('editor')}]"),
)
