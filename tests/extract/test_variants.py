"""Forms in which other houses and other years write what the kinds of a text are told by."""

import pytest

from crawler.extract.byline import read_authors
from crawler.extract.parse import parse_article
from tests.extract.dress import (
    DESIGNS,
    IMAGE,
    A,
    B,
    C,
    D,
    addresses,
    article,
    captions,
    centred,
    paragraphs,
    read_all,
    wbc2020,
)

TEXT = A.partition("）")[2]


def links(*texts, behind=""):
    return "".join(
        f'<p><a href="/n2/2024/0211/c364532-4150{n:04}.html">{text}</a>{behind}</p>'
        for n, text in enumerate(texts)
    )


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (["本报记者余小满、郑晓岚报道：湖边的老街今年添了三十六盏灯。"], ["余小满", "郑晓岚"]),
        (["余小满 郑晓岚/文 韩青禾/图", TEXT], ["余小满", "郑晓岚"]),
        (["文/本报记者 余小满 图/本报记者 郑晓岚", TEXT], ["余小满"]),  # the second took the photos
        ([TEXT, "策划：韩青禾　采写：余小满　制图：郑晓岚"], ["余小满"]),
        (["本报记者看到：灯亮了。"], []),
        (["文丨余小满　图丨韩青禾", TEXT], ["余小满"]),
        (["余小满 郑晓岚 文/图", TEXT], ["余小满", "郑晓岚"]),
        (["余小满 文 韩青禾 图", TEXT], ["余小满"]),
        (["余小满（湖滨大学历史学院教授）", TEXT], ["余小满"]),
        ([TEXT, TEXT + "（余小满采访整理）"], ["余小满"]),
        ([f"人民网济南2月12日电 （记者余小满发自湖滨）{TEXT}"], ["余小满"]),
        ([f"人民网济南2月12日电 （记者余小满 青岛摄影报道）{TEXT}"], ["余小满"]),
        ([TEXT, TEXT + "（余小满 饰）"], []),
        ([TEXT, TEXT + "（唐·杜甫）"], []),
        ([TEXT, TEXT + "（图文无关）"], []),
        ([TEXT, TEXT + "（余下略）"], []),
    ],
)
def test_authors_of_other_houses(lines, authors):
    """Who wrote is named before or behind the role; who took the photos is another."""
    assert list(read_authors(lines)) == authors


@pytest.mark.parametrize(
    ("line", "editors"),
    [
        ("责任编辑：余小满　校对：郑晓岚", ["余小满"]),
        ("网站编辑：余小满", ["余小满"]),
        ("责编丨余小满 郑晓岚", ["余小满", "郑晓岚"]),
        ("(责编：余小满、实习生郑晓岚)", ["余小满", "郑晓岚"]),
        ("(实习编辑：余小满、责编：郑晓岚)", ["余小满", "郑晓岚"]),
        ("责 编：余小满", ["余小满"]),
        ("图文编辑：余小满 摄影：郑晓岚", ["余小满"]),
    ],
)
@pytest.mark.parametrize("box", ['<div class="edit">{}</div>', "<p>　　{}</p>"])
def test_editors_in_other_words(line, editors, box):
    """Whoever proof-reads is no editor, and the line is no text."""
    own = '<div class="edit cf">(责编：葛青禾、陶一帆)</div>'

    read = article(wbc2020(paragraphs(A, B)).replace(own, box.format(line)))

    assert (list(read.editors), read.paragraphs) == (editors, (A, B))


@pytest.mark.parametrize(
    "line",
    ["点击上方蓝字关注我们", "请点击右上角分享", "正在播放：湖边的灯", "更多精彩，尽在人民网", "本文转自人民网", "来自：人民网-山东频道", "订阅取消订阅已收藏收藏",
     "温馨提示：扫码看视频", "保存海报", "夜间模式", "参与 0 条评论", "广告位招租", "没有更多了", "详细>>",
     "返回搜狐，查看更多", "进入【专题】", "Advertisement", "图集", "原标题为《湖边的灯》", "【原标题】湖边的灯", "原文标题：湖边的灯"],
)  # fmt: skip
def test_words_of_the_page_in_other_words(line):
    """They are no text, wherever they stand."""
    assert article(wbc2020(paragraphs(A, line, B))).paragraphs == (A, B)


