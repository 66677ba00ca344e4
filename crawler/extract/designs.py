"""The page designs of the site, in the order in which they are tried.

A design is data: a name, and the places where it keeps the parts of an article; the reading
(:mod:`crawler.extract.fields`) is the same for all. The names say what the site itself calls a
design, by the folder of its style sheet (2010wb, 2016wb, 2020wbc), or what it is for. The years
are when pages of it were published as far as is known; they are never used to choose, and
neither is the host: one host has served pages of several designs on one day.

A new design: copy the nearest one, put it before every design that its pages would fit too, and
add it to :data:`DESIGNS` in the same place. ``has-class('name')`` in a selector is an element of
that class, among others that it may have.
"""

from __future__ import annotations

from crawler.extract.boilerplate import FURNITURE
from crawler.extract.fields import Design
from crawler.extract.parts import Part
from crawler.extract.tree import between, xpath

# theory.people.com.cn and cpc.people.com.cn in 2026: a box of 2010 inside the names of 2020.
THEORY2026 = Design(
    name="theory2026",
    clues=("rm_txt", "rm_txt_zw", "show_text", "text_c"),
    part=Part("text_c"),
    mark=xpath("/descendant::*[@id='rm_txt_zw'][1]"),
    head=xpath("ancestor::div[has-class('text_c')][1]"),
    body=xpath("."),
    title=xpath("h1 | descendant::h1"),
    kicker=xpath("h3"),
    subtitle=xpath("h2 | h4"),
    author=xpath("descendant::*[has-class('author')]"),
    stamp=xpath("descendant::*[@id='newstime']/.. | p[has-class('sou')]"),
    editors=xpath("descendant::*[has-class('edit') or @id='p_editor']"),
)

# The design of 2020 as it stood in 2026: the time in ``b#newstime``, the text in ``#rm_txt_zw``.
ZW2026 = Design(
    name="zw2026",
    clues=("rm_txt", "rm_txt_zw"),
    part=Part("rm_txt"),
    mark=xpath("/descendant::*[@id='rm_txt_zw'][1]"),
    head=xpath("ancestor::div[has-class('rm_txt')][1]"),
    # Photos and the editors' line may stand beside the inner box: the outer one is read, if any.
    body=xpath("(ancestor::div[has-class('rm_txt_con')] | self::*)[1]"),
    title=xpath("descendant::h1"),
    kicker=xpath("descendant::h1/preceding-sibling::h3"),
    subtitle=xpath("descendant::h1/following-sibling::h4"),
    author=xpath("descendant::h1/following-sibling::*[has-class('author')]"),
    stamp=xpath("descendant::*[@id='newstime']/.. | descendant::div[has-class('channel')]"),
    editors=xpath("descendant::div[has-class('edit')]"),
)

# ``/img/2020wbc/css/page202102.css``, from the end of 2020.
#
# Two boxes of a page are ``.col.col-1``; the article's is the one inside ``.rm_txt``. The text box
# ``.rm_txt_con`` holds, besides the text: advertising ``.bza`` (nested, with empty paragraphs),
# ``.box_pic``, page numbers, the editors, and ``p.paper_num``, which here only asks to share.
WBC2020 = Design(
    name="wbc2020",
    clues=("rm_txt", "rm_txt_con"),
    part=Part("rm_txt"),
    mark=xpath("/descendant::div[has-class('rm_txt_con')][1]"),
    head=xpath("ancestor::div[has-class('rm_txt')][1]"),
    body=xpath("."),
    title=xpath("descendant::h1"),
    kicker=xpath("descendant::h1/preceding-sibling::h3"),
    subtitle=xpath("descendant::h1/following-sibling::h4"),
    author=xpath("descendant::h1/following-sibling::*[has-class('author')]"),
    # The first box of the line; the second holds tools.
    stamp=xpath(
        "descendant::h1/following-sibling::div[has-class('channel')]/div[1]"
        " | descendant::h1/following-sibling::div[has-class('channel')][not(div)]"
    ),
)

