"""``/img/2016wb/page2018.css``, about 2016 to 2020.

Headline and source in ``div.text_title``, text in ``div#rwb_zw.box_con``, a sibling further down.
Photos stand in centred paragraphs of their own; a paragraph that is centred *and* indented is a
line of verse.
"""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

DESIGN = Design(
    name="wb2016",
    clues=("text_title",),
    mark=xpath(f"/descendant::div[@id='rwb_zw' or {has_class('box_con')}][1]"),
    head=xpath(f"preceding::div[{has_class('text_title')}][1]"),
    body=xpath("."),
    title=xpath("descendant::h1"),
    kicker=xpath("h3"),
    subtitle=xpath("h4"),
    author=xpath(f"*[{has_class('author')}]"),
    stamp=xpath(
        f"div[{has_class('box01')}]/div[{has_class('fl')}]"
        f" | div[{has_class('box01')}][not(div[{has_class('fl')}])]"
    ),
)
