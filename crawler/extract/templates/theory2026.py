"""theory.people.com.cn and cpc.people.com.cn in 2026: a box of 2010 inside the names of 2020."""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

DESIGN = Design(
    name="theory2026",
    clues=("rm_txt", "rm_txt_zw", "show_text", "text_c"),
    mark=xpath("/descendant::*[@id='rm_txt_zw'][1]"),
    head=xpath(f"ancestor::div[{has_class('text_c')}][1]"),
    body=xpath("."),
    title=xpath("h1 | descendant::h1"),
    kicker=xpath("h3"),
    subtitle=xpath("h2 | h4"),
    author=xpath(f"descendant::*[{has_class('author')}]"),
    stamp=xpath(f"descendant::*[@id='newstime']/.. | p[{has_class('sou')}]"),
    editors=xpath(f"descendant::*[{has_class('edit')} or @id='p_editor']"),
)