# ``/img/2016wb/page2018.css``, about 2016 to 2020.
#
# Headline and source in ``div.text_title``, text in ``div#rwb_zw.box_con``, a sibling further down.
# Photos stand in centred paragraphs of their own; a paragraph that is centred *and* indented is a
# line of verse.
WB2016 = Design(
    name="wb2016",
    clues=("text_title",),
    part=Part("text_title", "box_con"),
    mark=xpath("/descendant::div[@id='rwb_zw' or has-class('box_con')][1]"),
    head=xpath("preceding::div[has-class('text_title')][1]"),
    body=xpath("."),
    title=xpath("descendant::h1"),
    kicker=xpath("h3"),
    subtitle=xpath("h4"),
    author=xpath("*[has-class('author')]"),
    stamp=xpath(
        "div[has-class('box01')]/div[has-class('fl')]"
        " | div[has-class('box01')][not(div[has-class('fl')])]"
    ),
)

# ``/img/2010wb/text20100113.css``, about 2010 to 2013.
#
# One box ``div.text_c`` holds headline, source, tools, text and editors. The text has no ``<p>``:
# paragraphs begin with two full-width spaces and end with ``<br><br>``. Two boxes ``div.text_img``
# stand around it, mostly empty.
WB2010 = Design(
    name="wb2010",
    clues=("show_text", "text_c"),
    part=Part("text_c", "p_editor"),
    mark=xpath("/descendant::div[has-class('show_text')][1]"),
    head=xpath("ancestor::div[has-class('text_c')][1]"),
    body=xpath("."),
    title=xpath("h1[@id='p_title'] | h1"),
    kicker=xpath("h3 | *[@id='jtitle']"),
    subtitle=xpath("h2 | *[@id='ftitle']"),
    author=xpath("*[has-class('author')]"),
    # From 2013 on, the line is an h5 in the same box.
    stamp=xpath("p[has-class('sou')] | div[has-class('sou')] | h5[*[@id='p_publishtime']]"),
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

# ``/img/2007tongyongzhengwen/text20070508.css``, about 2007 to 2010.
#
# ``div.left_c_c`` holds it all: the kicker in ``p.p1`` above ``h1``, the subtitle in ``h2``, the
# author in an ``em`` of a table, the time and the source in another ``p.p1``, the first photo in
# ``#content_first_pic``, the text in ``font#zoom.show_c``, the editors in ``table.bianji``.
TEXT2007 = Design(
    name="text2007",
    clues=("p_content", "show_c"),
    part=Part("left_c_c", "p_editor"),
    mark=xpath("/descendant::*[@id='p_content'][ancestor::*[has-class('show_c')]][1]"),
    head=xpath("(ancestor::div[has-class('left_c_c')] | ancestor::*[descendant::h1])[last()]"),
    body=xpath("."),
    title=xpath("descendant::*[@id='p_title'] | descendant::h1"),
    # What stands beside the first h1: to ask each element of the box takes five times as long.
    kicker=xpath("(descendant::h1)[1]/preceding::p[has-class('p1')]"),
    subtitle=xpath("(descendant::h1)[1]/following-sibling::h2"),
    author=xpath("(descendant::h1)[1]/following-sibling::table[1]/descendant::em"),
    stamp=xpath(
        "(descendant::h1)[1]/following-sibling::p[has-class('p1')]"
        " | descendant::*[@id='p_publishtime' or @id='p_origin']/.."
    ),
    editors=xpath("descendant::*[@id='p_editor']"),
    photos_before=xpath(
        "descendant::*[@id='content_first_pic'][not(ancestor::*[@id='p_content'])]"
    ),
)

# The variants of 2013 to 2015: the ids of 2010 in other boxes.
#
# ``h5`` holds ``i#p_publishtime``, ``span#p_origin`` and, for articles of the printed paper, its
# page in ``span#paper_num``; the text is in ``<p>``; ``div.otitle`` inside it tells how another
# outlet headed the article.
WB2013 = Design(
    name="wb2013",
    clues=("p_content", "p_publishtime"),
    part=Part("p_content", headline="<h1"),
    # The nearest box around both the text and the headline.
    mark=xpath("/descendant::*[@id='p_content'][1]"),
    head=xpath("ancestor::*[descendant::h1][1]"),
    body=xpath("."),
    title=xpath(".//h1[@id='p_title'] | .//h1"),
    kicker=xpath(".//*[@id='jtitle'] | .//h3[following-sibling::h1] | .//h4[has-class('pre')]"),
    subtitle=xpath(
        ".//*[@id='ftitle'] | .//h2[preceding-sibling::h1][not(descendant::*[@id='p_publishtime'])] | .//h4[has-class('sub')]"
    ),
    author=xpath(".//*[has-class('author')][not(ancestor::*[@id='p_content'])]"),
    stamp=xpath(".//*[@id='p_publishtime']/.. | .//*[@id='p_publishtime'] | .//*[@id='p_origin']"),
    editors=xpath(".//*[@id='p_editor']"),
    photos_before=between("self::div[has-class('text_img')]", last="@id='p_content'"),
    photos_after=between(
        "self::div[has-class('text_img')][not(ancestor::*[@id='p_content'])]",
        first="@id='p_content'",
    ),
    furniture=FURNITURE | {"box"},
)

# Galleries: one photo and its description a page, the next photo on the next page.
#
# The source stands before the time: ``来源:人民网-图片频道  2021年03月26日08:41``. The link to the last
# page's next is ``javascript:showAd(...)``, which is no address.
_GALLERY_PICTURE = "@id='picG' or has-class('pic') or has-class('pic_c')"

GALLERY = Design(
    name="gallery",
    clues=("pic_content",),
    part=Part("pic_content", headline="<h1", before=True, alone="content"),
    mark=xpath("/descendant::div[has-class('pic_content')][1]"),
    head=xpath("/html/body"),
    # The box of descriptions; where there is none, the lines around the photo.
    body=xpath(
        "descendant::*[has-class('content')][not(ancestor::*[has-class('content')])]"
        " | self::*[not(descendant::*[has-class('content')])]"
    ),
    title=xpath("descendant::div[has-class('pic_content')]//h1 | descendant::h1"),
    kicker=xpath("descendant::h3[following-sibling::h1][not(has-class('hide'))]"),
    subtitle=xpath("descendant::h1/following-sibling::h4 | descendant::h1/following-sibling::h2"),
    # Regional galleries print it inside the photo box, aligned to the right.
    stamp=xpath(
        "descendant::*[has-class('page_c')]"
        f" | descendant::*[{_GALLERY_PICTURE}]//*[has-class('fr') or contains(text(), '来源')"
        " or contains(text(), '來源')]"
    ),
    editors=xpath("descendant::*[@id='p_editor' or has-class('edit')]"),
    photos_before=xpath(
        "(descendant::div[has-class('pic_content')][1] | descendant::*[@id='picG'])"
        f"/descendant-or-self::*[{_GALLERY_PICTURE}][not(ancestor::*[{_GALLERY_PICTURE}])]"
    ),
    captioned=True,
)

# Galleries of about 2010 to 2013: ``div.text.width978`` with the photo in ``dd#picG``.
#
# The lines around the photo: paragraphs, descriptions, terms of the list that holds it.
_GALLERY2010_TEXT = (
    "ancestor::div[has-class('width978')][last()]"
    "//*[self::p or self::dt or has-class('content')]"
    "[not(ancestor::p or ancestor::dt or ancestor::*[has-class('content') or has-class('page_c')])]"
    "[not(ancestor-or-self::*[@id='picG'])][not(has-class('sou') or has-class('page_c'))]"
)

GALLERY2010 = Design(
    name="gallery2010",
    clues=("picG", "width978"),
    part=Part("width978"),
    mark=xpath("/descendant::*[@id='picG'][1]"),
    head=xpath("ancestor::div[has-class('width978')][last()]"),
    body=xpath(_GALLERY2010_TEXT),
    title=xpath("descendant::h1"),
    kicker=xpath("h3[following-sibling::h1]"),
    subtitle=xpath("h2"),
    stamp=xpath("descendant::*[has-class('page_c') or has-class('sou')] | h5 | h4"),
    editors=xpath("descendant::*[@id='p_editor' or has-class('edit')]"),
    photos_before=xpath("descendant::*[@id='picG']"),
    captioned=True,
)

# health.people.com.cn and its like: ``div.articleCont`` with ``.title``, ``.artOri``, ``.artDet``.
HEALTH = Design(
    name="health",
    clues=("articleCont", "artDet"),
    part=Part("articleCont"),
    mark=xpath("/descendant::div[has-class('artDet')][1]"),
    head=xpath("ancestor::div[has-class('articleCont')][1]"),
    body=xpath("."),
    title=xpath("descendant::*[has-class('title')]/h2 | descendant::h1"),
    kicker=xpath("descendant::*[has-class('title')]/h3[following-sibling::h2]"),
    subtitle=xpath("descendant::*[has-class('title')]/h3[preceding-sibling::h2]"),
    author=xpath("descendant::*[has-class('author')]"),
    stamp=xpath("descendant::*[has-class('artOri')]"),
    editors=xpath("descendant::*[has-class('edit') or has-class('editor')]"),
)

# capital.people.com.cn and its like: the text in ``div.gray.box_text``.
CAPITAL = Design(
    name="capital",
    clues=("box_text",),
    part=Part("box_text", headline="<h1"),
    mark=xpath("/descendant::div[has-class('box_text')][1]"),
    head=xpath("ancestor::*[descendant::h1][1]"),
    body=xpath("."),
    title=xpath("descendant::h1"),
    kicker=xpath("descendant::h3[following-sibling::h1]"),
    subtitle=xpath("descendant::h2[preceding-sibling::h1] | descendant::h4[preceding-sibling::h1]"),
    author=xpath("descendant::*[has-class('author')]"),
    stamp=xpath(
        "descendant::h1/following::*[contains(., '来源') or contains(., '來源')]"
        "[not(descendant::*[has-class('box_text')])][1]"
    ),
    editors=xpath("descendant::*[has-class('edit') or has-class('editor')]"),
)

# cpc.people.com.cn about 2019: ``div.w1000.txtCon``, editors and time in ``div.editor.time1``.
_CPC2019_STAMP = "has-class('time1') or has-class('sou') or has-class('time')"

CPC2019 = Design(
    name="cpc2019",
    clues=("txtCon",),
    part=Part("txtCon", headline="<h1", before=True),
    mark=xpath("/descendant::div[has-class('txtCon')][1]"),
    head=xpath("."),
    body=xpath("."),
    title=xpath("descendant::h1 | preceding::h1[1]"),
    kicker=xpath("h3[following-sibling::h1]"),
    subtitle=xpath("h2[preceding-sibling::h1] | h4[preceding-sibling::h1]"),
    author=xpath("descendant::*[has-class('author')]"),
    stamp=xpath(
        f"descendant::*[{_CPC2019_STAMP}][contains(., '年')] | descendant::*[{_CPC2019_STAMP}]"
    ),
    editors=xpath("descendant::*[has-class('editor') or has-class('edit')]"),
)

# cpc.people.com.cn's old table layout: ``td.ftitle``, ``td.fwriter``, ``.ly_red``, ``font#zoom``.
CPC_TABLE = Design(
    name="cpc_table",
    clues=("ftitle", "zoom"),
    part=Part("zoom", headline="ftitle"),
    mark=xpath("/descendant::*[@id='zoom'][1]"),
    head=xpath("ancestor::*[descendant::*[has-class('ftitle')]][1]"),
    body=xpath("."),
    title=xpath("descendant::*[has-class('ftitle')]"),
    kicker=xpath("descendant::*[has-class('fkicker') or has-class('fpretitle')]"),
    subtitle=xpath("descendant::*[has-class('fsubtitle')]"),
    author=xpath("descendant::*[has-class('fwriter')]"),
    stamp=xpath(
        "descendant::*[has-class('ly_red')]/ancestor-or-self::td[1] | descendant::*[has-class('ly_red')]"
    ),
    editors=xpath("descendant::*[has-class('edit') or has-class('editor')]"),
)

# Tried top to bottom. A design that adds something to another stands before it.
DESIGNS: tuple[Design, ...] = (
    THEORY2026,
    ZW2026,
    WBC2020,
    WB2016,
    WB2010,
    TEXT2007,
    WB2013,
    GALLERY,
    GALLERY2010,
    HEALTH,
    CAPITAL,
    CPC2019,
    CPC_TABLE,
)
