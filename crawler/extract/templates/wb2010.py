"""``/img/2010wb/text20100113.css``, about 2010 to 2013.

One box ``div.text_c`` holds headline, source, tools, text and editors. The text has no ``<p>``:
paragraphs begin with two full-width spaces and end with ``<br><br>``. Two boxes ``div.text_img``
stand around it, mostly empty.
"""

from __future__ import annotations

from crawler.extract.boilerplate import FURNITURE
from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

DESIGN = Design(
    name="wb2010",
    clues=("text_c", "show_text"),
    mark=xpath(f"/descendant::div[{has_class('show_text')}][1]"),
    head=xpath(f"ancestor::div[{has_class('text_c')}][1]"),
    body=xpath("."),
    title=xpath("h1[@id='p_title'] | h1"),
    kicker=xpath("h3 | *[@id='jtitle']"),
    subtitle=xpath("h2 | *[@id='ftitle']"),
    author=xpath(f"*[{has_class('author')}]"),
    # From 2013 on, the line is an h5 in the same box.
    stamp=xpath(f"p[{has_class('sou')}] | div[{has_class('sou')}] | h5[*[@id='p_publishtime']]"),
    editors=xpath("*[@id='p_editor']"),
    photos_before=xpath(
        "div[@class='text_img'][following-sibling::div[@id='zoom' or @id='p_content']]"
    ),
    photos_after=xpath(
        "div[@class='text_img'][preceding-sibling::div[@id='zoom' or @id='p_content']]"
    ),
    # div.box inside the text recommends other articles, in this design only.
    furniture=FURNITURE | {"box"},
)