@pytest.mark.parametrize(
    "line",
    ["点击鼠标，就能看到老街的灯。", "更多的人来到湖边", "来自湖边的灯光照亮了街口。", "图集在老街的书店里卖得最好。", "责任编辑的故事", "广告牌换成了路灯",
     "收藏老灯的人", "原标题里的老街没有灯。", "关键词：湖与灯"],
)  # fmt: skip
def test_lines_that_begin_like_words_of_the_page_stay(line):
    """What goes on as a sentence or a heading does is the author's."""
    assert article(wbc2020(paragraphs(A, line, B))).paragraphs == (A, line, B)


def test_links_with_their_days_point_elsewhere():
    """A list prints the day behind each link."""
    assert article(
        wbc2020(paragraphs(A, B) + links("老街添灯", "桥修好了", behind=" 2024-02-11"))
    ).paragraphs == (A, B)


@pytest.mark.parametrize(
    ("setting", "caption"),
    [
        (centred(IMAGE) + centred("▲图为老街上的新灯。"), "▲图为老街上的新灯。"),
        (
            f'<div class="img_wrap">{IMAGE}<span class="img_title">老街上的新灯。</span></div>',
            "老街上的新灯。",
        ),
    ],
)
def test_captions_are_marked_in_other_ways(setting, caption):
    """By an arrow, by the class of their box."""
    for read in read_all(paragraphs(A) + setting + paragraphs(B, C)):
        assert (read.paragraphs, captions(read)) == ((A, B, C), [caption])


@pytest.mark.parametrize("design", DESIGNS)
def test_subtitle_under_an_image_is_text(design):
    """A dash opens the second half of a headline."""
    read = article(
        design(paragraphs(A) + centred(IMAGE) + centred("——记老街的修灯人") + paragraphs(B, D))
    )

    assert (read.paragraphs, captions(read)) == ((A, "——记老街的修灯人", B, D), [])


@pytest.mark.parametrize("name", ["data-big", "data-src-retina", "zoomfile", "data-actualsrc"])
def test_late_images_under_other_names(name):
    """The address stands in an attribute of another name."""
    image = f'<img {name}="/NMediaFile/2024/0212/LOCAL1.jpg">'

    assert len(addresses(article(wbc2020(paragraphs(A) + centred(image) + paragraphs(B))))) == 1


@pytest.mark.parametrize(
    "line",
    ["原题为《老街的灯》", "（原标题《老街的灯》）", "本文原标题：老街的灯", "原标题 | 老街的灯", "原标题：老街的灯　三十六盏"],
)  # fmt: skip
def test_original_titles_in_other_words(line):
    """Alone, or before the text in the same paragraph, they are no text."""
    for text in (f"<p>{line}</p>{paragraphs(A)}", f"<p>　　{line}　　{A}</p>"):
        assert article(wbc2020(text + paragraphs(B))).paragraphs == (A, B)


@pytest.mark.parametrize("style", ["font-size:0.8em", "font-size: 85%", "color:rgb(153, 153, 153)"])
def test_captions_are_small_or_grey_in_other_units(style):
    """Letters smaller than the text's, or greyer."""
    caption = f'<p><span style="{style}">老街上的新灯。</span></p>'
    read = article(wbc2020(paragraphs(A) + f"<p>{IMAGE}</p>" + caption + paragraphs(B, C)))

    assert (read.paragraphs, captions(read)) == ((A, B, C), ["老街上的新灯。"])


@pytest.mark.parametrize("name", ["pic-info", "wp-caption-text", "photo_des", "tupian-shuoming"])
def test_captions_by_other_classes(name):
    """Other sites name their captions otherwise."""
    caption = f'<p class="{name}">老街上的新灯。</p>'
    read = article(wbc2020(paragraphs(A) + f"<p>{IMAGE}</p>" + caption + paragraphs(B, C)))

    assert (read.paragraphs, captions(read)) == ((A, B, C), ["老街上的新灯。"])


