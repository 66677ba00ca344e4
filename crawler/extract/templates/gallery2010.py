"""Galleries of about 2010 to 2013: ``div.text.width978`` with the photo in ``dd#picG``."""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

# The lines around the photo: paragraphs, descriptions, terms of the list that holds it.
_TEXT = (
    f"ancestor::div[{has_class('width978')}][last()]"
    f"//*[self::p or self::dt or {has_class('content')}]"
    f"[not(ancestor::p or ancestor::dt or ancestor::*[{has_class('content')} or {has_class('page_c')}])]"
    f"[not(ancestor-or-self::*[@id='picG'])][not({has_class('sou')} or {has_class('page_c')})]"
)

DESIGN = Design(
    name="gallery2010",
    clues=("picG", "width978"),
    mark=xpath("/descendant::*[@id='picG'][1]"),
    head=xpath(f"ancestor::div[{has_class('width978')}][last()]"),
    body=xpath(_TEXT),
    title=xpath("descendant::h1"),
    kicker=xpath("h3[following-sibling::h1]"),
    subtitle=xpath("h2"),
    stamp=xpath(f"descendant::*[{has_class('page_c')} or {has_class('sou')}] | h5 | h4"),
    editors=xpath(f"descendant::*[@id='p_editor' or {has_class('edit')}]"),
    photos_before=xpath("descendant::*[@id='picG']"),
    captioned=True,
)
