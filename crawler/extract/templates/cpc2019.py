"""cpc.people.com.cn about 2019: ``div.w1000.txtCon``, editors and time in ``div.editor.time1``."""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

_STAMP = f"{has_class('time1')} or {has_class('sou')} or {has_class('time')}"

DESIGN = Design(
    name="cpc2019",
    clues=("txtCon",),
    mark=xpath(f"/descendant::div[{has_class('txtCon')}][1]"),
    head=xpath("."),
    body=xpath("."),
    title=xpath("descendant::h1 | preceding::h1[1]"),
    kicker=xpath("h3[following-sibling::h1]"),
    subtitle=xpath("h2[preceding-sibling::h1] | h4[preceding-sibling::h1]"),
    author=xpath(f"descendant::*[{has_class('author')}]"),
    stamp=xpath(f"descendant::*[{_STAMP}][contains(., '年')] | descendant::*[{_STAMP}]"),
    editors=xpath(f"descendant::*[{has_class('editor')} or {has_class('edit')}]"),
)
