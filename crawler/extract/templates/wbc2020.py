"""``/img/2020wbc/css/page202102.css``, from the end of 2020.

Two boxes of a page are ``.col.col-1``; the article's is the one inside ``.rm_txt``. The text box
``.rm_txt_con`` holds, besides the text: advertising ``.bza`` (nested, with empty paragraphs),
``.box_pic``, page numbers, the editors, and ``p.paper_num``, which here only asks to share.
"""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

DESIGN = Design(
    name="wbc2020",
    clues=("rm_txt", "rm_txt_con"),
    mark=xpath(f"/descendant::div[{has_class('rm_txt_con')}][1]"),
    head=xpath(f"ancestor::div[{has_class('rm_txt')}][1]"),
    body=xpath("."),
    title=xpath("descendant::h1"),
    kicker=xpath("descendant::h1/preceding-sibling::h3"),
    subtitle=xpath("descendant::h1/following-sibling::h4"),
    author=xpath(f"descendant::h1/following-sibling::*[{has_class('author')}]"),
    # The first box of the line; the second holds tools.
    stamp=xpath(
        f"descendant::h1/following-sibling::div[{has_class('channel')}]/div[1]"
        f" | descendant::h1/following-sibling::div[{has_class('channel')}][not(div)]"
    ),
)
