"""The design of 2020 as it stood in 2026: the time in ``b#newstime``, the text in ``#rm_txt_zw``."""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

DESIGN = Design(
    name="zw2026",
    clues=("rm_txt", "rm_txt_zw"),
    mark=xpath("/descendant::*[@id='rm_txt_zw'][1]"),
    head=xpath(f"ancestor::div[{has_class('rm_txt')}][1]"),
    # Photos and the editors' line may stand beside the inner box: the outer one is read, if any.
    body=xpath(f"(ancestor::div[{has_class('rm_txt_con')}] | self::*)[1]"),
    title=xpath("descendant::h1"),
    kicker=xpath("descendant::h1/preceding-sibling::h3"),
    subtitle=xpath("descendant::h1/following-sibling::h4"),
    author=xpath(f"descendant::h1/following-sibling::*[{has_class('author')}]"),
    stamp=xpath(f"descendant::*[@id='newstime']/.. | descendant::div[{has_class('channel')}]"),
    editors=xpath(f"descendant::div[{has_class('edit')}]"),
)