@pytest.mark.parametrize(
    "heading", ["灯下的人——", "※ 灯下的人", "壹 灯下的人", "其一", "01", "问：灯是谁修的？"]
)
def test_headings_under_an_image_are_no_captions(heading):
    """A number, a mark, a dash at the end or a question opens a part of the text."""
    read = article(wbc2020(paragraphs(A) + centred(IMAGE) + centred(heading) + paragraphs(B, C)))

    assert (read.paragraphs, captions(read)) == ((A, heading, B, C), [])


@pytest.mark.parametrize(
    ("hidden", "is_text"),
    [
        ('<font color="#FFFFFF">湖边的字</font>', False),
        ('<span style="color:white">湖边的字</span>', False),
        ('<span style="color:#fff;background:#c00">湖边的字</span>', True),
        ('<b style="background-color:#c00"><span style="color:#fff">湖边的字</span></b>', True),
        ('<span style="position:absolute;clip:rect(0 0 0 0)">湖边的字</span>', False),
        ('<span style="transform:scale(0)">湖边的字</span>', False),
        ('<span class="d-none">湖边的字</span>', False),
    ],
)
def test_letters_that_nobody_sees_are_no_text(hidden, is_text):
    """As white as the page, cut off, shrunk to nothing; white letters on a painted ground are read."""
    read = article(wbc2020(f"<p>　　{A}{hidden}</p>" + paragraphs(B, C)))

    assert ("湖边的字" in read.paragraphs[0]) is is_text


@pytest.mark.parametrize(
    "image",
    [
        '<div class="pic" style="background:url(/NMediaFile/2024/0212/LOCAL1.jpg) no-repeat"></div>',
        '<a href="/NMediaFile/2024/0212/LOCAL1.jpg"><img src="/img/blank.gif"></a>',
        '<img file="/NMediaFile/2024/0212/LOCAL1.jpg" src="static/none.gif">',
        '<amp-img src="/NMediaFile/2024/0212/LOCAL1.jpg" width="600" height="400"></amp-img>',
    ],
)
def test_photos_that_no_img_shows(image):
    """The photo is the background of an empty box, or a grey dot stands in its place."""
    read = article(wbc2020(paragraphs(A) + image + paragraphs(B, C)))

    assert (read.paragraphs, addresses(read)) == (
        (A, B, C),
        ["http://sd.people.com.cn/NMediaFile/2024/0212/LOCAL1.jpg"],
    )


def test_the_ground_of_a_text_is_no_photo():
    """A box with text in it is painted, and a bullet is the site's own image."""
    text = f'<div style="background:url(/NMediaFile/2024/0212/LOCAL1.jpg)">{paragraphs(B)}</div>'
    dot = '<p style="background:url(/img/2020/dot.png)"></p>'

    assert addresses(article(wbc2020(paragraphs(A) + text + dot + paragraphs(C)))) == []


@pytest.mark.parametrize("form", ["<p>·{}</p>", "<p>1.{}</p>", "<p>【{}】</p>", "<p>《{}》</p>"])
@pytest.mark.parametrize("heading", ["", "<p><strong>相关新闻</strong></p>", "<p>延伸阅读：</p>"])
def test_lists_of_links_with_a_mark_each(form, heading):
    """A bullet, a number or brackets around the link make no text of it, with a heading or without."""
    run = "".join(
        form.format(f'<a href="/n2/2024/0211/c364532-4150{n:04}.html">老街添灯</a>') for n in (1, 2)
    )

    assert article(wbc2020(paragraphs(A, B) + heading + run)).paragraphs == (A, B)


def test_a_line_that_names_a_topic_and_links_to_it_points_elsewhere():
    """专题： is followed by a link."""
    line = '<p>专题：<a href="/GB/364532/400000/index.html">老街的灯</a></p>'

    assert article(wbc2020(paragraphs(A, B) + line)).paragraphs == (A, B)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("end", ["</body>", "</HTML>", "</body></html>"])
