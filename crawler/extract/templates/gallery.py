"""Galleries: one photo and its description a page, the next photo on the next page.

The source stands before the time: ``来源:人民网-图片频道  2021年03月26日08:41``. The link to the last
page's next is ``javascript:showAd(...)``, which is no address.
"""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

_PICTURE = f"@id='picG' or {has_class('pic')} or {has_class('pic_c')}"

DESIGN = Design(
    name="gallery",
    clues=("pic_content",),
    mark=xpath(f"/descendant::div[{has_class('pic_content')}][1]"),
    head=xpath("/html/body"),
    # The box of descriptions; where there is none, the lines around the photo.
    body=xpath(
        f"descendant::*[{has_class('content')}][not(ancestor::*[{has_class('content')}])]"
        f" | self::*[not(descendant::*[{has_class('content')}])]"
    ),
    title=xpath(f"descendant::div[{has_class('pic_content')}]//h1 | descendant::h1"),
    kicker=xpath(f"descendant::h3[following-sibling::h1][not({has_class('hide')})]"),
    subtitle=xpath("descendant::h1/following-sibling::h4 | descendant::h1/following-sibling::h2"),
    stamp=xpath(f"descendant::*[{has_class('page_c')}]"),
    editors=xpath(f"descendant::*[@id='p_editor' or {has_class('edit')}]"),
    photos_before=xpath(
        f"(descendant::div[{has_class('pic_content')}][1] | descendant::*[@id='picG'])"
        f"/descendant-or-self::*[{_PICTURE}][not(ancestor::*[{_PICTURE}])]"
    ),
    captioned=True,
)
