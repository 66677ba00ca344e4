"""The variants of 2013 to 2015: the ids of 2010 in other boxes.

``h5`` holds ``i#p_publishtime``, ``span#p_origin`` and, for articles of the printed paper, its
page in ``span#paper_num``; the text is in ``<p>``; ``div.otitle`` inside it tells how another
outlet headed the article.
"""

from __future__ import annotations

from crawler.extract.boilerplate import FURNITURE
from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

DESIGN = Design(
    name="wb2013",
    clues=("p_content", "p_publishtime"),
    # The nearest box around both the text and the headline.
    mark=xpath("/descendant::*[@id='p_content'][1]"),
    head=xpath("ancestor::*[descendant::h1][1]"),
    body=xpath("."),
    title=xpath(".//h1[@id='p_title'] | .//h1"),
    kicker=xpath(f".//*[@id='jtitle'] | .//h3[following-sibling::h1] | .//h4[{has_class('pre')}]"),
    subtitle=xpath(
        f".//*[@id='ftitle'] | .//h2[preceding-sibling::h1][not(descendant::*[@id='p_publishtime'])] | .//h4[{has_class('sub')}]"
    ),
    author=xpath(f".//*[{has_class('author')}][not(ancestor::*[@id='p_content'])]"),
    stamp=xpath(".//*[@id='p_publishtime']/.. | .//*[@id='p_publishtime'] | .//*[@id='p_origin']"),
    editors=xpath(".//*[@id='p_editor']"),
    photos_before=xpath(f".//div[{has_class('text_img')}][following::*[@id='p_content']]"),
    photos_after=xpath(f".//div[{has_class('text_img')}][preceding::*[@id='p_content']]"),
    furniture=FURNITURE | {"box"},
)