def test_a_page_that_ends_too_early_is_read_on(design, end):
    """What stands behind the end tag of the page is the article's all the same."""
    assert article(design(paragraphs(A) + end + paragraphs(B, C))).paragraphs == (A, B, C)


@pytest.mark.parametrize("name", ["pic", "img-box", "photo_wrap"])
def test_what_a_box_of_a_picture_says_is_its_caption(name):
    """Above the text box as in the text; a box with paragraphs in it is none."""
    box = f'<div class="{name}">{IMAGE}<p>老街上的新灯。</p></div>'
    above = article(wbc2020(paragraphs(A, B), above=box))
    inside = article(wbc2020(paragraphs(A) + box + paragraphs(B)))
    text = article(wbc2020(f'<div class="{name}">{IMAGE}{paragraphs(A, B, C, D)}</div>'))

    for read in (above, inside):
        assert (read.paragraphs, captions(read)) == ((A, B), ["老街上的新灯。"])
    assert (text.paragraphs, captions(text)) == ((A, B, C, D), [])


def text2007(stamp, photo=""):
    return (
        f'<div class="left_c_c"><p class="p1"></p><h1><div id="p_title">湖边的灯</div></h1><h2></h2><p class="p1">{stamp}</p>'
        f'<table><tr><td align="center"><span id="content_first_pic">{photo}</span></td></tr></table>'
        f'<font class="show_c" id="zoom"><div id="p_content">{paragraphs(A, B)}</div></font>'
        '<table class="bianji"><tr><td><p id="p_editor">（责任编辑：葛青禾）</p></td></tr></table></div>'
    )


def test_design_of_2007_in_other_forms():
    """The first photo with its caption behind a break; the stamp without the ids of its parts."""
    read = article(
        text2007("2008年08月10日09:48 来源：人民网-山东频道", f"{IMAGE}<br>老街上的新灯")
    )

    assert (read.template, read.paragraphs, captions(read)) == (
        "text2007",
        (A, B),
        ["老街上的新灯"],
    )
    assert (read.source, read.published_at.isoformat()[:16]) == (
        "人民网-山东频道",
        "2008-08-10T09:48",
    )


def test_names_of_meta_in_any_case():
    """HTML does not tell Catalogs from catalogs."""
    head = '<meta name="Catalogs" content="L_364532"><META NAME="ContentId" CONTENT="L_41500648">'
    page = f"<html><head>{head}</head><body>{wbc2020(paragraphs(A, B))}</body></html>"
    read = parse_article(page, "file:///saved.html").article

    assert (read.node_id, read.content_id) == ("364532", "41500648")


@pytest.mark.parametrize("name", ["adBox", "ggw", "promotion", "tuiguang", "AD_top"])
def test_advertising_under_other_names(name):
    """It names itself; whatever only begins so is none: address, admin, adopt."""
    box = f'<div class="{name}"><p>春季大促全场五折</p></div>'

    assert article(wbc2020(paragraphs(A) + box + paragraphs(B))).paragraphs == (A, B)


@pytest.mark.parametrize("name", ["address", "admin", "adopt", "shadow"])
def test_boxes_that_only_begin_like_advertising_are_read(name):
    """A letter more is another word."""
    box = f'<div class="{name}">{paragraphs(B)}</div>'

    assert article(wbc2020(paragraphs(A) + box + paragraphs(C))).paragraphs == (A, B, C)


def test_items_of_a_list_of_photos_are_captions():
    """An item holds its photo and what is said of it."""
    items = "".join(
        f"<li>{IMAGE.replace('LOCAL1', f'LOCAL{n}')}<p>老街的第{n}盏灯。</p></li>" for n in (1, 2)
    )
    read = article(wbc2020(paragraphs(A) + f"<ul>{items}</ul>" + paragraphs(B)))

    assert (read.paragraphs, captions(read)) == ((A, B), ["老街的第1盏灯。", "老街的第2盏灯。"])
