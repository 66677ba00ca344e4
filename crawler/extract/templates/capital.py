"""capital.people.com.cn and its like: the text in ``div.gray.box_text``."""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

DESIGN = Design(
    name="capital",
    clues=("box_text",),
    mark=xpath(f"/descendant::div[{has_class('box_text')}][1]"),
    head=xpath("ancestor::*[descendant::h1][1]"),
    body=xpath("."),
    title=xpath("descendant::h1"),
    kicker=xpath("descendant::h3[following-sibling::h1]"),
    subtitle=xpath("descendant::h2[preceding-sibling::h1] | descendant::h4[preceding-sibling::h1]"),
    author=xpath(f"descendant::*[{has_class('author')}]"),
    stamp=xpath(
        f"descendant::h1/following::*[contains(., '来源') or contains(., '來源')]"
        f"[not(descendant::*[{has_class('box_text')}])][1]"
    ),
    editors=xpath(f"descendant::*[{has_class('edit')} or {has_class('editor')}]"),
)
